// SPDX-License-Identifier: Apache-2.0
// Loops over the symbols of DEFLATE blocks, one or two at a time, as long as nothing rare comes and no end is near.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/codec/deflate_tables.hpp"

namespace groundshift::codec {

// Fast steps end so far before an end: each look-up may refill twice, store a copy's bytes, and be the last of four.
inline constexpr std::size_t kMargin = 128;

/// Where a stream is. Bits above `count` are those that come next, not zeros.
struct InflateCursor {
  std::uint64_t bits, count;
  const std::uint8_t* in;
  std::uint8_t* out;

  /// 56 bits at least. Reads 8 bytes.
  inline __attribute__((always_inline)) void refill() {
    std::uint64_t next;
    std::memcpy(&next, in, sizeof next);
    bits |= next << (count & 63);
    in += (63 - (count & 63)) >> 3;
    count |= 56;
  }
  inline __attribute__((always_inline)) void skip(std::uint32_t entry) {
    bits >>= entry & 63u;
    count -= entry & 63u;
  }
};

/// What a block of the stream gives its cursor.
struct CursorBlock {
  const DeflateTables* tables;
  const std::uint8_t* in_end;
  std::uint8_t *out_begin, *out_end;
};

/// Until one of the two wants care: that is, could not take what comes, or is near an end. Returns which: bits 0 and 1,
/// or 0 after some time. Both are far from their ends at first.
unsigned run_two(InflateCursor& first, InflateCursor& second, const CursorBlock& first_block,
                 const CursorBlock& second_block);
/// The same without time, where matches are many. Both have written 32 KiB.
unsigned run_two_of_matches(InflateCursor& first, InflateCursor& second, const CursorBlock& first_block,
                            const CursorBlock& second_block);
/// Until the one wants care.
void run_one(InflateCursor& cursor, const CursorBlock& block);

}  // namespace groundshift::codec

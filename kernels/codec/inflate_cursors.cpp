// SPDX-License-Identifier: Apache-2.0
// Look-ups in a row, or steps without branches; clones for machines with shifts by any register.
#include "kernels/codec/inflate_cursors.hpp"

#include <algorithm>

#include "kernels/view/clones.hpp"

#define GS_INLINE inline __attribute__((always_inline))

namespace groundshift::codec {
namespace {

// Look-ups between two refills; behind the others a match's length still finds its 15 + 5 bits.
constexpr int kLookUps = 4;
constexpr int kRounds = 4096;  // of so many look-ups, before the kind of loop is chosen again
static_assert((kLookUps - 1) * DeflateTables::kLiteralBits + 20 <= 56);
constexpr std::size_t kCopyBytes = 32;
using CopyBytes __attribute__((vector_size(kCopyBytes))) = std::uint8_t;
// Steps without branches, of which each takes 5 bytes at most (codes of 12 and 9 bits, 13 extra), between two looks at
// the ends.
constexpr int kSteps = 8;
using PlainBytes __attribute__((vector_size(16))) = std::uint8_t;
static_assert(kPlainLength <= sizeof(PlainBytes) && kSteps * (1 + kPlainLength) + sizeof(PlainBytes) <= kMargin &&
              kSteps * 5 + 8 <= kMargin);

GS_INLINE void copy_match(std::uint8_t* out, std::size_t distance, std::size_t length) {
  const std::uint8_t* from = out - distance;
  if (distance == 1) {
    std::memset(out, *from, length);
  } else if (distance >= kCopyBytes) {
    for (std::size_t i = 0; i < length; i += kCopyBytes) {
      CopyBytes bytes;
      std::memcpy(&bytes, from + i, kCopyBytes);
      std::memcpy(out + i, &bytes, kCopyBytes);
    }
  } else {
    for (std::size_t i = 0; i < length; ++i) out[i] = from[i];
  }
}

/// A match, or a code of the second table. Enters and leaves with 56 - 3 look-ups of bits. False: nothing is taken, or
/// the end is near.
GS_INLINE bool take_rare(InflateCursor& cursor, const CursorBlock& block, std::uint32_t entry) {
  if ((entry & kEscape) == kEscape) {
    entry = block.tables->long_literal(entry, cursor.bits);
    if ((entry & kEscape) == kEscape) return false;
    if ((entry & kLiteralsOnly) != 0) {
      *cursor.out++ = static_cast<std::uint8_t>(entry >> 16);
      cursor.skip(entry);
      cursor.refill();
      return true;
    }
  }
  InflateCursor next = cursor;
  const std::size_t length = (entry >> 24) + 3 + (low_bits(next.bits, entry & 63u) >> (entry >> 8 & 31u));
  next.skip(entry);
  next.refill();
  std::uint32_t code = block.tables->distances()[low_bits(next.bits, DeflateTables::kDistanceBits)];
  if (code >> 16 == 0) {
    code = block.tables->long_distance(code, next.bits);
    if (code >> 16 == 0) return false;
  }
  const std::size_t distance = (code >> 16) + (low_bits(next.bits, code & 63u) >> (code >> 8 & 31u));
  next.skip(code);
  *next.out = static_cast<std::uint8_t>(entry >> 16);
  next.out += entry >> 14 & 3u;
  if (distance > static_cast<std::size_t>(next.out - block.out_begin) ||
      length + kMargin > static_cast<std::size_t>(block.out_end - next.out)) {
    return false;
  }
  if (length <= kCopyBytes && distance >= length) {
    CopyBytes bytes;
    std::memcpy(&bytes, next.out - distance, kCopyBytes);
    std::memcpy(next.out, &bytes, kCopyBytes);
  } else {
    copy_match(next.out, distance, length);
  }
  next.out += length;
  next.refill();
  cursor = next;
  return true;
}

GS_INLINE bool look_up(InflateCursor& cursor, const CursorBlock& block) {
  const std::uint32_t entry = block.tables->literals()[low_bits(cursor.bits, DeflateTables::kLiteralBits)];
  if (__builtin_expect((entry & kLiteralsOnly) == 0, 0)) return take_rare(cursor, block, entry);
  const auto two = static_cast<std::uint16_t>(entry >> 16);
  std::memcpy(cursor.out, &two, sizeof two);
  cursor.out += entry >> 14 & 3u;
  cursor.skip(entry);
  return true;
}

GS_INLINE bool is_near_end(const InflateCursor& cursor, const CursorBlock& block) {
  return static_cast<std::size_t>(block.in_end - cursor.in) < kMargin ||
         static_cast<std::size_t>(block.out_end - cursor.out) < kMargin;
}

/// Literals, a match, or both, the same way: what is none counts 0 bits and 0 bytes. False, and nothing is taken, where
/// that is not enough. 32 KiB must be written before: distances are not looked at.
GS_INLINE bool take_plain(InflateCursor& cursor, const std::uint32_t* literals, const std::uint32_t* distances) {
  InflateCursor next = cursor;
  next.refill();
  const std::uint32_t entry = literals[low_bits(next.bits, DeflateTables::kLiteralBits)];
  next.skip(entry);
  const std::uint32_t code = distances[low_bits(next.bits, DeflateTables::kDistanceBits)];
  const auto none = static_cast<std::uint64_t>(static_cast<std::int64_t>(std::uint64_t{entry} << 50) >> 63);
  static_assert(kLiteralsOnly == 1u << 13, "the sign of the entry moved by 50 bits");
  const std::uint64_t length = (std::uint64_t{entry >> 24} + 3) & ~none;
  const std::uint64_t distance = (code >> 16) + (low_bits(next.bits, code) >> (code >> 8 & 31u));
  if (__builtin_expect((entry & kNotPlain) != 0, 0)) return false;
  if (__builtin_expect(distance < length, 0)) return false;  // overlaps, or is an escape
  const auto two = static_cast<std::uint16_t>(entry >> 16);
  std::memcpy(next.out, &two, sizeof two);
  next.out += entry >> 14 & 3u;
  // Without a match bytes of the table are copied, which the next step writes over: they are read at once.
  const auto* from = none != 0 ? reinterpret_cast<const std::uint8_t*>(literals) : next.out - distance;
  PlainBytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  std::memcpy(next.out, &bytes, sizeof bytes);
  next.out += length;
  next.skip(code & ~static_cast<std::uint32_t>(none));
  cursor = next;
  return true;
}

GS_INLINE bool take_any(InflateCursor& cursor, const CursorBlock& block) {
  cursor.refill();
  return look_up(cursor, block);
}

}  // namespace

GS_CLONES unsigned run_two(InflateCursor& first, InflateCursor& second, const CursorBlock& first_block,
                           const CursorBlock& second_block) {
  InflateCursor a = first, b = second;
  const CursorBlock block_a = first_block, block_b = second_block;
  unsigned care = 0;
  for (int round = 0; round < kRounds && care == 0; ++round) {
    a.refill();
    b.refill();
    for (int i = 0; i < kLookUps && care == 0; ++i) {
      care |= look_up(a, block_a) ? 0u : 1u;
      care |= look_up(b, block_b) ? 0u : 2u;
    }
    care |= (is_near_end(a, block_a) ? 1u : 0u) | (is_near_end(b, block_b) ? 2u : 0u);
  }
  first = a;
  second = b;
  return care;
}

GS_CLONES unsigned run_two_of_matches(InflateCursor& first, InflateCursor& second, const CursorBlock& first_block,
                                      const CursorBlock& second_block) {
  InflateCursor a = first, b = second;
  const std::uint32_t *const a_literals = first_block.tables->literals(), *const a_distances =
                                                                              first_block.tables->distances();
  const std::uint32_t *const b_literals = second_block.tables->literals(), *const b_distances =
                                                                               second_block.tables->distances();
  unsigned care = 0;
  while (care == 0) {
    bool a_plain = true, b_plain = true;
    for (int i = 0; i < kSteps && a_plain && b_plain; ++i) {
      a_plain = take_plain(a, a_literals, a_distances);
      b_plain = take_plain(b, b_literals, b_distances);
    }
    care |= a_plain || take_any(a, first_block) ? 0u : 1u;
    care |= b_plain || take_any(b, second_block) ? 0u : 2u;
    care |= (is_near_end(a, first_block) ? 1u : 0u) | (is_near_end(b, second_block) ? 2u : 0u);
  }
  first = a;
  second = b;
  return care;
}

GS_CLONES void run_one(InflateCursor& cursor, const CursorBlock& of_stream) {
  InflateCursor a = cursor;
  const CursorBlock block = of_stream;
  for (bool goes_on = true; goes_on;) {
    a.refill();
    for (int i = 0; i < kLookUps && goes_on; ++i) goes_on = look_up(a, block);
    goes_on = goes_on && !is_near_end(a, block);
  }
  cursor = a;
}

}  // namespace groundshift::codec

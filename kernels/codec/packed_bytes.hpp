// SPDX-License-Identifier: Apache-2.0
// The only way to the compressed bytes: words of one stream, zeros behind its end.
#pragma once

#include <cstdint>

#include "kernels/codec/lanes.hpp"

namespace groundshift::codec {

/// Streams and blocks from here on are refused: bits are counted in 32 bits.
inline constexpr std::uint32_t kTooLargeByteCount = 1u << 28;

/// One stream's bytes. `words` is readable up to the whole word that holds the last byte; what stands behind the last
/// byte is never seen.
struct PackedBytes {
  const std::uint32_t* words;
  std::uint32_t byte_count;

  GS_LANE_FN std::uint32_t word(std::uint32_t i) const {
    const std::uint32_t whole = byte_count / 4;
    if (i < whole) return words[i];
    const std::uint32_t left = byte_count % 4;
    return i == whole && left != 0 ? words[i] & ((1u << (8 * left)) - 1u) : 0u;
  }
  GS_LANE_FN std::uint32_t byte(std::uint32_t i) const { return word(i / 4) >> (i % 4 * 8) & 255u; }
};

}  // namespace groundshift::codec

// SPDX-License-Identifier: Apache-2.0
// One literal, match or end of block out of a staged window (RFC 1951, 3.2.5), by one lane.
#pragma once

#include <cstdint>

#include "kernels/codec/bit_window.hpp"
#include "kernels/codec/prefix_code_warp.hpp"

namespace groundshift::codec {

/// bit_count 0: no symbol. length 0: the byte `literal`. length kEndOfBlock. Else a match.
struct DeflateSymbol {
  std::uint32_t bit_count;
  std::uint32_t length;
  std::uint32_t distance;
  std::uint32_t literal;
};
inline constexpr std::uint32_t kEndOfBlock = 1;

/// WithDistance : false leaves the distance's value out, where only sizes are asked for
template <bool WithDistance, class Warp, class Sizes>
GS_LANE_FN DeflateSymbol decode_symbol(const InflateShared<Warp, Sizes>& shared, std::uint32_t bit) {
  std::uint32_t bits = peek(shared, bit);
  std::uint32_t entry = look_up(shared.literal, bits);
  std::uint32_t n = entry & 15u;
  const std::uint32_t symbol = entry >> 4;
  if (symbol < 256) return {n, 0, 0, symbol};
  if (symbol == 256) return {n, kEndOfBlock, 0, 0};
  const std::uint32_t k = symbol - 257;
  if (k > 28) return {0, 0, 0, 0};
  std::uint32_t length;
  std::uint32_t extra = 0;
  if (k < 8) {
    length = 3 + k;
  } else if (k == 28) {
    length = 258;
  } else {
    extra = (k >> 2) - 1;
    length = 3 + ((4 + (k & 3u)) << extra) + (bits >> n & ((1u << extra) - 1u));
  }
  n += extra;

  bits = peek(shared, bit + n);
  entry = look_up(shared.distance, bits);
  const std::uint32_t m = entry & 15u;
  const std::uint32_t d = entry >> 4;
  if (m == 0 || d > 29) return {0, 0, 0, 0};
  std::uint32_t distance = 1 + d;
  extra = 0;
  if (d > 3) {
    extra = (d >> 1) - 1;
    if (WithDistance) distance = 1 + ((2 + (d & 1u)) << extra) + (bits >> m & ((1u << extra) - 1u));
  }
  return {n + m + extra, length, distance, 0};
}

}  // namespace groundshift::codec

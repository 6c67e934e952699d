// SPDX-License-Identifier: Apache-2.0
// Adler-32 (RFC 1950) of a whole block by a warp.
#pragma once

#include <cstdint>

#include "kernels/codec/lanes.hpp"

namespace groundshift::codec {

/// a = 1 + sum d_i, b = n + sum (n - i) d_i, both modulo 65521; b * 2^16 + a.
/// bytes      : at a multiple of 4 bytes; no lane writes them any more
/// byte_count : < 2^28, so that a lane's sum of (n - i) d_i stays below 2^59
template <class Warp>
GS_LANE_FN std::uint32_t adler32(const Warp& warp, const std::uint8_t* bytes, std::uint32_t byte_count) {
  constexpr std::uint32_t kModulus = 65521;
  const std::uint32_t word_count = byte_count / 4;
  const auto* words = reinterpret_cast<const std::uint32_t*>(__builtin_assume_aligned(bytes, 4));
  LaneOf<Warp, std::uint32_t> a;
  LaneOf<Warp, std::uint32_t> b;
  for (const int lane : warp.lanes()) {
    const auto first = static_cast<std::uint32_t>(lane);
    std::uint64_t sum = 0;
    std::uint64_t weighted = 0;
    for (std::uint32_t k = first; k < word_count; k += kLaneCount) {
      std::uint32_t word;
      __builtin_memcpy(&word, words + k, sizeof(word));
      const std::uint32_t d1 = word >> 8 & 255u;
      const std::uint32_t d2 = word >> 16 & 255u;
      const std::uint32_t d3 = word >> 24;
      const std::uint32_t four = (word & 255u) + d1 + d2 + d3;
      sum += four;
      weighted += std::uint64_t{byte_count - 4 * k} * four - (d1 + 2 * d2 + 3 * d3);
    }
    const std::uint32_t last = 4 * word_count + first;
    if (last < byte_count) {
      sum += bytes[last];
      weighted += std::uint64_t{byte_count - last} * bytes[last];
    }
    a[lane] = static_cast<std::uint32_t>(sum % kModulus);
    b[lane] = static_cast<std::uint32_t>(weighted % kModulus);
  }
  warp.tally(Step::sum, (word_count + kLaneCount - 1) / kLaneCount);
  std::uint32_t sum = 0;
  std::uint32_t weighted = 0;
  warp.exclusive_sum(a, sum);
  warp.exclusive_sum(b, weighted);
  return (weighted + byte_count) % kModulus << 16 | (sum + 1) % kModulus;
}

}  // namespace groundshift::codec

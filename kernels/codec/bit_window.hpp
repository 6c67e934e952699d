// SPDX-License-Identifier: Apache-2.0
// A window of compressed bits staged in shared memory, zeros behind the end.
#pragma once

#include <cstdint>

#include "kernels/codec/inflate_shared.hpp"
#include "kernels/codec/packed_bytes.hpp"

namespace groundshift::codec {

/// Lanes read at multiples of 8 or 16 words: one word is left out every 16, so that they meet different banks.
GS_LANE_FN std::uint32_t staged_place(std::uint32_t word) { return word + (word >> 4); }

/// Stages the window that begins at the 32-bit word `first`.
template <class Sizes, class Warp>
GS_LANE_FN void stage(const Warp& warp, InflateShared<Warp, Sizes>& shared, const PackedBytes& packed,
                      std::uint32_t first) {
  warp.sync();
  for (const int lane : warp.lanes()) {
    for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < Sizes::kWindowWords; k += kLaneCount) {
      shared.input[staged_place(k)] = packed.word(first + k);
    }
  }
  warp.sync();
}

/// 32 bits from `bit` of the window on.
template <class Warp, class Sizes>
GS_LANE_FN std::uint32_t peek(const InflateShared<Warp, Sizes>& shared, std::uint32_t bit) {
  const std::uint32_t word = bit >> 5;
  return Warp::funnel_right(shared.input[staged_place(word)], shared.input[staged_place(word + 1)], bit & 31u);
}

}  // namespace groundshift::codec

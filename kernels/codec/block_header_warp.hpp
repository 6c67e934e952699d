// SPDX-License-Identifier: Apache-2.0
// The codes of a DEFLATE block (RFC 1951, 3.2.6 and 3.2.7): the fixed ones, or those that the block's header spells
// out.
#pragma once

#include <cstdint>

#include "kernels/codec/bit_window.hpp"
#include "kernels/codec/decode_status.hpp"
#include "kernels/codec/prefix_code_warp.hpp"

namespace groundshift::codec {

struct BlockHeader {
  DecodeStatus status;
  std::uint32_t bit;  ///< of the staged window, behind the header
};

/// Bits of the longest header: counts, 19 lengths of 3 bits, 316 symbols of at most 14.
inline constexpr int kLongestHeader = 31 + 3 + 14 + 19 * 3 + 316 * 14;

/// The place of entry `i` of a header's code length code: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15.
GS_LANE_FN std::uint32_t code_length_symbol(std::uint32_t i) {
  if (i < 3) return 16 + i;
  if (i == 3) return 0;
  return i % 2 == 1 ? 9 - (i - 1) / 2 : 6 + i / 2;
}

/// The lengths that the header's own code spells, one symbol after the other: every lane decodes the same bits.
template <class Warp, class Sizes>
GS_LANE_FN BlockHeader read_code_lengths(const Warp& warp, InflateShared<Warp, Sizes>& shared, std::uint32_t bit,
                                         std::uint32_t length_count) {
  const InflateShared<Warp, Sizes>& staged = shared;
  std::uint32_t last = 0;
  std::uint32_t steps = 0;
  for (std::uint32_t k = 0; k < length_count; ++steps) {
    std::uint32_t bits = peek(staged, bit);
    const std::uint32_t entry = staged.distance.entry[bits & 127u];
    const std::uint32_t n = entry & 15u;
    const std::uint32_t symbol = entry >> 4;
    if (n == 0) return {DecodeStatus::bad_code, bit};
    bits >>= n;
    bit += n;
    std::uint32_t run = 1;
    std::uint32_t value = symbol;
    if (symbol == 16) {
      if (k == 0) return {DecodeStatus::bad_code, bit};
      run = 3 + (bits & 3u);
      bit += 2;
      value = last;
    } else if (symbol == 17) {
      run = 3 + (bits & 7u);
      bit += 3;
      value = 0;
    } else if (symbol == 18) {
      run = 11 + (bits & 127u);
      bit += 7;
      value = 0;
    }
    if (run > length_count - k) return {DecodeStatus::bad_code, bit};
    for (const int lane : warp.lanes()) {
      for (std::uint32_t j = static_cast<std::uint32_t>(lane); j < run; j += kLaneCount) {
        shared.length[k + j] = static_cast<std::uint8_t>(value);
      }
    }
    k += run;
    last = value;
  }
  warp.tally(Step::code_length, steps);
  return {DecodeStatus::ok, bit};
}

/// Makes both tables of shared for the block whose header goes on at `bit`, behind its type.
template <class Warp, class Sizes>
GS_LANE_CALL BlockHeader read_block_header(const Warp& warp, InflateShared<Warp, Sizes>& shared, std::uint32_t bit,
                                           bool fixed) {
  static_assert(kLongestHeader <= Sizes::kWindowWords * 32 - 32, "a header fits into a window");
  const InflateShared<Warp, Sizes>& staged = shared;
  std::uint32_t literal_count = kLiteralSymbols;
  std::uint32_t distance_count = kDistanceSymbols;
  if (fixed) {
    for (const int lane : warp.lanes()) {
      for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < kLiteralSymbols + kDistanceSymbols;
           k += kLaneCount) {
        shared.length[k] = k < 144 ? 8 : k < 256 ? 9 : k < 280 ? 7 : k < 288 ? 8 : 5;
      }
    }
  } else {
    const std::uint32_t counts = peek(staged, bit);
    literal_count = 257 + (counts & 31u);
    distance_count = 1 + (counts >> 5 & 31u);
    const std::uint32_t length_count = 4 + (counts >> 10 & 15u);
    bit += 14;
    if (literal_count > 286 || distance_count > 30) return {DecodeStatus::bad_code, bit};
    for (const int lane : warp.lanes()) {
      const auto i = static_cast<std::uint32_t>(lane);
      if (i < 19) {
        shared.length[code_length_symbol(i)] =
            static_cast<std::uint8_t>(i < length_count ? peek(staged, bit + 3 * i) & 7u : 0u);
      }
    }
    bit += 3 * length_count;
    if (!build_code(warp, shared, 0, 19, shared.distance, 7, IncompleteCode::refused)) {
      return {DecodeStatus::bad_code, bit};
    }
    const BlockHeader lengths = read_code_lengths(warp, shared, bit, literal_count + distance_count);
    if (lengths.status != DecodeStatus::ok) return lengths;
    bit = lengths.bit;
    warp.sync();
    if (staged.length[256] == 0) return {DecodeStatus::bad_code, bit};
  }
  const bool built =
      build_code(warp, shared, 0, literal_count, shared.literal, kLiteralBits, IncompleteCode::one_symbol) &&
      build_code(warp, shared, literal_count, distance_count, shared.distance, kDistanceBits,
                 IncompleteCode::one_symbol_or_none);
  return {built ? DecodeStatus::ok : DecodeStatus::bad_code, bit};
}

}  // namespace groundshift::codec

// SPDX-License-Identifier: Apache-2.0
// Prefix codes by a warp: from code lengths to tables by all lanes at once, and the look-up of one symbol.
#pragma once

#include <cstdint>

#include "kernels/codec/inflate_shared.hpp"

namespace groundshift::codec {

/// symbol << 4 | length for the code that `bits` begins with, first bit lowest; 0 when there is none.
template <class Warp, int Bits, int Symbols>
GS_LANE_FN std::uint32_t look_up(const CodeTable<Warp, Bits, Symbols>& table, std::uint32_t bits) {
  const std::uint32_t entry = table.entry[bits & ((1u << Bits) - 1u)];
  if (entry != 0) return entry;
  const std::uint32_t code = Warp::reverse_bits(bits) >> 17;
  for (std::uint32_t n = Bits + 1; n <= kLongestCode; ++n) {
    if (code < table.code.limit[n]) {
      return std::uint32_t{table.sorted[(table.code.base[n] + (code >> (15 - n))) & 0xffffu]} << 4 | n;
    }
  }
  return 0;
}

/// Which codes zlib takes although they leave bits unused.
enum class IncompleteCode : std::uint8_t {
  refused,
  one_symbol,         ///< a single code of one bit
  one_symbol_or_none  ///< or no code at all, as long as nobody uses it
};

/// Limits and bases out of shared.count, by one lane; then shared.next[length] is the place of the length's first
/// symbol. Returns whether zlib takes the code.
template <class Warp, class Sizes>
GS_LANE_FN bool lay_out_code(InflateShared<Warp, Sizes>& shared, CanonicalCode<Warp>& code, IncompleteCode incomplete) {
  constexpr std::uint32_t kEnd = 1u << kLongestCode;
  std::uint32_t left_aligned = 0;
  std::uint32_t place = 0;
  shared.next[0] = 0;
  for (std::uint32_t n = 1; n <= kLongestCode; ++n) {
    const std::uint32_t count = shared.count[n];
    shared.next[n] = place;
    code.base[n] = static_cast<std::uint16_t>(place - (left_aligned >> (15 - n)));
    left_aligned += count << (15 - n);
    place += count;
    if (left_aligned > kEnd) return false;
    code.limit[n] = static_cast<std::uint16_t>(left_aligned);
  }
  if (left_aligned == kEnd) return true;
  if (place == 0) return incomplete == IncompleteCode::one_symbol_or_none;
  return incomplete != IncompleteCode::refused && place == 1 && shared.count[1] == 1;
}

/// Makes `table` (which nobody reads any more) of shared.length[first .. first + symbol_count): a counting sort, then
/// the limits, then the entries of the first `table_bits` bits. False for a code that zlib refuses.
template <class Warp, class Sizes, int Bits, int Symbols>
GS_LANE_FN bool build_code(const Warp& warp, InflateShared<Warp, Sizes>& shared, std::uint32_t first,
                           std::uint32_t symbol_count, CodeTable<Warp, Bits, Symbols>& table, std::uint32_t table_bits,
                           IncompleteCode incomplete) {
  for (const int lane : warp.lanes()) {
    if (lane <= kLongestCode) shared.count[static_cast<std::uint32_t>(lane)] = 0;
  }
  warp.sync();
  LaneOf<Warp, std::uint32_t> key;
  LaneOf<Warp, std::uint32_t> rank;
  for (int pass = 0; pass < 2; ++pass) {
    const bool placing = pass == 1;
    for (std::uint32_t k = 0; k < symbol_count; k += kLaneCount) {
      for (const int lane : warp.lanes()) {
        const std::uint32_t symbol = k + static_cast<std::uint32_t>(lane);
        key[lane] = symbol < symbol_count ? shared.length[first + symbol] : 0u;
      }
      const LaneOf<Warp, std::uint32_t> same = warp.match(key);
      for (const int lane : warp.lanes()) {
        const std::uint32_t before = Warp::bit_count(same[lane] & ((1u << lane) - 1u));
        rank[lane] = placing ? shared.next[key[lane]] + before : 0u;
      }
      warp.sync();
      for (const int lane : warp.lanes()) {
        const std::uint32_t n = key[lane];
        if (placing && n != 0) table.sorted[rank[lane]] = static_cast<std::uint16_t>(k + static_cast<unsigned>(lane));
        if (Warp::first_bit(same[lane]) == lane) {
          const std::uint32_t many = Warp::bit_count(same[lane]);
          if (placing) {
            shared.next[n] += many;
          } else {
            shared.count[n] += many;
          }
        }
      }
      warp.sync();
    }
    if (!placing) {
      for (const int lane : warp.lanes()) {
        if (lane == 0) shared.count[0] = lay_out_code(shared, table.code, incomplete) ? 1u : 0u;
      }
      warp.sync();
      if (shared.count[0] == 0) return false;
    }
  }
  for (const int lane : warp.lanes()) {
    for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < (1u << table_bits); k += kLaneCount) {
      const std::uint32_t code = Warp::reverse_bits(k) >> 17;
      std::uint32_t entry = 0;
      for (std::uint32_t n = 1; n <= table_bits; ++n) {
        if (code < table.code.limit[n]) {
          entry = std::uint32_t{table.sorted[(table.code.base[n] + (code >> (15 - n))) & 0xffffu]} << 4 | n;
          break;
        }
      }
      table.entry[k] = static_cast<std::uint16_t>(entry);
    }
  }
  warp.tally(Step::table_entry, 1u << table_bits);
  warp.sync();
  return true;
}

}  // namespace groundshift::codec

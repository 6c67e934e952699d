// SPDX-License-Identifier: Apache-2.0
// Where each lane's symbols of a window begin and end: 32 lanes guess, decode, and correct each other until they agree.
#pragma once

#include <cstdint>

#include "kernels/codec/deflate_symbol.hpp"

namespace groundshift::codec {

/// Why a lane stopped before its part of the window did.
enum LaneHalt : std::uint32_t { kRanOn = 0, kEndedBlock = 1, kNoSymbol = 2 };

/// A window's parts. Bits count from the staged window's first one.
template <class Warp>
struct WindowLanes {
  LaneOf<Warp, std::uint32_t> start;       ///< bit of the lane's first symbol
  LaneOf<Warp, std::uint32_t> end;         ///< bit behind its last one
  LaneOf<Warp, std::uint32_t> byte_count;  ///< that its symbols make
  LaneOf<Warp, std::uint32_t> halt;        ///< LaneHalt
  int last;                                ///< the first lane that halted, or 31: later ones have nothing to say
  std::uint32_t round_count;
};

/// Decodes the staged window from bit `first` (< 32) on. Lane 0 starts at a symbol; lane l starts at bit l * kLaneBits,
/// wherever that lies in a symbol. Prefix codes fall into step after a few symbols, so lane l takes lane l-1's end for
/// its start and decodes again until no start changes. Round r settles lane r: at most 32 rounds.
template <class Warp, class Sizes>
GS_LANE_FN WindowLanes<Warp> agree_on_symbols(const Warp& warp, const InflateShared<Warp, Sizes>& shared,
                                              std::uint32_t first) {
  WindowLanes<Warp> w;
  w.last = kLaneCount - 1;
  LaneOf<Warp, bool> stale;
  for (const int lane : warp.lanes()) {
    w.start[lane] = lane == 0 ? first : static_cast<std::uint32_t>(lane) * Sizes::kLaneBits;
    stale[lane] = true;
  }
  for (w.round_count = 0; w.round_count < kLaneCount;) {
    ++w.round_count;
    LaneOf<Warp, std::uint32_t> steps;
    for (const int lane : warp.lanes()) {
      steps[lane] = 0;
      if (stale[lane]) {
        const std::uint32_t part_end = static_cast<std::uint32_t>(lane + 1) * Sizes::kLaneBits;
        std::uint32_t bit = w.start[lane];
        std::uint32_t byte_count = 0;
        std::uint32_t halt = kRanOn;
        while (bit < part_end && halt == kRanOn) {
          const DeflateSymbol symbol = decode_symbol<false>(shared, bit);
          ++steps[lane];
          bit += symbol.bit_count;
          if (symbol.bit_count == 0) {
            halt = kNoSymbol;
          } else if (symbol.length == kEndOfBlock) {
            halt = kEndedBlock;
          } else {
            byte_count += symbol.length != 0 ? symbol.length : 1;
          }
        }
        w.end[lane] = bit;
        w.byte_count[lane] = byte_count;
        w.halt[lane] = halt;
      }
    }
    warp.tally(Step::synchronise, steps);

    LaneOf<Warp, bool> halted;
    for (const int lane : warp.lanes()) halted[lane] = w.halt[lane] != kRanOn;
    const std::uint32_t halts = warp.ballot(halted);
    w.last = halts != 0 ? Warp::first_bit(halts) : kLaneCount - 1;
    const LaneOf<Warp, std::uint32_t> before = warp.shift_up(w.end);
    for (const int lane : warp.lanes()) {
      stale[lane] = lane > 0 && lane <= w.last && before[lane] != w.start[lane];
      if (stale[lane]) w.start[lane] = before[lane];
    }
    if (warp.ballot(stale) == 0) break;
  }
  warp.tally(Step::round, w.round_count);
  for (const int lane : warp.lanes()) {
    if (lane > w.last) w.byte_count[lane] = 0;
  }
  return w;
}

}  // namespace groundshift::codec

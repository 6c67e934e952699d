// SPDX-License-Identifier: Apache-2.0
// The bytes of a window, once its symbols are known: notes of literals and distances, then every byte by itself.
#pragma once

#include <cstdint>

#include "kernels/codec/window_lanes.hpp"

namespace groundshift::codec {

/// Notes each byte of the lanes 0 .. lane_count - 1: a literal, or how far back its source lies. False when a match
/// reaches back before the first of the `made` + own bytes.
template <class Warp, class Sizes>
GS_LANE_FN bool note_bytes(const Warp& warp, InflateShared<Warp, Sizes>& shared, const WindowLanes<Warp>& w,
                           const LaneOf<Warp, std::uint32_t>& place, int lane_count, std::uint32_t made) {
  const InflateShared<Warp, Sizes>& staged = shared;
  LaneOf<Warp, bool> bad;
  LaneOf<Warp, std::uint32_t> steps;
  LaneOf<Warp, std::uint32_t> copied;
  for (const int lane : warp.lanes()) {
    bad[lane] = false;
    steps[lane] = copied[lane] = 0;
    if (lane < lane_count) {
      std::uint32_t at = place[lane];
      for (std::uint32_t bit = w.start[lane]; bit < w.end[lane] && !bad[lane];) {
        const DeflateSymbol symbol = decode_symbol<true>(staged, bit);
        ++steps[lane];
        bit += symbol.bit_count;
        if (symbol.length == 0) {
          shared.note[at++] = static_cast<std::uint16_t>(kKnownByte | symbol.literal);
        } else if (symbol.length != kEndOfBlock) {
          bad[lane] = symbol.distance > made + at;
          // A match longer than its distance repeats itself: refer to the first period, not to bytes that refer again.
          std::uint32_t back = symbol.distance;
          std::uint32_t left = symbol.distance;
          for (std::uint32_t k = 0; k < symbol.length && !bad[lane]; ++k) {
            shared.note[at++] = static_cast<std::uint16_t>(back - 1);
            if (--left == 0) {
              left = symbol.distance;
              back = back + symbol.distance <= kKnownByte ? back + symbol.distance : symbol.distance;
            }
          }
          copied[lane] += symbol.length;
        }
      }
    }
  }
  warp.tally(Step::decode, steps);
  warp.tally(Step::note, copied);
  warp.sync();
  return warp.ballot(bad) == 0;
}

/// Writes the `byte_count` noted bytes to `out` from `made` on. Sources before the window are final and fetched in any
/// order; those inside it are followed 32 bytes at a time, upwards.
template <class Warp, class Sizes>
GS_LANE_FN void resolve_bytes(const Warp& warp, InflateShared<Warp, Sizes>& shared, std::uint32_t byte_count,
                              typename Warp::Output& out, std::uint32_t made) {
  const InflateShared<Warp, Sizes>& noted = shared;
  for (const int lane : warp.lanes()) {
    for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < byte_count; k += kLaneCount) {
      const std::uint32_t note = noted.note[k];
      if ((note & kKnownByte) == 0 && note + 1 > k) {
        const std::uint8_t byte = out[made + k - note - 1];
        shared.note[k] = static_cast<std::uint16_t>(kKnownByte | byte);
      }
    }
  }
  warp.tally(Step::far, (byte_count + kLaneCount - 1) / kLaneCount);
  warp.sync();
  for (std::uint32_t k0 = 0; k0 < byte_count; k0 += kLaneCount) {
    LaneOf<Warp, std::uint32_t> note;
    LaneOf<Warp, std::uint32_t> steps;
    for (const int lane : warp.lanes()) {
      std::uint32_t k = k0 + static_cast<std::uint32_t>(lane);
      note[lane] = kKnownByte;
      steps[lane] = 0;
      if (k < byte_count) {
        note[lane] = noted.note[k];
        steps[lane] = 1;
        while ((note[lane] & kKnownByte) == 0) {
          k -= note[lane] + 1;
          note[lane] = noted.note[k];
          ++steps[lane];
        }
      }
    }
    warp.tally(Step::near, steps);
    warp.sync();
    for (const int lane : warp.lanes()) {
      const std::uint32_t k = k0 + static_cast<std::uint32_t>(lane);
      if (k < byte_count) {
        shared.note[k] = static_cast<std::uint16_t>(note[lane]);
        out[made + k] = static_cast<std::uint8_t>(note[lane] & 255u);
      }
    }
    warp.sync();
  }
}

/// The other way, for symbols that make more bytes than the chip stages: all lanes decode each symbol and share its
/// copy. False as in note_bytes.
template <class Warp, class Sizes>
GS_LANE_FN bool copy_together(const Warp& warp, const InflateShared<Warp, Sizes>& shared, std::uint32_t first_bit,
                              std::uint32_t end_bit, typename Warp::Output& out, std::uint32_t made) {
  std::uint32_t steps = 0;
  for (std::uint32_t bit = first_bit; bit < end_bit;) {
    const DeflateSymbol symbol = decode_symbol<true>(shared, bit);
    bit += symbol.bit_count;
    ++steps;
    if (symbol.length == 0) {
      for (const int lane : warp.lanes()) {
        if (lane == 0) out[made] = static_cast<std::uint8_t>(symbol.literal);
      }
      ++made;
    } else if (symbol.length != kEndOfBlock) {
      if (symbol.distance > made) return false;
      warp.sync();
      for (const int lane : warp.lanes()) {
        for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < symbol.length; k += kLaneCount) {
          const std::uint8_t byte = out[made - symbol.distance + k % symbol.distance];
          out[made + k] = byte;
        }
      }
      made += symbol.length;
    }
  }
  warp.tally(Step::together, steps);
  return true;
}

}  // namespace groundshift::codec

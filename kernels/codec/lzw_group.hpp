// SPDX-License-Identifier: Apache-2.0
// 32 codes of LZW, one a lane: read, told what they stand for, and their strings written.
#pragma once

#include <cstdint>

#include "kernels/codec/lanes.hpp"
#include "kernels/codec/lzw_code.hpp"
#include "kernels/codec/packed_bytes.hpp"

namespace groundshift::codec {

/// Of the longest group, and of the word behind the one that its last code begins in.
inline constexpr std::uint32_t kLzwGroupBits = kLaneCount * 12 + 32;
/// Staged input: some ten groups.
inline constexpr std::uint32_t kLzwWindowWords = 128;
/// Whole groups of codes whose strings can be named.
inline constexpr std::uint32_t kLzwPlaces = (kLzwStrings + kLaneCount) / kLaneCount * kLaneCount;
/// Codes that share a base: their strings, at most kLzwStrings + 1 bytes each, lie less than 2^16 bytes from it.
inline constexpr std::uint32_t kLzwBaseCodes = 16;
static_assert(kLzwBaseCodes * (kLzwStrings + 1) < 65536);

/// What the lanes that unpack one stream share.
template <class Warp>
struct LzwShared {
  ArrayOf<Warp, std::uint32_t, kLzwWindowWords> input;            ///< the first bit of a code is a word's highest
  ArrayOf<Warp, std::uint32_t, kLzwPlaces / kLzwBaseCodes> base;  ///< places in the output
  ArrayOf<Warp, std::uint16_t, kLzwPlaces> beyond;                ///< of each code's string, from its base
  ArrayOf<Warp, std::uint8_t, kLaneCount> first;                  ///< byte of the string of each code of the group
  ArrayOf<Warp, std::uint8_t, kLaneCount> appended;               ///< lane whose first byte ends a lane's string

  GS_LANE_FN std::uint32_t place(std::uint32_t code) const { return base[code / kLzwBaseCodes] + beyond[code]; }
};

/// Where a stream stands, the same for all lanes.
struct LzwPlace {
  std::uint32_t bit;     ///< of the stream: taken so far
  std::uint32_t number;  ///< of codes since the last Clear; whole groups
  std::uint32_t made;    ///< bytes written so far
};

/// Why a group ends before its 32 codes do.
enum class LzwHalt : std::uint32_t {
  none,
  clear,
  end,
  no_string,  ///< a code that stands for nothing yet, or more of them than there may be
  cut         ///< the packed bytes end
};

/// A string is `copied` bytes from `from` on and, for each code of the group that it was made by, one more byte.
template <class Warp>
struct LzwGroup {
  LaneOf<Warp, std::uint32_t> code;
  LaneOf<Warp, std::uint32_t> from;        ///< of the output, before the group; or kLzwLiteral | byte
  LaneOf<Warp, std::uint32_t> copied;      ///< bytes from there
  LaneOf<Warp, std::uint32_t> appended;    ///< the lane whose first byte ends the string
  LaneOf<Warp, std::uint32_t> byte_count;  ///< of the whole string
  LaneOf<Warp, std::uint32_t> kept;        ///< of the output wanted; 0 for lanes behind the last one
  LaneOf<Warp, std::uint32_t> place;       ///< from the group's first byte
  std::uint32_t byte_count_of_all;         ///< kept
  int count;                               ///< lanes with strings
  LzwHalt halt;                            ///< what comes behind them
  std::uint32_t end_bit;                   ///< behind the code that halted
};
inline constexpr std::uint32_t kLzwLiteral = 1u << 31;

/// Stages the input from the 32-bit word `first` on.
template <class Warp>
GS_LANE_FN void stage_codes(const Warp& warp, LzwShared<Warp>& shared, const PackedBytes& packed, std::uint32_t first) {
  for (const int lane : warp.lanes()) {
    for (std::uint32_t k = static_cast<std::uint32_t>(lane); k < kLzwWindowWords; k += kLaneCount) {
      const std::uint32_t word = packed.word(first + k);
      shared.input[k] = word << 24 | (word & 0xff00u) << 8 | (word >> 8 & 0xff00u) | word >> 24;
    }
  }
}

/// The codes at `at`, up to one that ends the group. window : word of the stream that is staged first
template <class Warp>
GS_LANE_FN LzwGroup<Warp> read_codes(const Warp& warp, const LzwShared<Warp>& shared, const LzwPlace& at,
                                     std::uint32_t window, std::uint32_t bit_count) {
  LzwGroup<Warp> group;
  LaneOf<Warp, std::uint32_t> halt;
  LaneOf<Warp, std::uint32_t> end;
  LaneOf<Warp, bool> halted;
  for (const int lane : warp.lanes()) {
    const std::uint32_t number = at.number + static_cast<std::uint32_t>(lane);
    const std::uint32_t width = lzw_width(number);
    const std::uint32_t bit = at.bit + lzw_bits_before(number) - lzw_bits_before(at.number);
    const std::uint32_t word = (bit >> 5) - window;
    const std::uint64_t bits = std::uint64_t{shared.input[word]} << 32 | shared.input[word + 1];
    const std::uint32_t code = static_cast<std::uint32_t>(bits >> (64 - (bit & 31u) - width)) & ((1u << width) - 1u);
    LzwHalt why = LzwHalt::none;
    if (bit + width > bit_count) {
      why = LzwHalt::cut;
    } else if (code == kLzwClear) {
      why = LzwHalt::clear;
    } else if (code == kLzwEnd) {
      why = LzwHalt::end;
    } else if (number >= kLzwMostCodes || code > kLzwEnd + number) {
      why = LzwHalt::no_string;
    }
    group.code[lane] = code;
    halt[lane] = static_cast<std::uint32_t>(why);
    end[lane] = bit + width;
    halted[lane] = why != LzwHalt::none;
  }
  const std::uint32_t halts = warp.ballot(halted);
  group.count = halts != 0 ? Warp::first_bit(halts) : kLaneCount;
  const int last = halts != 0 ? group.count : kLaneCount - 1;
  group.halt = static_cast<LzwHalt>(warp.get(halt, last));
  group.end_bit = warp.get(end, last);
  return group;
}

/// What each code stands for. Strings made before the group are known by their places; one that code j of the group
/// made is code j's and the first byte of the next, so lanes follow each other down to such a string or a literal, in
/// strides that double: 5 rounds at most.
template <class Warp>
GS_LANE_FN void find_strings(const Warp& warp, const LzwShared<Warp>& shared, const LzwPlace& at,
                             LzwGroup<Warp>& group) {
  LaneOf<Warp, std::uint32_t> root;
  LaneOf<Warp, std::uint32_t> depth;
  LaneOf<Warp, std::uint32_t> ends_ahead;
  LaneOf<Warp, bool> open;
  for (const int lane : warp.lanes()) {
    const std::uint32_t code = group.code[lane];
    root[lane] = static_cast<std::uint32_t>(lane);
    depth[lane] = 0;
    ends_ahead[lane] = 0;
    group.from[lane] = kLzwLiteral | (code & 255u);
    group.copied[lane] = 1;
    group.appended[lane] = 0;
    if (lane < group.count && code >= kLzwFirstString) {
      const std::uint32_t maker = code - kLzwFirstString;
      if (maker >= at.number) {
        root[lane] = maker - at.number;
        depth[lane] = 1;
        group.appended[lane] = root[lane] + 1;
      } else {
        const std::uint32_t from = shared.place(maker);
        const bool ahead = maker + 1 == at.number;  // its last byte is the group's first
        ends_ahead[lane] = ahead ? 1 : 0;
        group.from[lane] = from;
        group.copied[lane] = ahead ? at.made - from : shared.place(maker + 1) - from + 1;
      }
    }
    open[lane] = depth[lane] != 0;
  }
  while (warp.ballot(open) != 0) {
    const LaneOf<Warp, std::uint32_t> next = warp.gather(root, root);
    const LaneOf<Warp, std::uint32_t> further = warp.gather(depth, root);
    for (const int lane : warp.lanes()) {
      open[lane] = next[lane] != root[lane];
      depth[lane] += further[lane];
      root[lane] = next[lane];
    }
    warp.tally(Step::round, 1);
  }
  group.from = warp.gather(group.from, root);
  group.copied = warp.gather(group.copied, root);
  ends_ahead = warp.gather(ends_ahead, root);
  for (const int lane : warp.lanes()) {
    group.byte_count[lane] = lane < group.count ? group.copied[lane] + ends_ahead[lane] + depth[lane] : 0;
  }
}

/// Where the strings go, and how much of them is wanted: `room` bytes at most, which end the group.
template <class Warp>
GS_LANE_FN void place_strings(const Warp& warp, std::uint32_t room, LzwGroup<Warp>& group) {
  group.place = warp.exclusive_sum(group.byte_count, group.byte_count_of_all);
  if (group.byte_count_of_all > room) group.byte_count_of_all = room;
  for (const int lane : warp.lanes()) {
    const std::uint32_t left = group.place[lane] < room ? room - group.place[lane] : 0;
    group.kept[lane] = group.byte_count[lane] < left ? group.byte_count[lane] : left;
  }
}

/// A lane copies strings up to this by itself; longer ones are shared among all.
inline constexpr std::uint32_t kLzwOwnBytes = 16;

/// Writes what strings have from before the group, and notes for append_bytes() and the codes to come.
template <class Warp>
GS_LANE_FN void copy_strings(const Warp& warp, LzwShared<Warp>& shared, const LzwPlace& at, const LzwGroup<Warp>& group,
                             typename Warp::Output& out) {
  const std::uint32_t second_base = warp.get(group.place, kLzwBaseCodes);
  LaneOf<Warp, std::uint32_t> wanted;
  LaneOf<Warp, std::uint32_t> to;
  LaneOf<Warp, std::uint32_t> steps;
  LaneOf<Warp, bool> is_long;
  for (const int lane : warp.lanes()) {
    const auto slot = static_cast<std::uint32_t>(lane);
    const std::uint32_t copied = group.copied[lane], kept = group.kept[lane];
    wanted[lane] = copied < kept ? copied : kept;
    to[lane] = at.made + group.place[lane];
    is_long[lane] = wanted[lane] > kLzwOwnBytes;
    steps[lane] = is_long[lane] ? 1 : wanted[lane];
    if (kept != 0) {
      const std::uint32_t from = group.from[lane];
      const std::uint8_t byte = (from & kLzwLiteral) != 0 ? static_cast<std::uint8_t>(from & 255u) : out[from];
      out[to[lane]] = byte;
      shared.first[slot] = byte;
      shared.appended[slot] = static_cast<std::uint8_t>(group.appended[lane]);
      for (std::uint32_t k = 1; k < steps[lane]; ++k) {
        const std::uint8_t next = out[from + k];
        out[to[lane] + k] = next;
      }
    }
    if (at.number < kLzwPlaces) {
      const std::uint32_t base = slot < kLzwBaseCodes ? 0 : second_base;
      if (slot % kLzwBaseCodes == 0) shared.base[(at.number + slot) / kLzwBaseCodes] = at.made + base;
      shared.beyond[at.number + slot] = static_cast<std::uint16_t>(group.place[lane] - base);
    }
  }
  warp.tally(Step::far, steps);
  for (std::uint32_t longs = warp.ballot(is_long); longs != 0; longs &= longs - 1) {
    const int owner = Warp::first_bit(longs);
    const std::uint32_t from = warp.get(group.from, owner), its_place = warp.get(to, owner);
    const std::uint32_t byte_count = warp.get(wanted, owner);
    for (const int lane : warp.lanes()) {
      for (std::uint32_t k = 1 + static_cast<std::uint32_t>(lane); k < byte_count; k += kLaneCount) {
        const std::uint8_t byte = out[from + k];
        out[its_place + k] = byte;
      }
    }
    warp.tally(Step::together, (byte_count + kLaneCount - 2) / kLaneCount);
  }
}

/// Writes what strings have from inside the group: from the last byte back, each the first byte of the string behind
/// the one that it was appended to.
template <class Warp>
GS_LANE_FN void append_bytes(const Warp& warp, const LzwShared<Warp>& shared, const LzwPlace& at,
                             const LzwGroup<Warp>& group, typename Warp::Output& out) {
  LaneOf<Warp, std::uint32_t> steps;
  for (const int lane : warp.lanes()) {
    steps[lane] = 0;
    if (group.kept[lane] != 0) {
      auto maker = static_cast<std::uint32_t>(lane);
      for (std::uint32_t k = group.byte_count[lane]; k > group.copied[lane]; --k) {
        const std::uint32_t next = shared.appended[maker];
        if (k <= group.kept[lane]) out[at.made + group.place[lane] + k - 1] = shared.first[next];
        maker = next - 1;
        ++steps[lane];
      }
    }
  }
  warp.tally(Step::near, steps);
}

}  // namespace groundshift::codec

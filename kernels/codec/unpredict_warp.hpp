// SPDX-License-Identifier: Apache-2.0
// One row of a block by one warp: predictor undone, samples taken apart, the wanted part written to planes, validity.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/codec/decode_batch.hpp"
#include "kernels/codec/lanes.hpp"

namespace groundshift::codec {

/// The unsigned integer as wide as T: what predictor 2 adds up, whatever the bits stand for.
template <class T>
using WordOf = std::conditional_t<sizeof(T) == 1, std::uint8_t,
                                  std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                                     std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

template <class T, class Word>
GS_LANE_FN T sample_of(Word word) {
  static_assert(sizeof(T) == sizeof(Word));
  T value;
  __builtin_memcpy(&value, &word, sizeof(T));
  return value;
}

/// Nodata, and for floats NaN and infinities, are no values.
template <class T>
GS_LANE_FN bool is_value(T value, bool has_nodata, T nodata) {
  if (has_nodata && value == nodata) return false;
  if constexpr (std::is_floating_point_v<T>) return value - value == T{0};
  return true;
}

/// Where one sample of a row goes: pixels first .. first + count of the block's row to `values` and `valid`.
template <class T>
struct SampleRow {
  T* values;
  std::uint8_t* valid;
  std::int32_t first;
  std::int32_t count;
  bool has_nodata;
  T nodata;

  GS_LANE_FN std::int32_t end() const { return first + count; }
  /// Stores the row's pixel x if it is wanted. Validity is only cleared, so that warps of several bands may meet.
  GS_LANE_FN void put(std::int32_t x, T value) const {
    if (x < first || x >= end()) return;
    values[x - first] = value;
    if (!is_value(value, has_nodata, nodata)) valid[x - first] = 0;
  }
};

/// The wanted pixels as they stand.
template <class Warp, class T>
GS_LANE_FN void take_samples(const Warp& warp, const T* row, std::int32_t sample_count, std::int32_t sample,
                             const SampleRow<T>& to) {
  for (const int lane : warp.lanes()) {
#pragma unroll 1
    for (std::int32_t x = to.first + lane; x < to.end(); x += kLaneCount) {
      to.put(x, row[x * sample_count + sample]);
    }
  }
}

/// One value for all wanted pixels.
template <class Warp, class T>
GS_LANE_FN void fill_samples(const Warp& warp, T value, const SampleRow<T>& to) {
  for (const int lane : warp.lanes()) {
#pragma unroll 1
    for (std::int32_t x = to.first + lane; x < to.end(); x += kLaneCount) to.put(x, value);
  }
}

/// Predictor 2: each sample is the sum, modulo 2^bits, of its band's stored ones up to it. 32 pixels at a time;
/// integers wrap, so any order of addition gives the same bits.
template <class Warp, class T>
GS_LANE_FN void sum_samples(const Warp& warp, const T* row, std::int32_t sample_count, std::int32_t sample,
                            const SampleRow<T>& to) {
  using Word = WordOf<T>;
  using Sum = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  Sum before = 0;
#pragma unroll 1
  for (std::int32_t x0 = 0; x0 < to.end(); x0 += kLaneCount) {
    LaneOf<Warp, Sum> stored;
    for (const int lane : warp.lanes()) {
      const std::int32_t x = x0 + lane;
      Word word = 0;
      if (x < to.end()) __builtin_memcpy(&word, row + x * sample_count + sample, sizeof(word));
      stored[lane] = word;
    }
    Sum total = 0;
    const LaneOf<Warp, Sum> lower = warp.exclusive_sum(stored, total);
    for (const int lane : warp.lanes()) {
      to.put(x0 + lane, sample_of<T>(static_cast<Word>(before + lower[lane] + stored[lane])));
    }
    before += total;
  }
}

/// Bytes of up to four planes side by side with 8 bits of room: sums of 32 bytes do not run into each other.
inline constexpr std::uint64_t kPackedBytesMask = 0x00ff00ff00ff00ffull;

/// Predictor 3 (Adobe TIFF technical note 3): the row holds the samples' most significant bytes, then the next ones,
/// ..., and each byte is the difference to the one `sample_count` bytes before. Sums run on from plane to plane, so a
/// first pass finds with which sum each plane begins.
template <class Warp, class T>
GS_LANE_FN void sum_byte_planes(const Warp& warp, const std::uint8_t* row, std::int32_t width,
                                std::int32_t sample_count, std::int32_t sample, const SampleRow<T>& to) {
  constexpr int kPlanes = static_cast<int>(sizeof(T));
  constexpr int kWords = (kPlanes + 3) / 4;
  const std::int32_t plane_bytes = width * sample_count;
  std::uint64_t before[kWords];
  std::uint32_t sum = 0;
#pragma unroll
  for (int p = 0; p < kPlanes; ++p) {
    if (p % 4 == 0) before[p / 4] = 0;
    before[p / 4] |= std::uint64_t{sum & 255u} << (p % 4 * 16);
    LaneOf<Warp, std::uint32_t> part;
    for (const int lane : warp.lanes()) {
      part[lane] = 0;
#pragma unroll 1
      for (std::int32_t x = lane; x < width; x += kLaneCount) {
        part[lane] += row[p * plane_bytes + x * sample_count + sample];
      }
    }
    std::uint32_t total = 0;
    warp.exclusive_sum(part, total);
    sum += total;
  }
#pragma unroll 1
  for (std::int32_t x0 = 0; x0 < to.end(); x0 += kLaneCount) {
    LaneOf<Warp, std::uint64_t> word;
    for (const int lane : warp.lanes()) word[lane] = 0;
#pragma unroll
    for (int g = 0; g < kWords; ++g) {
      LaneOf<Warp, std::uint64_t> stored;
      for (const int lane : warp.lanes()) {
        const std::int32_t x = x0 + lane;
        stored[lane] = 0;
        for (int p = 4 * g; p < kPlanes && p < 4 * g + 4 && x < to.end(); ++p) {
          stored[lane] |= std::uint64_t{row[p * plane_bytes + x * sample_count + sample]} << (p % 4 * 16);
        }
      }
      std::uint64_t total = 0;
      const LaneOf<Warp, std::uint64_t> lower = warp.exclusive_sum(stored, total);
      for (const int lane : warp.lanes()) {
        const std::uint64_t bytes = (before[g] + lower[lane] + stored[lane]) & kPackedBytesMask;
        for (int p = 4 * g; p < kPlanes && p < 4 * g + 4; ++p) {
          word[lane] |= (bytes >> (p % 4 * 16) & 255u) << (8 * (kPlanes - 1 - p));
        }
      }
      before[g] = (before[g] + total) & kPackedBytesMask;
    }
    for (const int lane : warp.lanes()) {
      to.put(x0 + lane, sample_of<T>(static_cast<WordOf<T>>(word[lane])));
    }
  }
}

/// Row `y` of the wanted part of a block (below 256 MiB: offsets in a row fit into 32 bits), all of its targets.
/// T : the layout's type, of with_stored_type. raw : the block's unpacked bytes, at a multiple of kBlockAlignment; null
/// for an absent one
template <class T, class Warp>
GS_LANE_FN void unpredict_row(const Warp& warp, const std::byte* raw, const BlockLayout& layout,
                              const PackedBlock& block, const SampleTarget* targets, const DecodedPlanes& planes,
                              std::int32_t y) {
  const std::byte* const row_bytes = block.absent ? raw : raw + (block.y + y) * layout.row_byte_count();
  const T* const row = reinterpret_cast<const T*>(row_bytes);
  const std::ptrdiff_t to_row = block.to_y + y;
#pragma unroll 1
  for (std::uint32_t t = 0; t < block.target_count; ++t) {
    const SampleTarget target = targets[block.first_target + t];
    const SampleRow<T> to{
        reinterpret_cast<T*>(planes.data) + target.plane * planes.band_pitch + to_row * planes.row_pitch + block.to_x,
        planes.valid + to_row * planes.valid_pitch + block.to_x,
        block.x,
        block.width,
        target.has_nodata,
        sample_of<T>(static_cast<WordOf<T>>(target.nodata_bits))};
    if (block.absent) {
      fill_samples(warp, sample_of<T>(static_cast<WordOf<T>>(target.absent_bits)), to);
      continue;
    }
    switch (layout.predictor) {
      case BlockPredictor::none: take_samples(warp, row, layout.sample_count, target.sample, to); break;
      case BlockPredictor::horizontal: sum_samples(warp, row, layout.sample_count, target.sample, to); break;
      case BlockPredictor::floating_point:
        if constexpr (std::is_floating_point_v<T>) {
          sum_byte_planes(warp, reinterpret_cast<const std::uint8_t*>(row_bytes), layout.width, layout.sample_count,
                          target.sample, to);
        }
        break;
    }
  }
}

}  // namespace groundshift::codec

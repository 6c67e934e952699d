// SPDX-License-Identifier: Apache-2.0
// One look at a tile's values, row by row.
#include "host/engine/pair_extremes.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kLanes = 64;

/// Extremes of the valid pixels seen so far, lane by lane.
template <class T>
struct Range {
  T low[kLanes], high[kLanes];

  Range() {
    std::fill_n(low, kLanes, std::numeric_limits<T>::max());
    std::fill_n(high, kLanes, std::numeric_limits<T>::lowest());
  }
  T lowest() const { return *std::min_element(low, low + kLanes); }
  T highest() const { return *std::max_element(high, high + kLanes); }
};

/// By masks where there are some: selects of mixed widths do not vectorize.
template <class T>
inline T chosen(T pixel, T otherwise, std::uint8_t valid) {
  if constexpr (std::is_integral_v<T>) {
    const auto mask = static_cast<T>(-static_cast<T>(valid != 0));
    return static_cast<T>((pixel & mask) | (otherwise & ~mask));
  } else {
    return valid != 0 ? pixel : otherwise;
  }
}

/// Takes a row of pixels in.
template <class T>
GS_CLONES void extend(const T* __restrict pixels, const std::uint8_t* __restrict valid, std::int32_t count,
                      Range<T>& range) {
  constexpr T kMost = std::numeric_limits<T>::max(), kLeast = std::numeric_limits<T>::lowest();
  T* __restrict const lows = range.low;
  T* __restrict const highs = range.high;
  const auto take = [&](std::int32_t lane, std::int32_t x) {
    lows[lane] = std::min(lows[lane], chosen(pixels[x], kMost, valid[x]));
    highs[lane] = std::max(highs[lane], chosen(pixels[x], kLeast, valid[x]));
  };
  std::int32_t x0 = 0;
  for (; x0 + kLanes <= count; x0 += kLanes) {
    for (std::int32_t lane = 0; lane < kLanes; ++lane) take(lane, x0 + lane);
  }
  for (; x0 < count; ++x0) take(0, x0);
}

/// same[x] = from[x] is set and the pixel is `low`. from : may be `same`. Returns whether any is left.
template <class T>
GS_CLONES bool mark_same(const T* __restrict pixels, T low, std::int32_t count, const std::uint8_t* from,
                         std::uint8_t* same) {
  std::uint8_t any = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    same[x] = static_cast<std::uint8_t>((from[x] != 0 ? 1 : 0) & (pixels[x] == low ? 1 : 0));
    any = static_cast<std::uint8_t>(any | same[x]);
  }
  return any != 0;
}

/// same[x] = 1 where the pixel is valid and holds the minimum of every band on both dates. Returns whether any does.
template <class T>
bool mark_row(const PairTile& tile, const std::vector<float>& minimum, const Window& w, std::int32_t y,
              std::uint8_t* same) {
  const std::uint8_t* from = tile.valid_view().row(w.y + y) + w.x;
  for (std::int32_t b = 0; b < tile.band_count; ++b) {
    const T low = static_cast<T>(minimum[static_cast<std::size_t>(b)]);
    for (const auto& plane : {tile.before_as<T>(), tile.after_as<T>()}) {
      // As a rule none is left after the first plane.
      if (!mark_same(plane.band(b).row(w.y + y) + w.x, low, w.width, from, same)) return false;
      from = same;
    }
  }
  return true;
}

GS_CLONES std::int32_t count_set(const std::uint8_t* valid, std::int32_t count) {
  std::int32_t set = 0;
  for (std::int32_t x = 0; x < count; ++x) set += valid[x] != 0 ? 1 : 0;
  return set;
}

}  // namespace

PairExtremes::PairExtremes(std::int32_t band_count)
    : minimum_(static_cast<std::size_t>(band_count), std::numeric_limits<float>::infinity()) {}

void PairExtremes::add(const PairTile& tile) {
  PairExtremes own(tile.band_count);
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Window& w = tile.core;
    for (std::int32_t y = 0; y < w.height; ++y) {
      own.valid_ += count_set(tile.valid_view().row(w.y + y) + w.x, w.width);
    }
    if (own.valid_ == 0) return;
    for (std::int32_t b = 0; b < tile.band_count; ++b) {
      Range<T> range;
      for (const auto& plane : {tile.before_as<T>(), tile.after_as<T>()}) {
        for (std::int32_t y = 0; y < w.height; ++y) {
          extend(plane.band(b).row(w.y + y) + w.x, tile.valid_view().row(w.y + y) + w.x, w.width, range);
        }
      }
      own.minimum_[static_cast<std::size_t>(b)] = static_cast<float>(range.lowest());
      own.highest_ = std::max(own.highest_, static_cast<float>(range.highest()));
    }
    own.lowest_ = *std::min_element(own.minimum_.begin(), own.minimum_.end());
    std::vector<std::uint8_t> same(static_cast<std::size_t>(w.width));
    for (std::int32_t y = 0; y < w.height; ++y) {
      if (!mark_row<T>(tile, own.minimum_, w, y, same.data())) continue;
      own.clipped_ += std::count(same.begin(), same.end(), std::uint8_t{1});
    }
  });
  merge(own);
}

void PairExtremes::merge(const PairExtremes& other) {
  if (other.valid_ == 0) return;
  if (valid_ == 0) {
    *this = other;
    return;
  }
  // Pixels at the minimum of all bands count only while that is the minimum of all parts seen.
  std::vector<float> joint(minimum_.size());
  for (std::size_t b = 0; b < joint.size(); ++b) joint[b] = std::min(minimum_[b], other.minimum_[b]);
  clipped_ = (joint == minimum_ ? clipped_ : 0) + (joint == other.minimum_ ? other.clipped_ : 0);
  minimum_ = std::move(joint);
  lowest_ = std::min(lowest_, other.lowest_);
  highest_ = std::max(highest_, other.highest_);
  valid_ += other.valid_;
}

void keep_out_clipped(const PairTile& tile, const std::vector<float>& minimum) {
  with_pixel_type(tile.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Window all{0, 0, tile.width, tile.height};
    std::vector<std::uint8_t> same(static_cast<std::size_t>(tile.width));
    for (std::int32_t y = 0; y < tile.height; ++y) {
      mark_row<T>(tile, minimum, all, y, same.data());
      // The pair's memory is the slot's or the store's own, filled by the reader that calls this.
      auto* valid = const_cast<std::uint8_t*>(tile.valid) + y * tile.row_pitch;
      for (std::int32_t x = 0; x < tile.width; ++x) valid[x] = same[x] != 0 ? 2 : valid[x];
    }
  });
}

}  // namespace groundshift

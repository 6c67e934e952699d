// SPDX-License-Identifier: Apache-2.0
// One look at a tile's values, row by row.
#include "host/engine/pair_extremes.hpp"

#include <algorithm>
#include <limits>

#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

template <class T>
struct Range {
  T low, high;
};

/// Extremes of a row's valid pixels.
template <class T>
GS_CLONES Range<T> range_of(const T* pixels, const std::uint8_t* valid, std::int32_t count) {
  Range<T> r{std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()};
  for (std::int32_t x = 0; x < count; ++x) {
    const T low = valid[x] != 0 ? pixels[x] : r.low;
    const T high = valid[x] != 0 ? pixels[x] : r.high;
    r.low = low < r.low ? low : r.low;
    r.high = high > r.high ? high : r.high;
  }
  return r;
}

/// same[x] = 1 where the pixel is valid and holds the minimum of every band on both dates. Returns whether any does.
template <class T>
bool mark_row(const PairTile& tile, const std::vector<float>& minimum, const Window& w, std::int32_t y,
              std::uint8_t* same) {
  const std::uint8_t* valid = tile.valid_view().row(w.y + y) + w.x;
  for (std::int32_t x = 0; x < w.width; ++x) same[x] = valid[x] != 0 ? 1 : 0;
  for (std::int32_t b = 0; b < tile.band_count; ++b) {
    const T low = static_cast<T>(minimum[static_cast<std::size_t>(b)]);
    for (const auto& plane : {tile.before_as<T>(), tile.after_as<T>()}) {
      const T* pixels = plane.band(b).row(w.y + y) + w.x;
      std::uint8_t any = 0;
      for (std::int32_t x = 0; x < w.width; ++x) {
        same[x] = static_cast<std::uint8_t>(same[x] & (pixels[x] == low));
        any |= same[x];
      }
      if (any == 0) return false;  // as a rule after the first plane
    }
  }
  return true;
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
      const std::uint8_t* valid = tile.valid_view().row(w.y + y) + w.x;
      const auto found = w.width - std::count(valid, valid + w.width, std::uint8_t{0});
      if (found == 0) continue;
      for (std::int32_t b = 0; b < tile.band_count; ++b) {
        float& minimum = own.minimum_[static_cast<std::size_t>(b)];
        for (const auto& plane : {tile.before_as<T>(), tile.after_as<T>()}) {
          const Range<T> r = range_of(plane.band(b).row(w.y + y) + w.x, valid, w.width);
          minimum = std::min(minimum, static_cast<float>(r.low));
          own.highest_ = std::max(own.highest_, static_cast<float>(r.high));
        }
      }
      own.valid_ += found;
    }
    if (own.valid_ == 0) return;
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

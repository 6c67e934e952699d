// SPDX-License-Identifier: Apache-2.0
// A small picture of a heatmap of any size, gathered tile by tile: mean pooling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/products/pooled_scores.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Holds (width / factor) x (height / factor) sums, 12 bytes each, whatever the raster's size. One thread at a time.
class Quicklook {
 public:
  /// Sides of the raster in pixels, >= 1; `max_side` >= 1 is the longest side of the pooled picture.
  Quicklook(std::int32_t width, std::int32_t height, std::int32_t max_side = 1024);

  /// Raster pixels that one picture pixel covers along each side: ceil(longest side / max_side).
  std::int32_t factor() const { return factor_; }

  /// Takes in the scores of a window of the raster: `window.height` rows of `window.width` values, `row_pitch` elements
  /// apart; NaN = no data. Windows may come in any order and end anywhere, each pixel once. Throws std::logic_error for
  /// a window outside the raster.
  void add(const Window& window, const float* score, std::ptrdiff_t row_pitch);

  /// What was taken in so far.
  PooledScores pooled() const;

 private:
  std::int32_t end_of(std::int32_t pooled, std::int32_t seen) const;

  std::size_t pooled_count() const {
    return static_cast<std::size_t>(pooled_width_) * static_cast<std::size_t>(pooled_height_);
  }

  std::int32_t width_, height_, factor_, pooled_width_, pooled_height_;
  std::vector<double> sums_;  ///< empty until scores come
  std::vector<std::uint32_t> counts_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A small picture of a heatmap of any size, gathered tile by tile: mean pooling, colour ramp, legend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/io/png.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Scores 0..high fill the ramp; above it everything has the last colour. `percentile` of the picture's pixels lie at
/// or below `high` (0..100).
struct Stretch {
  double high = 1.0;
  double percentile = 100.0;
};

/// Holds (width / factor) x (height / factor) sums, 12 bytes each, whatever the raster's size. One thread at a time.
class Quicklook {
 public:
  /// Sides of the raster in pixels, >= 1; `max_side` >= 1 is the longest side of the pooled picture.
  Quicklook(std::int32_t width, std::int32_t height, std::int32_t max_side = 1024);

  /// Raster pixels that one picture pixel covers along each side: ceil(longest side / max_side).
  std::int32_t factor() const { return factor_; }
  std::int32_t pooled_width() const { return pooled_width_; }
  std::int32_t pooled_height() const { return pooled_height_; }
  /// Mean of the valid scores that picture pixel (x, y) covers; NaN where there is none.
  double pooled(std::int32_t x, std::int32_t y) const;

  /// Takes in the scores of a window of the raster: `window.height` rows of `window.width` values, `row_pitch` elements
  /// apart; NaN = no data. Windows may come in any order and end anywhere, each pixel once. Throws std::logic_error for
  /// a window outside the raster.
  void add(const Window& window, const float* score, std::ptrdiff_t row_pitch);

  /// Stretch up to a percentile (0..100, nearest rank) of the pooled means that are finite; the largest of them when
  /// the percentile is not above 0, and 1 when that is not either. 99.5: half a percent of bright pixels still
  /// saturates, so that one hot pixel does not darken the scene.
  Stretch stretch(double percentile = 99.5) const;

  /// The picture: title above, heatmap (pictures below 640 pixels enlarged by an integer factor to at least 800), below
  /// it a colour bar with ticks, what the bar's end means and the swatch of "no data" (a grey checker).
  RgbImage picture(const std::string& title, const Stretch& stretch) const;
  /// picture() as a PNG. Throws OutputError.
  void render(const std::filesystem::path& path, const std::string& title, const Stretch& stretch) const;

 private:
  double mean(std::size_t at) const;
  std::int32_t end_of(std::int32_t pooled, std::int32_t seen) const;

  std::int32_t width_, height_, factor_, pooled_width_, pooled_height_;
  std::vector<double> sums_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace groundshift

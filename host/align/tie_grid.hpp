// SPDX-License-Identifier: Apache-2.0
// Where shifts are measured: windows on a lattice counted from the grid's origin. Pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// columns x rows windows of side x side pixels; window (i, j) begins at ((first_x + i * stride) * step, ...), so that
/// all lie on multiples of `step` whatever part of a scene is looked at.
struct TieGrid {
  std::int32_t side = 0;
  std::int32_t step = 0;
  std::int32_t stride = 1;  ///< every stride-th window of the full lattice is used
  std::int32_t columns = 0, rows = 0;
  std::int32_t first_x = 0, first_y = 0;  ///< of the full lattice

  std::int64_t count() const { return std::int64_t{columns} * rows; }
  Window window(std::int64_t index) const;  ///< row-major
  /// Pixels between neighbouring windows.
  std::int32_t spacing() const { return step * stride; }
  friend bool operator==(const TieGrid&, const TieGrid&) = default;
};

/// Few large windows, for a shift or an affine map; or many small ones that follow a warp.
enum class TieDensity { sparse, dense };

inline constexpr std::int32_t kSmallestWindow = 32;

/// The lattice for a scene of width x height pixels: the first of (side, step) = sparse (256, 256), (256, 128); then
/// for both (128, 128), (128, 64), (64, 64), (64, 32), (32, 32) with at least 16 windows, or the one with most windows;
/// thinned evenly to at most `max_windows`. Nothing (count() = 0) where not even one window of kSmallestWindow fits.
TieGrid make_tie_grid(std::int32_t width, std::int32_t height, TieDensity density, std::int64_t max_windows);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Non-owning views of pixels in memory: one band, and a planar stack of bands.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// One band in memory. Does not own. `row_pitch` counts elements; (x, y) = column, row.
template <class T>
struct RasterView {
  T* data = nullptr;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::ptrdiff_t row_pitch = 0;

  GS_HD T& operator()(std::int32_t x, std::int32_t y) const { return data[y * row_pitch + x]; }
  GS_HD T* row(std::int32_t y) const { return data + y * row_pitch; }
  /// The same pixels seen through a window that starts at (x, y).
  GS_HD RasterView window(std::int32_t x, std::int32_t y, std::int32_t w, std::int32_t h) const {
    return {data + y * row_pitch + x, w, h, row_pitch};
  }
};

/// Bands one after the other (planar). Does not own. `band_pitch` counts elements.
template <class T>
struct PlanarView {
  T* data = nullptr;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t band_count = 0;
  std::ptrdiff_t row_pitch = 0;
  std::ptrdiff_t band_pitch = 0;

  GS_HD RasterView<T> band(std::int32_t b) const { return {data + b * band_pitch, width, height, row_pitch}; }
};

/// A rectangle of pixels: origin (x, y), size width x height, in whatever grid the context names.
struct Window {
  std::int32_t x = 0;
  std::int32_t y = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;

  friend bool operator==(const Window&, const Window&) = default;
};

inline std::int64_t pixel_count(const Window& w) { return std::int64_t{w.width} * w.height; }

/// A cell is the unit of statistics: 256 x 256 pixels of the output grid counted from its origin. A tile is whole
/// cells.
inline constexpr std::int32_t kCellSize = 256;
/// Floating sums inside a cell run over this many interleaved lanes (lane = column in the cell modulo this).
inline constexpr std::int32_t kCellLanes = 32;

}  // namespace groundshift

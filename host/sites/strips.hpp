// SPDX-License-Identifier: Apache-2.0
// Full-width rows in order out of anything that gives windows of a raster.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// How a raster of tiles is cut into strips of whole rows.
/// tile_width, tile_height : of the source; edge tiles are smaller
/// most_bytes              : for a strip of floats; at least one row is taken whatever it says
struct StripShape {
  std::int32_t width = 0, height = 0;
  std::int32_t tile_width = 0, tile_height = 0;
  std::int64_t most_bytes = 0;

  /// As many rows of tiles as fit, else the largest part of a row of tiles that halving it gives.
  std::int32_t rows() const {
    const std::int64_t fit = std::max<std::int64_t>(1, most_bytes / (std::int64_t{4} * std::max(1, width)));
    std::int64_t rows = std::max(1, tile_height);
    if (rows <= fit) return static_cast<std::int32_t>(std::min<std::int64_t>(fit / rows * rows, std::max(1, height)));
    while (rows > fit) rows = (rows + 1) / 2;
    return static_cast<std::int32_t>(rows);
  }
};

/// wanted : (first_row, row_count) -> bool; strips it refuses are passed over
/// read   : (window, float* to, row_pitch) fills the window's pixels; a window lies inside one tile
/// visit  : (first_row, row_count, const float* rows) gets full-width rows without gaps, top to bottom
template <class Wanted, class Read, class Visit>
void for_each_strip(const StripShape& shape, Wanted&& wanted, Read&& read, Visit&& visit) {
  const std::int32_t rows = shape.rows();
  std::vector<float> strip;
  for (std::int32_t y = 0; y < shape.height; y += rows) {
    const std::int32_t row_count = std::min(rows, shape.height - y);
    if (!wanted(y, row_count)) continue;
    strip.resize(static_cast<std::size_t>(row_count) * static_cast<std::size_t>(shape.width));
    for (std::int32_t part_y = y; part_y < y + row_count;) {
      const std::int32_t tile_end = (part_y / shape.tile_height + 1) * shape.tile_height;
      const std::int32_t part_rows = std::min(tile_end, y + row_count) - part_y;
      for (std::int32_t x = 0; x < shape.width; x += shape.tile_width) {
        read(Window{x, part_y, std::min(shape.tile_width, shape.width - x), part_rows},
             strip.data() + std::ptrdiff_t{part_y - y} * shape.width + x, std::ptrdiff_t{shape.width});
      }
      part_y += part_rows;
    }
    visit(y, row_count, strip.data());
  }
}

}  // namespace groundshift

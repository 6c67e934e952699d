// SPDX-License-Identifier: Apache-2.0
// Filling polygons by rows of pixel centres, any part of a grid at a time, always to the same pixels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace groundshift {

/// One feature: all its rings together, filled even-odd. Coordinates are pixels of a grid (corner of (0,0) = (0,0)).
class PolygonFill {
 public:
  using Ring = std::vector<std::array<double, 2>>;

  /// Rings close themselves. `height` of the grid: edges beyond its rows are left out.
  PolygonFill(const std::vector<Ring>& rings, std::int32_t height);

  bool empty() const { return edges_.empty(); }
  std::array<double, 4> bounds() const { return bounds_; }  ///< xmin, ymin, xmax, ymax of the rings

  /// Sets to 1 the pixels x .. x + width - 1 of row y whose centres are inside. A row's crossings are where an edge
  /// meets the line of its centres, an edge owning its upper end; between the first and second, third and fourth ...
  /// crossing, columns from floor(x + 1/2) up to the next one's floor(x + 1/2) - 1 are inside.
  void fill_row(std::int32_t y, std::int32_t x, std::int32_t width, std::uint8_t* row) const;

 private:
  struct Edge {
    double top_x, top_y, bottom_x, bottom_y;
  };
  std::vector<Edge> edges_;
  std::vector<std::vector<std::uint32_t>> bands_;  ///< edges by bands of rows
  std::int32_t first_band_ = 0;
  std::array<double, 4> bounds_{};
};

}  // namespace groundshift

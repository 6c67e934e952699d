// SPDX-License-Identifier: Apache-2.0
// The ground that a pixel covers, row by row, in whole units that add up without rounding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/geo/grid.hpp"

namespace groundshift {

/// unit_m2   : square metres of one unit
/// row_units : units of a pixel, one a row; empty: every pixel is one unit
/// caution   : why the areas are to be read with care; empty: they are not
struct PixelAreas {
  double unit_m2 = 0.0;
  std::vector<std::int64_t> row_units;
  std::string caution;
};

/// Projected CRS: the geotransform's cell in the CRS's plane times its linear unit squared. Geographic CRS: the cell
/// between its meridians and parallels on the CRS's ellipsoid, exactly; of a rotated grid the part of the ellipsoid
/// around the middle of the row. Units are such that the sum over the grid stays below 2^62 (a pixel of 16384 x 16384
/// has some 2^34). Nothing without geotransform or CRS, or for another kind of CRS.
std::optional<PixelAreas> pixel_areas(const Grid& grid);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The grid of a raster: size, affine transform, coordinate reference system. No GDAL here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace groundshift {

/// geotransform : GDAL's order (x0, dx, rx, y0, ry, dy), any rotation; absent = no georeference
/// crs_wkt      : WKT2; empty = no CRS
struct Grid {
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::optional<std::array<double, 6>> geotransform;
  std::string crs_wkt;
  bool pixel_is_point = false;  ///< AREA_OR_POINT=Point
};

inline std::int64_t pixel_count(const Grid& g) { return std::int64_t{g.width} * g.height; }

/// Equal size and origin and pixel vectors equal within 1e-6 of a pixel over the whole grid, and the same CRS by
/// meaning (GDAL's OGRSpatialReference::IsSame, axis order ignored). `why` gets the first difference in words.
bool same_grid(const Grid& a, const Grid& b, std::string* why);

/// Size, transform and CRS name in one line for messages.
std::string describe(const Grid& grid);

/// Ground size of a pixel along x and y in CRS units (0 without georeference).
std::array<double, 2> pixel_size(const Grid& grid);

/// Side of a pixel in metres, the geometric mean of both sides: projected grids by their linear unit, geographic ones
/// at their centre on a sphere of 6371 km. Nothing without georeference or CRS.
std::optional<double> pixel_size_in_metres(const Grid& grid);

}  // namespace groundshift

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

/// A rectangle of pixels of the grid that the context names; it may reach outside it.
struct PixelRect {
  std::int64_t x = 0, y = 0, width = 0, height = 0;
  friend bool operator==(const PixelRect&, const PixelRect&) = default;
};

/// The same CRS by meaning (GDAL's OGRSpatialReference::IsSame, axis order ignored); two empty ones are the same.
bool same_crs(const std::string& wkt_a, const std::string& wkt_b);

/// "WGS 84 / UTM zone 33N (EPSG:32633)", "no CRS".
std::string crs_name(const std::string& wkt);

/// The CRS's own EPSG code; nothing when it has none or another authority's.
std::optional<std::int32_t> epsg_code(const std::string& wkt);

/// WKT2 of whatever GDAL's SetFromUserInput takes (EPSG:32633, WKT, PROJ string, file). Throws UsageError naming
/// `option`.
std::string crs_from_user_input(const std::string& text, const std::string& option);

/// {xmin, ymin, xmax, ymax} of the grid's four corners in CRS units; needs a geotransform.
std::array<double, 4> extent_of(const Grid& grid);

/// CRS coordinates of a position in pixels (corner of pixel (0,0) = (0,0)); needs a geotransform.
std::array<double, 2> to_ground(const Grid& grid, double x, double y);
/// The other way. Throws InputError where the geotransform cannot be inverted.
std::array<double, 2> to_pixels(const Grid& grid, double ground_x, double ground_y);

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
/// The same for its sides across and down apart (the lengths of the geotransform's vectors).
std::optional<std::array<double, 2>> pixel_sides_in_metres(const Grid& grid);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Cells of a plane and of an ellipsoid.
#include "host/geo/pixel_area.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include <ogr_spatialref.h>

namespace groundshift {
namespace {

double determinant(const std::array<double, 6>& t) { return std::fabs(t[1] * t[5] - t[2] * t[4]); }

/// Area between the equator and a parallel, a radian of longitude wide. source : Snyder, Map Projections, USGS 1395,
/// 1987, eq. 3-12 (authalic latitude), times a^2 / 2.
double zone_area(double semi_major, double eccentricity, double latitude) {
  const double s = std::sin(std::clamp(latitude, -std::numbers::pi / 2.0, std::numbers::pi / 2.0));
  if (eccentricity == 0.0) return semi_major * semi_major * s;
  const double e = eccentricity;
  const double q = (1.0 - e * e) * (s / (1.0 - e * e * s * s) + std::atanh(e * s) / e);
  return 0.5 * semi_major * semi_major * q;
}

std::vector<double> geographic_areas(const Grid& grid, const OGRSpatialReference& crs) {
  const auto& t = *grid.geotransform;
  const double unit = crs.GetAngularUnits(static_cast<const char**>(nullptr));  // radians
  const double a = crs.GetSemiMajor(), flattening_inverse = crs.GetInvFlattening();
  const double f = flattening_inverse == 0.0 ? 0.0 : 1.0 / flattening_inverse;
  const double e = std::sqrt(f * (2.0 - f));
  std::vector<double> areas(static_cast<std::size_t>(grid.height));
  const double middle = t[3] + 0.5 * grid.width * t[4];
  // A cell as wide as its share of the determinant: for an upright grid its own width.
  const double side = t[5] != 0.0 ? t[5] : t[4];
  const double width = determinant(t) / std::fabs(side);
  for (std::int32_t y = 0; y < grid.height; ++y) {
    const double centre = middle + (y + 0.5) * t[5];
    const double north = zone_area(a, e, (centre + 0.5 * side) * unit);
    const double south = zone_area(a, e, (centre - 0.5 * side) * unit);
    areas[static_cast<std::size_t>(y)] = std::fabs(north - south) * width * unit;
  }
  return areas;
}

}  // namespace

std::optional<PixelAreas> pixel_areas(const Grid& grid) {
  if (!grid.geotransform || grid.crs_wkt.empty() || pixel_count(grid) == 0) return std::nullopt;
  OGRSpatialReference crs;
  if (crs.importFromWkt(grid.crs_wkt.c_str()) != OGRERR_NONE) return std::nullopt;
  PixelAreas out;
  if (crs.IsProjected() != 0) {
    const double unit = crs.GetLinearUnits(static_cast<const char**>(nullptr));
    out.unit_m2 = determinant(*grid.geotransform) * unit * unit;
    const char* projection = crs.GetAttrValue("PROJECTION");
    if (projection != nullptr && std::strstr(projection, "Mercator") != nullptr &&
        std::strstr(projection, "Transverse") == nullptr && std::strstr(projection, "Oblique") == nullptr) {
      out.caution = "areas are those of a Mercator map, which grow with latitude; warp to an equal-area or UTM grid";
    }
    return out.unit_m2 > 0.0 ? std::optional(out) : std::nullopt;
  }
  if (crs.IsGeographic() == 0) return std::nullopt;
  const std::vector<double> areas = geographic_areas(grid, crs);
  const double largest = *std::max_element(areas.begin(), areas.end());
  if (!(largest > 0.0)) return std::nullopt;
  // largest * pixel_count < 2^62 units
  int exponent = 0;
  std::frexp(largest * static_cast<double>(pixel_count(grid)), &exponent);
  out.unit_m2 = std::ldexp(1.0, exponent - 62);
  for (const double area : areas) out.row_units.push_back(std::llround(area / out.unit_m2));
  if ((*grid.geotransform)[2] != 0.0 || (*grid.geotransform)[4] != 0.0) {
    out.caution = "the grid is rotated against its meridians: a pixel's area is that in the middle of its row";
  }
  return out;
}

}  // namespace groundshift

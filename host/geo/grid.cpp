// SPDX-License-Identifier: Apache-2.0
// Comparing and describing grids.
#include "host/geo/grid.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>
#include <ogr_spatialref.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

/// Largest distance between where the two transforms put a corner, in pixels of `a`.
double corner_distance_px(const Grid& a, const Grid& b) {
  const auto& p = *a.geotransform;
  const auto& q = *b.geotransform;
  const double pixel = std::min(std::hypot(p[1], p[4]), std::hypot(p[2], p[5]));
  double largest = 0.0;
  for (const double x : {0.0, double(a.width)}) {
    for (const double y : {0.0, double(a.height)}) {
      const double dx = (p[0] - q[0]) + x * (p[1] - q[1]) + y * (p[2] - q[2]);
      const double dy = (p[3] - q[3]) + x * (p[4] - q[4]) + y * (p[5] - q[5]);
      largest = std::max(largest, std::hypot(dx, dy) / pixel);
    }
  }
  return largest;
}

}  // namespace

std::string crs_name(const std::string& wkt) {
  if (wkt.empty()) return "no CRS";
  OGRSpatialReference crs;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return "unreadable CRS";
  std::string name = crs.GetName() != nullptr ? crs.GetName() : "unnamed CRS";
  if (const char* code = crs.GetAuthorityCode(nullptr)) {
    name += fmt::format(" ({}:{})", crs.GetAuthorityName(nullptr), code);
  }
  return name;
}

std::optional<std::int32_t> epsg_code(const std::string& wkt) {
  OGRSpatialReference crs;
  if (wkt.empty() || crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return std::nullopt;
  const char* authority = crs.GetAuthorityName(nullptr);
  const char* code = crs.GetAuthorityCode(nullptr);
  if (authority == nullptr || code == nullptr || std::string_view(authority) != "EPSG") return std::nullopt;
  std::int32_t number = 0;
  const std::string_view text = code;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool same_crs(const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (a.empty() || b.empty()) return false;
  OGRSpatialReference first, second;
  first.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  second.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (first.importFromWkt(a.c_str()) != OGRERR_NONE || second.importFromWkt(b.c_str()) != OGRERR_NONE) return false;
  return first.IsSame(&second) != 0;
}

std::string crs_from_user_input(const std::string& text, const std::string& option) {
  initialize_gdal();
  const GdalMessages messages;
  OGRSpatialReference crs;
  if (crs.SetFromUserInput(text.c_str()) != OGRERR_NONE) {
    throw UsageError(fmt::format("{} '{}': {}", option, text, messages.failure_text("is no CRS that PROJ knows")));
  }
  char* wkt = nullptr;
  const char* form[] = {"FORMAT=WKT2_2019", nullptr};
  const bool good = crs.exportToWkt(&wkt, form) == OGRERR_NONE && wkt != nullptr;
  const std::string out = good ? wkt : "";
  CPLFree(wkt);
  if (!good) throw UsageError(fmt::format("{} '{}': cannot be written as WKT", option, text));
  return out;
}

std::array<double, 2> to_ground(const Grid& grid, double x, double y) {
  const auto& t = *grid.geotransform;
  return {t[0] + x * t[1] + y * t[2], t[3] + x * t[4] + y * t[5]};
}

std::array<double, 2> to_pixels(const Grid& grid, double ground_x, double ground_y) {
  std::array<double, 6> transform = *grid.geotransform, inverse{};
  if (!GDALInvGeoTransform(transform.data(), inverse.data())) {
    throw InputError(fmt::format("{}: its geotransform cannot be inverted", describe(grid)));
  }
  return {inverse[0] + ground_x * inverse[1] + ground_y * inverse[2],
          inverse[3] + ground_x * inverse[4] + ground_y * inverse[5]};
}

std::array<double, 4> extent_of(const Grid& grid) {
  std::array<double, 4> extent{HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (const double x : {0.0, double(grid.width)}) {
    for (const double y : {0.0, double(grid.height)}) {
      const auto [gx, gy] = to_ground(grid, x, y);
      extent = {std::min(extent[0], gx), std::min(extent[1], gy), std::max(extent[2], gx), std::max(extent[3], gy)};
    }
  }
  return extent;
}

bool same_grid(const Grid& a, const Grid& b, std::string* why) {
  constexpr double kTolerancePixels = 1e-6;
  std::string reason;
  if (a.width != b.width || a.height != b.height) {
    reason = "the sizes differ";
  } else if (a.geotransform.has_value() != b.geotransform.has_value()) {
    reason = "only one of them has a geotransform";
  } else if (!same_crs(a.crs_wkt, b.crs_wkt)) {
    reason = "the coordinate reference systems differ";
  } else if (a.geotransform && !(corner_distance_px(a, b) <= kTolerancePixels)) {
    reason = fmt::format("the geotransforms differ by up to {:.6g} pixels", corner_distance_px(a, b));
  }
  if (why != nullptr) *why = reason;
  return reason.empty();
}

std::string describe(const Grid& grid) {
  std::string text = fmt::format("{} x {} pixels, {}", grid.width, grid.height, crs_name(grid.crs_wkt));
  if (!grid.geotransform) return text + ", no geotransform";
  const auto& t = *grid.geotransform;
  return text + fmt::format(", geotransform ({:.10g}, {:.10g}, {:.10g}, {:.10g}, {:.10g}, {:.10g})", t[0], t[1], t[2],
                            t[3], t[4], t[5]);
}

std::array<double, 2> pixel_size(const Grid& grid) {
  if (!grid.geotransform) return {0.0, 0.0};
  const auto& t = *grid.geotransform;
  return {std::hypot(t[1], t[4]), std::hypot(t[2], t[5])};
}

std::optional<std::array<double, 2>> pixel_sides_in_metres(const Grid& grid) {
  if (!grid.geotransform || grid.crs_wkt.empty()) return std::nullopt;
  OGRSpatialReference crs;
  if (crs.importFromWkt(grid.crs_wkt.c_str()) != OGRERR_NONE) return std::nullopt;
  const auto [across, down] = pixel_size(grid);
  if (crs.IsProjected() != 0) {
    const double unit = crs.GetLinearUnits(static_cast<const char**>(nullptr));
    return std::array{across * unit, down * unit};
  }
  if (crs.IsGeographic() == 0) return std::nullopt;
  constexpr double kEarthRadius = 6371000.0;
  const auto& t = *grid.geotransform;
  const double unit = crs.GetAngularUnits(static_cast<const char**>(nullptr));  // radians
  const double latitude = (t[3] + 0.5 * grid.width * t[4] + 0.5 * grid.height * t[5]) * unit;
  const double parallel = std::max(std::cos(latitude), 0.0);
  const auto metres = [&](double dx, double dy) { return unit * kEarthRadius * std::hypot(dx * parallel, dy); };
  return std::array{metres(t[1], t[4]), metres(t[2], t[5])};
}

std::optional<double> pixel_size_in_metres(const Grid& grid) {
  const auto sides = pixel_sides_in_metres(grid);
  if (!sides) return std::nullopt;
  return std::sqrt((*sides)[0] * (*sides)[1]);
}

}  // namespace groundshift

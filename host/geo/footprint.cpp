// SPDX-License-Identifier: Apache-2.0
// Outlines, overlap and resolution ratios by looking at points.
#include "host/geo/footprint.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <ogr_spatialref.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

constexpr double kDegreesPerTurn = 360.0;

/// CRS units of a whole turn of longitude; nothing for a CRS that is not geographic.
std::optional<double> turn_of(const std::string& crs_wkt) {
  OGRSpatialReference crs;
  if (crs_wkt.empty() || crs.importFromWkt(crs_wkt.c_str()) != OGRERR_NONE || crs.IsGeographic() == 0)
    return std::nullopt;
  return 2.0 * M_PI / crs.GetAngularUnits(static_cast<const char**>(nullptr));
}

Grid unit_grid(const std::string& crs_wkt) {
  Grid unit;
  unit.width = unit.height = 1;
  unit.geotransform = std::array<double, 6>{0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
  unit.crs_wkt = crs_wkt;
  return unit;
}

/// 65 points along each side of a raster, and 65 x 65 in all (poles and bulges lie inside), in output pixels.
std::array<std::vector<double>, 2> outline(const PixelTransform& transform) {
  constexpr int kSteps = 64;
  const Grid& grid = transform.source().grid;
  std::array<std::vector<double>, 2> p;
  for (int j = 0; j <= kSteps; ++j) {
    for (int i = 0; i <= kSteps; ++i) {
      p[0].push_back(double(grid.width) * i / kSteps - 0.5);
      p[1].push_back(double(grid.height) * j / kSteps - 0.5);
    }
  }
  transform.to_output(p[0], p[1]);
  for (std::size_t k = 0; k < p[0].size(); ++k) {
    p[0][k] += 0.5;
    p[1][k] += 0.5;
  }
  return p;
}

std::optional<Bounds> bounds_of(const std::array<std::vector<double>, 2>& p) {
  Bounds b{HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (std::size_t k = 0; k < p[0].size(); ++k) {
    if (!std::isfinite(p[0][k]) || !std::isfinite(p[1][k])) continue;
    b = {std::min(b[0], p[0][k]), std::min(b[1], p[1][k]), std::max(b[2], p[0][k]), std::max(b[3], p[1][k])};
  }
  if (!(b[0] <= b[2])) return std::nullopt;
  return b;
}

/// Ands "lies in the date's rectangle" into `inside`, output pixel by output pixel.
void mark_covered(const DateOnGrid& date, std::vector<double> x, std::vector<double> y, std::vector<char>& inside) {
  if (date.transform) {
    date.transform->to_source(x, y);
  } else {
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += static_cast<double>(date.offset_x);
      y[i] += static_cast<double>(date.offset_y);
    }
  }
  const double right = date.raster.grid.width - 0.5, bottom = date.raster.grid.height - 0.5;
  for (std::size_t i = 0; i < x.size(); ++i) {
    inside[i] = inside[i] && x[i] >= -0.5 && y[i] >= -0.5 && x[i] < right && y[i] < bottom;
  }
}

/// m2 of one output pixel at the given points on the WGS 84 ellipsoid; empty without a CRS that leads there.
std::vector<double> pixel_areas(const Grid& grid, const std::vector<double>& x, const std::vector<double>& y) {
  if (grid.crs_wkt.empty()) return {};
  const GdalMessages quiet;
  const std::size_t n = x.size();
  std::vector<double> lon, lat;
  for (const auto& [dx, dy] : {std::pair{0.0, 0.0}, std::pair{1.0, 0.0}, std::pair{0.0, 1.0}}) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto [gx, gy] = to_ground(grid, x[i] + dx, y[i] + dy);
      lon.push_back(gx);
      lat.push_back(gy);
    }
  }
  OGRSpatialReference crs, degrees;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  degrees.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (crs.importFromWkt(grid.crs_wkt.c_str()) != OGRERR_NONE || degrees.SetFromUserInput("EPSG:4326") != OGRERR_NONE)
    return {};
  const std::unique_ptr<OGRCoordinateTransformation> transform(OGRCreateCoordinateTransformation(&crs, &degrees));
  if (transform == nullptr) return {};
  std::vector<int> good(lon.size());
  transform->Transform(static_cast<int>(lon.size()), lon.data(), lat.data(), nullptr, good.data());
  constexpr double kRadius = 6378137.0, kSquaredEccentricity = 0.00669437999014, kDegree = M_PI / 180.0;
  std::vector<double> areas(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!good[i] || !good[n + i] || !good[2 * n + i]) {
      areas[i] = std::nan("");
      continue;
    }
    const double sine = std::sin(lat[i] * kDegree), w = 1.0 - kSquaredEccentricity * sine * sine;
    const double meridian = kRadius * (1.0 - kSquaredEccentricity) / (w * std::sqrt(w));
    const double parallel = kRadius / std::sqrt(w) * std::cos(lat[i] * kDegree);
    const auto across = [&](std::size_t k) { return std::remainder(lon[k] - lon[i], kDegreesPerTurn) * kDegree; };
    const auto up = [&](std::size_t k) { return (lat[k] - lat[i]) * kDegree; };
    areas[i] = std::fabs(across(n + i) * up(2 * n + i) - across(2 * n + i) * up(n + i)) * meridian * parallel;
  }
  return areas;
}

void count_overlap(CommonGrid& common) {
  const Grid& grid = common.grid;
  constexpr std::int64_t kCounted = std::int64_t{1} << 20, kPointsPerAxis = 256;
  if (!common.before.transform && !common.after.transform) {
    std::int64_t x0 = 0, y0 = 0, x1 = grid.width, y1 = grid.height;
    for (const DateOnGrid* date : {&common.before, &common.after}) {
      x0 = std::max(x0, -date->offset_x);
      y0 = std::max(y0, -date->offset_y);
      x1 = std::min(x1, date->raster.grid.width - date->offset_x);
      y1 = std::min(y1, date->raster.grid.height - date->offset_y);
    }
    common.overlap_pixels = std::max<std::int64_t>(x1 - x0, 0) * std::max<std::int64_t>(y1 - y0, 0);
    return;
  }
  common.overlap_counted = pixel_count(grid) <= kCounted;
  const std::int64_t nx = common.overlap_counted ? grid.width : std::min<std::int64_t>(kPointsPerAxis, grid.width);
  const std::int64_t ny = common.overlap_counted ? grid.height : std::min<std::int64_t>(kPointsPerAxis, grid.height);
  std::int64_t covered = 0;
  for (std::int64_t j = 0; j < ny; ++j) {
    std::vector<double> x, y;
    for (std::int64_t i = 0; i < nx; ++i) {
      x.push_back(static_cast<double>((2 * i + 1) * grid.width / (2 * nx)));
      y.push_back(static_cast<double>((2 * j + 1) * grid.height / (2 * ny)));
    }
    std::vector<char> inside(x.size(), 1);
    mark_covered(common.before, x, y, inside);
    mark_covered(common.after, x, y, inside);
    covered += std::count(inside.begin(), inside.end(), 1);
  }
  common.overlap_pixels = common.overlap_counted
                              ? covered
                              : static_cast<std::int64_t>(static_cast<double>(covered) / static_cast<double>(nx * ny) *
                                                          static_cast<double>(pixel_count(grid)));
}

/// 17 x 17 points spread over a grid, its centre among them.
std::array<std::vector<double>, 2> lookout_points(const Grid& grid) {
  constexpr int kSteps = 16;
  std::array<std::vector<double>, 2> p;
  for (int j = 0; j <= kSteps; ++j) {
    for (int i = 0; i <= kSteps; ++i) {
      p[0].push_back((grid.width - 1.0) * i / kSteps);
      p[1].push_back((grid.height - 1.0) * j / kSteps);
    }
  }
  return p;
}

void measure_ratios(DateOnGrid& date, const std::array<std::vector<double>, 2>& p, const std::vector<char>& looked_at) {
  if (!date.transform) return;
  date.ratio_center = date.transform->source_pixels_per_output_pixel(p[0][p[0].size() / 2], p[1][p[1].size() / 2]);
  date.ratio_least = {HUGE_VAL, HUGE_VAL};
  date.ratio_largest = {0.0, 0.0};
  for (std::size_t i = 0; i < p[0].size(); ++i) {
    if (!looked_at[i]) continue;
    const auto ratio = date.transform->source_pixels_per_output_pixel(p[0][i], p[1][i]);
    for (int axis = 0; axis < 2; ++axis) {
      if (!std::isfinite(ratio[axis])) continue;
      date.ratio_least[axis] = std::min(date.ratio_least[axis], ratio[axis]);
      date.ratio_largest[axis] = std::max(date.ratio_largest[axis], ratio[axis]);
    }
  }
  for (int axis = 0; axis < 2; ++axis) {  // nothing looked at, or nothing placed
    if (!(date.ratio_least[axis] <= date.ratio_largest[axis])) {
      date.ratio_least[axis] = date.ratio_largest[axis] = date.ratio_center[axis];
    }
  }
}

/// The date's pixel at output pixel (0,0) when the output's pixels are the date's.
std::optional<std::array<std::int64_t, 2>> whole_pixel_offset(const LocatedRaster& raster, const Grid& grid) {
  if (raster.georeference.kind != GeoreferenceKind::geotransform || !grid.geotransform ||
      !same_crs(raster.georeference.crs_wkt, grid.crs_wkt)) {
    return std::nullopt;
  }
  const auto origin = to_ground(grid, 0.0, 0.0);
  const auto first = to_pixels(raster.grid, origin[0], origin[1]);
  const std::array<double, 2> offset{std::round(first[0]), std::round(first[1])};
  if (!(std::fabs(offset[0]) < 1e9 && std::fabs(offset[1]) < 1e9)) return std::nullopt;
  for (const double x : {0.0, double(grid.width)}) {
    for (const double y : {0.0, double(grid.height)}) {
      const auto ground = to_ground(grid, x, y);
      const auto pixel = to_pixels(raster.grid, ground[0], ground[1]);
      if (!(std::hypot(pixel[0] - x - offset[0], pixel[1] - y - offset[1]) <= kWholePixelTolerance))
        return std::nullopt;
    }
  }
  return std::array{static_cast<std::int64_t>(offset[0]), static_cast<std::int64_t>(offset[1])};
}

}  // namespace

std::optional<Bounds> footprint(const LocatedRaster& raster, const Grid& grid, const TransformOptions& options) {
  TransformOptions unshifted = options;
  unshifted.shift = nullptr;
  const PixelTransform transform(raster, grid, unshifted);
  std::array<std::vector<double>, 2> p = outline(transform);
  const std::optional<Bounds> plain = bounds_of(p);
  const std::optional<double> turn = turn_of(grid.crs_wkt);
  if (!plain || !turn || (*grid.geotransform)[2] != 0.0 || (*grid.geotransform)[4] != 0.0) return plain;
  // PROJ gives longitudes of -180 to 180 degrees, the grid may have others.
  const double period = *turn / std::fabs((*grid.geotransform)[1]), center = grid.width / 2.0;
  for (double& x : p[0]) x -= period * std::round((x - center) / period);
  const std::optional<Bounds> turned = bounds_of(p);
  return (*turned)[2] - (*turned)[0] < (*plain)[2] - (*plain)[0] - 0.5 || (*plain)[2] <= 0.0 ||
                 (*plain)[0] >= grid.width
             ? turned
             : plain;
}

Bounds ground_bounds(const LocatedRaster& raster, const std::string& crs_wkt, const TransformOptions& options) {
  if (raster.georeference.kind == GeoreferenceKind::geotransform && same_crs(raster.georeference.crs_wkt, crs_wkt)) {
    return extent_of(raster.grid);
  }
  TransformOptions unshifted = options;
  unshifted.shift = nullptr;
  std::array<std::vector<double>, 2> p = outline(PixelTransform(raster, unit_grid(crs_wkt), unshifted));
  std::optional<Bounds> bounds = bounds_of(p);
  if (!bounds) throw InputError(fmt::format("{}: none of it can be placed in {}", raster.path, crs_name(crs_wkt)));
  if (const std::optional<double> turn = turn_of(crs_wkt); turn && (*bounds)[2] - (*bounds)[0] > *turn / 2.0) {
    for (double& x : p[0]) x = x < 0.0 ? x + *turn : x;  // across the antimeridian, unless it spans the world
    const Bounds east = *bounds_of(p);
    if (east[2] - east[0] < (*bounds)[2] - (*bounds)[0]) bounds = east;
  }
  return *bounds;
}

double turn_to_meet(LocatedRaster& raster, const std::string& crs_wkt, const Bounds& target) {
  const std::optional<double> turn = turn_of(crs_wkt);
  if (!turn || raster.georeference.kind != GeoreferenceKind::geotransform ||
      !same_crs(raster.georeference.crs_wkt, crs_wkt)) {
    return 0.0;
  }
  const Bounds own = extent_of(raster.grid);
  const auto shared = [&](int turns) {
    return std::min(own[2] + turns * *turn, target[2]) - std::max(own[0] + turns * *turn, target[0]);
  };
  int best = 0;
  for (const int turns : {-1, 1}) {
    if (shared(turns) > 0.0 && shared(turns) > shared(best)) best = turns;
  }
  (*raster.grid.geotransform)[0] += best * *turn;
  return best * kDegreesPerTurn;
}

void measure_overlap(CommonGrid& common) {
  count_overlap(common);
  const std::array<std::vector<double>, 2> p = lookout_points(common.grid);
  std::vector<char> covered(p[0].size(), 1);
  mark_covered(common.before, p[0], p[1], covered);
  mark_covered(common.after, p[0], p[1], covered);
  if (std::count(covered.begin(), covered.end(), 1) == 0) std::fill(covered.begin(), covered.end(), 1);
  measure_ratios(common.before, p, covered);
  measure_ratios(common.after, p, covered);
  const std::vector<double> areas = pixel_areas(common.grid, p[0], p[1]);
  double sum = 0.0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    if (!covered[i] || !std::isfinite(areas[i])) continue;
    sum += areas[i];
    ++count;
  }
  if (count > 0)
    common.overlap_km2 = sum / static_cast<double>(count) * static_cast<double>(common.overlap_pixels) / 1e6;
}

DateOnGrid place_on_grid(const LocatedRaster& raster, const Grid& grid, const TransformOptions& options) {
  DateOnGrid out;
  out.raster = raster;
  const bool no_georeference = raster.georeference.kind == GeoreferenceKind::none && !grid.geotransform;
  const bool same_size = raster.grid.width == grid.width && raster.grid.height == grid.height;
  if (no_georeference && !options.shift) {
    if (!same_size) {
      throw InputError(fmt::format("{}: has no georeference and is {} x {} pixels, not {} x {}", raster.path,
                                   raster.grid.width, raster.grid.height, grid.width, grid.height));
    }
    out.why = "the same pixels, without georeference";
    return out;
  }
  if (!no_georeference && (raster.georeference.kind == GeoreferenceKind::none || !grid.geotransform)) {
    throw InputError(fmt::format(
        "{}: {} georeference while the output grid has {}; give both one (gdal_edit.py -a_srs -a_ullr) or neither",
        raster.path, grid.geotransform ? "has no" : "has a", grid.geotransform ? "one" : "none"));
  }
  if (!no_georeference) out.extent = ground_bounds(raster, grid.crs_wkt, options);
  const auto offset = no_georeference || options.shift ? std::nullopt : whole_pixel_offset(raster, grid);
  if (offset) {
    out.offset_x = (*offset)[0];
    out.offset_y = (*offset)[1];
    const bool equal = same_size && out.offset_x == 0 && out.offset_y == 0;
    out.relation = equal ? GridRelation::equal : GridRelation::whole_pixels;
    out.why =
        equal ? "its own grid" : fmt::format("its own pixels, from column {}, row {}", out.offset_x, out.offset_y);
    return out;
  }
  out.relation = GridRelation::resampled;
  out.transform = std::make_shared<const PixelTransform>(raster, grid, options);
  out.lattice = out.transform->choose_lattice();
  const std::array<std::vector<double>, 2> p = lookout_points(grid);
  measure_ratios(out, p, std::vector<char>(p[0].size(), 1));
  const CoordinateOperation& op = out.transform->operation();
  out.why = fmt::format("resampled through its {}{}", name_of(raster.georeference.kind),
                        op.definition.empty() ? std::string() : " and '" + op.name + "'");
  return out;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Deciding the output grid.
#include "host/geo/common_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/footprint.hpp"

namespace groundshift {
namespace {

std::string text_of(const Bounds& b) {
  return fmt::format("x {:.10g} to {:.10g}, y {:.10g} to {:.10g}", b[0], b[2], b[1], b[3]);
}

[[noreturn]] void throw_no_overlap(const LocatedRaster& before, const LocatedRaster& after, const Bounds& before_extent,
                                   const Bounds& after_extent, const std::string& crs) {
  throw InputError(fmt::format(
      "the two dates do not overlap:\n  before {}: {}\n  after  {}: {}\n  both in {}; check that they show the same "
      "place and that neither has a wrong CRS (gdalinfo shows it, gdal_edit.py -a_srs sets it)",
      before.path, text_of(before_extent), after.path, text_of(after_extent), crs));
}

void check_georeference(const LocatedRaster& raster, bool wants_crs) {
  if (raster.georeference.kind == GeoreferenceKind::none) {
    throw InputError(
        fmt::format("{0}: has no georeference, while the other raster has one; give it one (gdal_edit.py -a_srs "
                    "EPSG:CODE -a_ullr ulx uly lrx lry {0}), or take both dates without, at equal size",
                    raster.path));
  }
  if (wants_crs && raster.georeference.crs_wkt.empty()) {
    throw InputError(fmt::format(
        "{0}: has no CRS, while the other raster has one; set it (gdal_edit.py -a_srs EPSG:CODE {0})", raster.path));
  }
}

/// The grid asked for by gdalwarp's options: its size from extent and resolution as gdalwarp computes it.
Grid grid_from(Bounds extent, const std::array<double, 2>& resolution, bool aligned, const std::string& crs) {
  const auto [across, down] = resolution;
  if (aligned) {
    extent = {std::floor(extent[0] / across) * across, std::floor(extent[1] / down) * down,
              std::ceil(extent[2] / across) * across, std::ceil(extent[3] / down) * down};
  }
  const double width = std::floor((extent[2] - extent[0] + across / 2.0) / across);
  const double height = std::floor((extent[3] - extent[1] + down / 2.0) / down);
  constexpr double kLargest = std::numeric_limits<std::int32_t>::max();
  if (!(width >= 1.0 && height >= 1.0 && width <= kLargest && height <= kLargest)) {
    throw UsageError(fmt::format("-te, -tr: an output of {:.0f} x {:.0f} pixels cannot be made", width, height));
  }
  Grid out;
  out.width = static_cast<std::int32_t>(width);
  out.height = static_cast<std::int32_t>(height);
  out.geotransform = std::array<double, 6>{extent[0], across, 0.0, extent[3], 0.0, -down};
  out.crs_wkt = crs;
  return out;
}

/// `grid` cut to the pixels whose centres lie inside `bounds` (in its pixels), a thousandth of a pixel generously.
Grid cut_to(const Grid& grid, const Bounds& bounds) {
  const auto range = [](double low, double high, std::int32_t size) {
    const double first = std::ceil(std::max(low, 0.0) - 0.5 - kWholePixelTolerance);
    const double last = std::floor(std::min(high, double(size)) - 0.5 + kWholePixelTolerance);
    return std::pair{static_cast<std::int32_t>(std::max(first, 0.0)),
                     static_cast<std::int32_t>(std::min(last, double(size) - 1.0))};
  };
  Grid out = grid;
  const auto [x0, x1] = range(bounds[0], bounds[2], grid.width);
  const auto [y0, y1] = range(bounds[1], bounds[3], grid.height);
  out.width = x1 - x0 + 1;
  out.height = y1 - y0 + 1;
  if (out.width <= 0 || out.height <= 0) return out;
  const auto corner = to_ground(grid, x0, y0);
  (*out.geotransform)[0] = corner[0];
  (*out.geotransform)[3] = corner[1];
  return out;
}

bool is_plain(const Grid& grid) {
  const auto& t = *grid.geotransform;
  return t[2] == 0.0 && t[4] == 0.0;
}

void check_request(const GridRequest& r) {
  if (r.aligned && !r.resolution) throw UsageError("-tap: wants -tr");
  if (r.resolution && !((*r.resolution)[0] > 0.0 && (*r.resolution)[1] > 0.0 && std::isfinite((*r.resolution)[0]) &&
                        std::isfinite((*r.resolution)[1]))) {
    throw UsageError("-tr: both sides of a pixel are more than 0");
  }
  if (r.extent) {
    const Bounds& e = *r.extent;
    if (!(e[0] < e[2] && e[1] < e[3] && std::isfinite(e[2] - e[0]) && std::isfinite(e[3] - e[1]))) {
      throw UsageError("-te: is xmin ymin xmax ymax, each minimum less than its maximum");
    }
  }
  if ((r.choice == GridChoice::file) != r.file.has_value())
    throw UsageError("--grid: wants before, after or a raster file");
}

CommonGrid without_georeference(const LocatedRaster& before, const LocatedRaster& after, const GridRequest& request) {
  if (request.extent || request.resolution || !request.target_crs.empty() || request.choice == GridChoice::file) {
    throw InputError(
        fmt::format("{} and {} have no georeference: --grid FILE, -te, -tr and -t_srs mean nothing to them",
                    before.path, after.path));
  }
  if (before.grid.width != after.grid.width || before.grid.height != after.grid.height) {
    throw InputError(fmt::format(
        "neither date has a georeference and their sizes differ: {} is {} x {}, {} is {} x {} pixels; cut them to the "
        "same pixels (gdal_translate -srcwin) or give both a georeference (gdal_edit.py -a_srs -a_ullr)",
        before.path, before.grid.width, before.grid.height, after.path, after.grid.width, after.grid.height));
  }
  CommonGrid out;
  out.grid = before.grid;
  out.overlap_pixels = pixel_count(out.grid);
  out.decided = "neither date has a georeference: pixel by pixel";
  out.before.raster = before;
  out.after.raster = after;
  out.before.why = out.after.why = "the same pixels, without georeference";
  for (DateOnGrid* date : {&out.before, &out.after}) {
    date->extent = {0.0, 0.0, double(out.grid.width), double(out.grid.height)};
  }
  return out;
}

struct Candidates {
  LocatedRaster before, after;
  LocatedRaster base;  ///< whose pixels the output has
  std::string crs;     ///< of the output
};

Grid choose_grid(const Candidates& c, const GridRequest& request, std::string& decided) {
  const std::string whose = request.choice == GridChoice::before  ? "BEFORE"
                            : request.choice == GridChoice::after ? "AFTER"
                                                                  : c.base.path;
  const bool same = same_crs(c.crs, c.base.georeference.crs_wkt);
  const bool regular = c.base.georeference.kind == GeoreferenceKind::geotransform;
  const bool own_pixels = same && regular && !request.extent && !request.resolution;
  const TransformOptions& before_options = request.before_options;
  if (own_pixels && request.choice == GridChoice::file) {
    decided = fmt::format("the grid of {}", whose);
    return c.base.grid;
  }
  if (own_pixels) {
    const bool from_before = request.choice == GridChoice::before;
    const LocatedRaster& other = from_before ? c.after : c.before;
    const std::optional<Bounds> bounds =
        footprint(other, c.base.grid, from_before ? request.after_options : before_options);
    const Grid cut = bounds ? cut_to(c.base.grid, *bounds) : Grid{};
    if (cut.width <= 0 || cut.height <= 0) {
      throw_no_overlap(c.before, c.after, ground_bounds(c.before, c.crs, request.before_options),
                       ground_bounds(c.after, c.crs, request.after_options), crs_name(c.crs));
    }
    decided = cut.width == c.base.grid.width && cut.height == c.base.grid.height
                  ? fmt::format("the pixels of {}", whose)
                  : fmt::format("the pixels of {}, cut to what both dates cover", whose);
    return cut;
  }
  const TransformOptions& base_options = request.choice == GridChoice::after ? request.after_options : before_options;
  std::array<double, 2> resolution = pixel_size(c.base.grid);
  if (request.resolution) {
    resolution = *request.resolution;
  } else if (!same || !regular || !is_plain(c.base.grid)) {
    Grid unit;
    unit.width = unit.height = 1;
    unit.geotransform = std::array<double, 6>{0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
    unit.crs_wkt = c.crs;
    resolution = PixelTransform(c.base, unit, base_options).suggested_pixel_size();
  }
  Bounds extent{};
  if (request.extent) {
    extent = *request.extent;
  } else if (request.choice == GridChoice::file) {
    extent = ground_bounds(c.base, c.crs, {});
  } else {
    const Bounds b = ground_bounds(c.before, c.crs, request.before_options);
    const Bounds a = ground_bounds(c.after, c.crs, request.after_options);
    extent = {std::max(b[0], a[0]), std::max(b[1], a[1]), std::min(b[2], a[2]), std::min(b[3], a[3])};
    if (!(extent[0] < extent[2] && extent[1] < extent[3])) throw_no_overlap(c.before, c.after, b, a, crs_name(c.crs));
  }
  decided = fmt::format("{:.10g} x {:.10g} pixels in {}, {}{}", resolution[0], resolution[1], crs_name(c.crs),
                        request.extent                       ? "the extent asked for"
                        : request.choice == GridChoice::file ? "the extent of " + whose
                                                             : "the extent that both dates cover",
                        request.aligned ? ", edges at multiples of the resolution" : "");
  return grid_from(extent, resolution, request.aligned, c.crs);
}

void warn_of_transform(const DateOnGrid& date, const Grid& grid, Warnings& warnings) {
  if (!date.transform) return;
  const CoordinateOperation& op = date.transform->operation();
  const std::optional<double> pixel = pixel_size_in_metres(grid);
  if (op.ballpark) {
    warnings.add("inaccurate_transformation",
                 fmt::format("{}: '{}' ignores that the datums differ; expect a shift", date.raster.path, op.name));
  } else if (op.accuracy_m && pixel && *op.accuracy_m > *pixel / 2.0) {
    warnings.add(
        "inaccurate_transformation",
        fmt::format("{}: '{}' is accurate to {:.3g} m, half a pixel is {:.3g} m; co-registration (--align) can "
                    "take out what it leaves",
                    date.raster.path, op.name, *op.accuracy_m, *pixel / 2.0));
  }
  if (!op.better.empty()) {
    warnings.add("missing_grid_files", fmt::format("{}: the more accurate '{}' needs PROJ grid files that are not "
                                                   "installed (the network is off); '{}' is used",
                                                   date.raster.path, op.better, op.name));
  }
  const double finest = std::max(date.ratio_largest[0], date.ratio_largest[1]);
  const double coarsest = std::min(date.ratio_least[0], date.ratio_least[1]);
  constexpr double kNotable = 1.5;  // beyond that one date is visibly smoother or is averaged down
  if (finest > kNotable || coarsest < 1.0 / kNotable) {
    warnings.add("resolution_ratio",
                 fmt::format("{}: {:.3g} to {:.3g} of its pixels meet one output pixel; the dates' sharpness differs",
                             date.raster.path, coarsest, finest));
  }
}

}  // namespace

CommonGrid decide_common_grid(const LocatedRaster& before, const LocatedRaster& after, const GridRequest& request,
                              Warnings& warnings) {
  check_request(request);
  const bool no_before = before.georeference.kind == GeoreferenceKind::none;
  const bool no_after = after.georeference.kind == GeoreferenceKind::none;
  if (no_before && no_after) return without_georeference(before, after, request);
  const bool any_crs = !before.georeference.crs_wkt.empty() || !after.georeference.crs_wkt.empty();
  for (const LocatedRaster* raster : {&before, &after}) {
    check_georeference(*raster, any_crs);
  }
  if (!any_crs) {
    warnings.add("no_crs", fmt::format("{} and {}: neither has a CRS; their coordinates are taken to be the same",
                                       before.path, after.path));
    if (!request.target_crs.empty()) {
      throw InputError(
          fmt::format("-t_srs: {} has no CRS to transform from; set it (gdal_edit.py -a_srs)", before.path));
    }
  }
  Candidates c{before, after, before, {}};
  if (request.choice == GridChoice::after) c.base = after;
  if (request.choice == GridChoice::file) {
    c.base = *request.file;
    check_georeference(c.base, any_crs);
  }
  c.crs = request.target_crs.empty() ? c.base.georeference.crs_wkt : crs_from_user_input(request.target_crs, "-t_srs");
  const std::optional<Bounds> meeting = request.extent;
  for (LocatedRaster* raster : {&c.before, &c.after}) {
    const double turned = turn_to_meet(*raster, c.crs, meeting ? *meeting : ground_bounds(c.base, c.crs, {}));
    if (turned != 0.0) {
      warnings.add("longitudes_moved", fmt::format("{}: its longitudes are taken {:+g} degrees", raster->path, turned));
      if ((request.choice == GridChoice::before) == (raster == &c.before)) c.base = *raster;
    }
  }
  CommonGrid out;
  out.grid = choose_grid(c, request, out.decided);
  out.before = place_on_grid(c.before, out.grid, request.before_options);
  out.after = place_on_grid(c.after, out.grid, request.after_options);
  measure_overlap(out);
  if (out.overlap_pixels == 0) {
    throw_no_overlap(c.before, c.after, out.before.extent, out.after.extent, crs_name(out.grid.crs_wkt));
  }
  if (out.before.relation == GridRelation::resampled) {
    warnings.add("before_resampled",
                 fmt::format("{}: is resampled too, as the output has none of its pixels", before.path));
  }
  warn_of_transform(out.before, out.grid, warnings);
  warn_of_transform(out.after, out.grid, warnings);
  const double share = static_cast<double>(out.overlap_pixels) / static_cast<double>(pixel_count(out.grid));
  constexpr double kSmallShare = 0.5;
  if (share < kSmallShare) {
    warnings.add("small_overlap", fmt::format("both dates cover only {:.3g} % of the output", 100.0 * share));
  }
  return out;
}

}  // namespace groundshift

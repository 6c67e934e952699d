// SPDX-License-Identifier: Apache-2.0
// The grid that both dates are looked at on, and how each date gets there. No GDAL here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/base/progress.hpp"
#include "host/geo/georeference.hpp"
#include "host/geo/grid.hpp"
#include "host/geo/pixel_transform.hpp"

namespace groundshift {

/// Whose pixels the output has (--grid).
enum class GridChoice : std::uint8_t { before, after, file };

/// What the user asked for; the options mean what they mean to gdalwarp.
/// choice     : before and after give the pixels of that date, cut to what both cover; file gives its grid as it is
/// file       : the raster of --grid FILE
/// extent     : -te xmin ymin xmax ymax in the output's CRS: the output begins at exactly (xmin, ymax)
/// resolution : -tr, both positive
/// target_crs : -t_srs, anything GDAL takes; empty: that of the chosen grid
/// aligned    : -tap, edges at multiples of the resolution; wants -tr
struct GridRequest {
  GridChoice choice = GridChoice::before;
  std::optional<LocatedRaster> file;
  std::optional<std::array<double, 4>> extent;
  std::optional<std::array<double, 2>> resolution;
  std::string target_crs;
  bool aligned = false;
  TransformOptions before_options, after_options;
};

enum class GridRelation : std::uint8_t {
  equal,         ///< the output's pixels are the date's pixels
  whole_pixels,  ///< so they are, at an offset
  resampled      ///< through a transform
};

/// Largest distance from whole pixels, over the whole output grid, at which nothing is resampled. Resampling by d
/// pixels moves a value by d of the step to its neighbour: a thousandth is the phase step of the resampling itself
/// (1/1024 pixel), and far below what any two acquisitions are registered to.
inline constexpr double kWholePixelTolerance = 1e-3;

/// How one date lies on the output grid.
/// raster            : the date; a geographic one may have its longitudes moved by 360 degrees to meet the other
/// offset_x, offset_y: equal and whole_pixels: output pixel (0,0) is the date's pixel (offset_x, offset_y), which may
///                     lie outside it, as may any output pixel
/// transform         : resampled only
/// lattice           : resampled only: the step chosen and its error
/// ratio_*           : source pixels per output pixel along the source's columns and rows: at the grid's centre, least
///                     and largest over 17 x 17 points of what both dates cover; 1 where nothing is resampled
/// extent            : the date's bounding box in the output's CRS
/// why               : the relation in words
struct DateOnGrid {
  LocatedRaster raster;
  GridRelation relation = GridRelation::equal;
  std::int64_t offset_x = 0, offset_y = 0;
  std::shared_ptr<const PixelTransform> transform;
  LatticeCheck lattice;
  std::array<double, 2> ratio_center{1.0, 1.0}, ratio_least{1.0, 1.0}, ratio_largest{1.0, 1.0};
  std::array<double, 4> extent{};
  std::string why;
};

/// overlap_pixels : output pixels whose centres lie in both dates (their rectangles, valid or not); counted one by one
///                  up to 2^20 pixels and where nothing is resampled, estimated from 256 x 256 points beyond that
/// overlap_km2    : those, on the WGS 84 ellipsoid; nothing without CRS
/// decided        : how the grid came about, in words
struct CommonGrid {
  Grid grid;
  DateOnGrid before, after;
  std::int64_t overlap_pixels = 0;
  bool overlap_counted = true;
  std::optional<double> overlap_km2;
  std::string decided;
};

/// Decides the output grid and both dates' way onto it. Warnings: "no_crs", "before_resampled", "longitudes_moved",
/// "inaccurate_transformation", "missing_grid_files", "resolution_ratio", "small_overlap".
/// Throws InputError (one side without georeference or CRS; sizes that differ without georeference; no overlap, with
/// both extents; a transform that cannot be had) and UsageError (malformed requests).
CommonGrid decide_common_grid(const LocatedRaster& before, const LocatedRaster& after, const GridRequest& request,
                              Warnings& warnings);

/// Position of one date on a grid, without regard to the other: for masks and other rasters that come along.
/// Leaves ratios at the centre and extremes over the whole grid.
DateOnGrid place_on_grid(const LocatedRaster& raster, const Grid& grid, const TransformOptions& options = {});

}  // namespace groundshift

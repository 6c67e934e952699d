// SPDX-License-Identifier: Apache-2.0
// Where rasters lie on a grid: bounding boxes, and how much of it two of them share.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "host/geo/common_grid.hpp"

namespace groundshift {

/// {xmin, ymin, xmax, ymax}.
using Bounds = std::array<double, 4>;

/// Bounding box of a raster in pixels of a grid (corner of pixel (0,0) = (0,0)), from its outline and inner points;
/// nothing when none of them can be placed. Geographic grids: longitudes are taken to the side where they meet it.
std::optional<Bounds> footprint(const LocatedRaster& raster, const Grid& grid, const TransformOptions& options);

/// Bounding box of a raster in units of a CRS. Throws InputError when no point of it can be placed there.
Bounds ground_bounds(const LocatedRaster& raster, const std::string& crs_wkt, const TransformOptions& options);

/// Moves the longitudes of a raster with a geotransform in the geographic CRS `crs_wkt` by a whole turn when it then
/// shares more longitudes with `target`. Returns the degrees it was moved by.
double turn_to_meet(LocatedRaster& raster, const std::string& crs_wkt, const Bounds& target);

/// Fills overlap_* and the dates' ratios.
void measure_overlap(CommonGrid& common);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The area that is looked at, drawn window by window on the output grid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "host/base/progress.hpp"
#include "host/geo/grid.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Polygons on the output grid. A pixel is inside when its centre is, by gdal_rasterize's rule; of
/// centres on an edge, those on upper and right edges are. Rings are even-odd within a feature, features are united.
/// Nothing of the grid's size is held, a window costs what its edges cost, and a pixel does not depend on the window.
/// Thread-safe.
class AreaOfInterest {
 public:
  /// text : "xmin,ymin,xmax,ymax" in the output's CRS (pixels, counted from the upper-left corner, for a grid without
  ///        georeference), or FILE[:layer] of polygons. Those are transformed to the output's CRS vertex by vertex,
  ///        long edges cut first (at most 1/256 of the layer's diagonal).
  /// Throws UsageError (malformed window) and InputError: unreadable, no such layer (they are listed), several layers
  /// and none named, no polygons, none inside the grid (both extents). Warnings: "aoi_not_polygons" (features left
  /// out), "aoi_without_crs" (taken to be the output's).
  AreaOfInterest(const std::string& text, const Grid& output, Warnings& warnings);
  ~AreaOfInterest();
  AreaOfInterest(AreaOfInterest&&) noexcept;
  AreaOfInterest& operator=(AreaOfInterest&&) noexcept;

  /// Writes 1 inside, 0 outside; returns the pixels inside.
  std::int64_t draw(const Window& window, std::uint8_t* inside, std::ptrdiff_t row_pitch) const;
  /// A window of the output grid that holds every inside pixel: the polygons' bounding box.
  Window bounds() const;
  /// "3 polygons of parcels.gpkg, layer fields", for plans and summaries.
  const std::string& text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// From pixels of the output grid to pixels of a source, through any georeference GDAL knows. No GDAL here.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/geo/coordinate_operation.hpp"
#include "host/geo/georeference.hpp"
#include "host/geo/grid.hpp"
#include "host/geo/position_lattice.hpp"

namespace groundshift {

/// Displacement in output pixels at a pixel (its centre): the source is looked up at (x + dx, y + dy). Called from
/// several threads at once; must be a function of (x, y) alone. NaN: no position.
using DisplacementField = std::function<std::array<double, 2>(double x, double y)>;

/// shift   : applied before the transform, so that co-registration and warping are one resampling; may be empty
/// options : GDAL's transformer options as gdalwarp -to takes them (METHOD=GCP_TPS, RPC_DEM=...), "NAME=VALUE"
struct TransformOptions {
  DisplacementField shift;
  std::vector<std::string> options;
};

/// What a lattice costs in accuracy.
/// largest_error_px : largest distance, in source pixels, between interpolated and true positions at the points looked
///                    at, among those that lie in the source or within 8 pixels of it
/// undefined_points : points that have a true position in the source, but none by the lattice (a neighbour of theirs
///                    has none)
struct LatticeCheck {
  int step_log2 = 0;
  double largest_error_px = 0.0;
  std::int64_t points = 0;
  std::int64_t undefined_points = 0;
};

/// Largest error of interpolated positions, in source pixels, before a lattice is refused.
inline constexpr double kLatticeTolerancePx = 0.01;

/// Output pixel -> source pixel; pixel centres at integers on both sides. Exact (GDAL's GenImgProj transformer, not its
/// approximation) and a function of the pixel alone: one operation of PROJ is chosen for the output grid's area, never
/// one a batch. Thread-safe: calls borrow a transformer from a pool and make one when all are in use. PROJ's network is
/// off. Vertical parts of compound CRSs are ignored. PixelIsPoint is GDAL's to handle: geotransforms are corners
/// (unless the user set GTIFF_POINT_GEO_IGNORE). Ground control points are a polynomial of the order GDAL chooses.
class PixelTransform {
 public:
  /// Throws InputError: no georeference, no operation between the CRSs, an unusable set of points.
  PixelTransform(LocatedRaster source, Grid output, TransformOptions options = {});
  ~PixelTransform();
  PixelTransform(PixelTransform&&) noexcept;
  PixelTransform& operator=(PixelTransform&&) noexcept;

  const LocatedRaster& source() const;
  const Grid& output() const;
  const CoordinateOperation& operation() const;

  /// In place, output pixels to source pixels; NaN where there is no position.
  void to_source(std::span<double> x, std::span<double> y) const;
  /// In place, source pixels to output pixels without the shift field; NaN where there is none. For points and RPCs
  /// this is GDAL's own second fit, no exact inverse of to_source.
  void to_output(std::span<double> x, std::span<double> y) const;

  /// Quantised positions at the nodes around a window of output pixels.
  SourceLattice lattice(const PixelRect& window, int step_log2) const;
  /// Looks at 11 points in each of up to 32 x 32 cells spread evenly over the whole output grid.
  LatticeCheck check_lattice(int step_log2) const;
  /// The largest step of 64, 32, 16, 8 within kLatticeTolerancePx. Throws InputError when none is.
  LatticeCheck choose_lattice() const;

  /// Source pixels per output pixel along the source's columns and rows at an output pixel: lengths of the gradients of
  /// source x and source y, by central differences of half a pixel. NaN where there is no position.
  std::array<double, 2> source_pixels_per_output_pixel(double x, double y) const;

  /// {across, down}: pixel sizes in output CRS units that keep the source's resolution, as gdalwarp would choose.
  std::array<double, 2> suggested_pixel_size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// From a grid's CRS to longitude and latitude, for attributes and for formats that know nothing else.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "host/geo/grid.hpp"

namespace groundshift {

/// One operation for the whole grid (choose_operation), so that a point's place does not depend on which others it is
/// asked with. One thread at a time.
class ToLonLat {
 public:
  /// Nothing is known without a CRS, or where PROJ has no operation: then every answer is NaN.
  explicit ToLonLat(const Grid& grid);
  ~ToLonLat();
  ToLonLat(ToLonLat&&) noexcept;
  ToLonLat& operator=(ToLonLat&&) noexcept;

  bool known() const;
  /// In place: easting or longitude in x, northing or latitude in y, as in the grid's geotransform, to degrees of
  /// WGS 84. NaN where a point has no place.
  void transform(std::span<double> x, std::span<double> y) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// WKT2 of WGS 84 in degrees.
std::string wgs84_wkt();

}  // namespace groundshift

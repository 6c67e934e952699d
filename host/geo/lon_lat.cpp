// SPDX-License-Identifier: Apache-2.0
// OGR's transformation, told which operation to take.
#include "host/geo/lon_lat.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <ogr_spatialref.h>

#include "host/base/error.hpp"
#include "host/geo/coordinate_operation.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {

struct ToLonLat::Impl {
  std::unique_ptr<OGRCoordinateTransformation> transformation;
  bool same = false;  ///< the grid is in WGS 84 already
};

std::string wgs84_wkt() {
  static const std::string wkt = crs_from_user_input("EPSG:4326", "WGS 84");
  return wkt;
}

ToLonLat::ToLonLat(const Grid& grid) : impl_(std::make_unique<Impl>()) {
  initialize_gdal();
  if (grid.crs_wkt.empty() || !grid.geotransform) return;
  impl_->same = same_crs(grid.crs_wkt, wgs84_wkt());
  if (impl_->same) return;
  const GdalMessages messages;
  OGRSpatialReference from, to;
  from.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  to.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (from.importFromWkt(grid.crs_wkt.c_str()) != OGRERR_NONE || to.importFromWkt(wgs84_wkt().c_str()) != OGRERR_NONE) {
    return;
  }
  OGRCoordinateTransformationOptions options;
  try {
    const CoordinateOperation operation = choose_operation(grid.crs_wkt, wgs84_wkt(), area_of_interest(grid));
    if (!operation.definition.empty()) options.SetCoordinateOperation(operation.definition.c_str(), false);
  } catch (const InputError&) {
    return;  // no operation: no longitudes
  }
  impl_->transformation.reset(OGRCreateCoordinateTransformation(&from, &to, options));
}

ToLonLat::~ToLonLat() = default;
ToLonLat::ToLonLat(ToLonLat&&) noexcept = default;
ToLonLat& ToLonLat::operator=(ToLonLat&&) noexcept = default;

bool ToLonLat::known() const { return impl_->same || impl_->transformation != nullptr; }

void ToLonLat::transform(std::span<double> x, std::span<double> y) const {
  if (impl_->same) return;
  std::vector<int> good(x.size(), 0);
  if (impl_->transformation != nullptr && !x.empty()) {
    const GdalMessages messages;  // a point without a place is told by its NaN
    impl_->transformation->Transform(static_cast<int>(x.size()), x.data(), y.data(), nullptr, nullptr, good.data());
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (good[i] == 0 || !std::isfinite(x[i]) || !std::isfinite(y[i])) {
      x[i] = y[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Which kind of georeference a dataset has.
#include "host/geo/georeference.hpp"

#include <array>
#include <cmath>
#include <utility>

#include <ogr_spatialref.h>

#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

std::string wkt_of(const OGRSpatialReference* crs) {
  if (crs == nullptr) return {};
  char* wkt = nullptr;
  const char* form[] = {"FORMAT=WKT2_2019", nullptr};
  std::string out = crs->exportToWkt(&wkt, form) == OGRERR_NONE && wkt != nullptr ? wkt : "";
  CPLFree(wkt);
  return out;
}

std::string wkt_of(const char* text) {
  OGRSpatialReference crs;
  return text != nullptr && crs.SetFromUserInput(text) == OGRERR_NONE ? wkt_of(&crs) : std::string();
}

bool is_identity(const std::array<double, 6>& t) {
  return t[0] == 0.0 && t[1] == 1.0 && t[2] == 0.0 && t[3] == 0.0 && t[4] == 0.0 && std::fabs(t[5]) == 1.0;
}

}  // namespace

Georeference georeference_of(GDALDataset& dataset) {
  const Grid grid = grid_of(dataset);
  if (grid.geotransform && !is_identity(*grid.geotransform)) return {GeoreferenceKind::geotransform, grid.crs_wkt};
  if (dataset.GetGCPCount() > 0) return {GeoreferenceKind::gcps, wkt_of(dataset.GetGCPSpatialRef())};
  if (dataset.GetMetadata("RPC") != nullptr) return {GeoreferenceKind::rpc, wkt_of("EPSG:4326")};
  if (dataset.GetMetadata("GEOLOCATION") != nullptr) {
    return {GeoreferenceKind::geolocation, wkt_of(dataset.GetMetadataItem("SRS", "GEOLOCATION"))};
  }
  if (grid.geotransform) return {GeoreferenceKind::geotransform, grid.crs_wkt};
  return {};
}

LocatedRaster located(std::string path, const Grid& grid) {
  LocatedRaster out{std::move(path), grid, {}};
  if (grid.geotransform) out.georeference = {GeoreferenceKind::geotransform, grid.crs_wkt};
  return out;
}

}  // namespace groundshift

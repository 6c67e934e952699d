// SPDX-License-Identifier: Apache-2.0
// How a raster is tied to the ground: by a geotransform, or by what only GDAL's transformers understand.
#pragma once

#include <cstdint>
#include <string>

#include "host/geo/grid.hpp"

class GDALDataset;

namespace groundshift {

/// In GDAL's own order of preference; an identity geotransform beside one of the others does not count.
enum class GeoreferenceKind : std::uint8_t { none, geotransform, gcps, rpc, geolocation };

constexpr const char* name_of(GeoreferenceKind kind) {
  switch (kind) {
    case GeoreferenceKind::none: return "none";
    case GeoreferenceKind::geotransform: return "geotransform";
    case GeoreferenceKind::gcps: return "ground control points";
    case GeoreferenceKind::rpc: return "rational polynomial coefficients";
    case GeoreferenceKind::geolocation: return "geolocation arrays";
  }
  return "?";
}

/// crs_wkt : WKT2 of the CRS that the georeference leads to: the grid's, the points', WGS 84 for RPCs
struct Georeference {
  GeoreferenceKind kind = GeoreferenceKind::none;
  std::string crs_wkt;
};

/// A raster and where it lies. `path` is opened only for what `grid` does not hold (points, RPCs, arrays).
struct LocatedRaster {
  std::string path;
  Grid grid;
  Georeference georeference;
};

Georeference georeference_of(GDALDataset& dataset);

/// A raster that has nothing but its grid.
LocatedRaster located(std::string path, const Grid& grid);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// GDAL set-up, messages and the grid of a dataset.
#include "host/geo/gdal_owners.hpp"

#include <algorithm>
#include <mutex>

#include <cpl_conv.h>
#include <ogr_spatialref.h>
#include <ogr_srs_api.h>

namespace groundshift {

void initialize_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    GDALAllRegister();
    OSRSetPROJEnableNetwork(FALSE);
  });
}

std::int64_t limit_gdal_block_cache(std::int64_t byte_count) {
  if (CPLGetConfigOption("GDAL_CACHEMAX", nullptr) == nullptr) GDALSetCacheMax64(byte_count);
  return GDALGetCacheMax64();
}

GdalMessages::GdalMessages() { CPLPushErrorHandlerEx(&GdalMessages::handle, this); }
GdalMessages::~GdalMessages() { CPLPopErrorHandler(); }

void GdalMessages::handle(CPLErr level, CPLErrorNum, const char* text) {
  auto* self = static_cast<GdalMessages*>(CPLGetErrorHandlerUserData());
  auto& list = level >= CE_Failure ? self->failures_ : self->warnings_;
  if (level == CE_Debug || level == CE_None) return;
  constexpr std::size_t kMostKept = 20;  // a corrupt file can repeat itself for every row
  if (list.size() < kMostKept && std::find(list.begin(), list.end(), text) == list.end()) list.emplace_back(text);
}

std::string GdalMessages::failure_text(const std::string& otherwise) const {
  if (failures_.empty()) return otherwise;
  std::string all;
  for (const std::string& f : failures_) all += (all.empty() ? "" : "; ") + f;
  return all;
}

void GdalMessages::clear() {
  failures_.clear();
  warnings_.clear();
}

Grid grid_of(GDALDataset& dataset) {
  Grid grid;
  grid.width = dataset.GetRasterXSize();
  grid.height = dataset.GetRasterYSize();
  std::array<double, 6> transform{};
  if (dataset.GetGeoTransform(transform.data()) == CE_None) grid.geotransform = transform;
  if (const OGRSpatialReference* crs = dataset.GetSpatialRef()) {
    char* wkt = nullptr;
    const char* options[] = {"FORMAT=WKT2_2019", nullptr};
    if (crs->exportToWkt(&wkt, options) == OGRERR_NONE && wkt != nullptr) grid.crs_wkt = wkt;
    CPLFree(wkt);
  }
  const char* point = dataset.GetMetadataItem(GDALMD_AREA_OR_POINT);
  grid.pixel_is_point = point != nullptr && EQUAL(point, GDALMD_AOP_POINT);
  return grid;
}

bool apply_grid(GDALDataset& dataset, const Grid& grid) {
  if (grid.pixel_is_point) dataset.SetMetadataItem(GDALMD_AREA_OR_POINT, GDALMD_AOP_POINT);
  if (grid.geotransform) {
    std::array<double, 6> transform = *grid.geotransform;
    if (dataset.SetGeoTransform(transform.data()) != CE_None) return false;
  }
  if (grid.crs_wkt.empty()) return true;
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  return crs.importFromWkt(grid.crs_wkt.c_str()) == OGRERR_NONE && dataset.SetSpatialRef(&crs) == CE_None;
}

}  // namespace groundshift

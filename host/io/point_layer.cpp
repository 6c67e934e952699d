// SPDX-License-Identifier: Apache-2.0
// OGR's GeoPackage driver behind a temporary sibling.
#include "host/io/point_layer.hpp"

#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace {

/// Of std::unique_ptr for OGR's features.
struct FeatureDestroyer {
  void operator()(OGRFeature* feature) const noexcept { OGRFeature::DestroyFeature(feature); }
};

}  // namespace

void write_point_layer(const std::filesystem::path& path, const std::string& layer, const std::string& crs_wkt,
                       const std::vector<std::string>& number_fields, const std::string& text_field,
                       const std::vector<PointFeature>& features) {
  initialize_gdal();
  TemporarySibling temporary(path);
  const GdalMessages messages;
  const auto require = [&](bool done) {
    if (!done) throw OutputError(fmt::format("{}: cannot be written: {}", path.string(), messages.failure_text()));
  };
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  if (driver == nullptr) {
    throw OutputError(fmt::format("{}: this GDAL has no GeoPackage driver", path.string()));
  }
  {
    // The sibling exists (it is locked), and SQLite takes an empty file for a new database.
    Dataset dataset(driver->Create(temporary.path().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    require(dataset != nullptr);
    OGRSpatialReference crs;
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    require(crs_wkt.empty() || crs.importFromWkt(crs_wkt.c_str()) == OGRERR_NONE);
    OGRLayer* points = dataset->CreateLayer(layer.c_str(), crs_wkt.empty() ? nullptr : &crs, wkbPoint, nullptr);
    require(points != nullptr);
    for (const std::string& name : number_fields) {
      OGRFieldDefn field(name.c_str(), OFTReal);
      require(points->CreateField(&field) == OGRERR_NONE);
    }
    OGRFieldDefn text(text_field.c_str(), OFTString);
    require(points->CreateField(&text) == OGRERR_NONE);
    require(dataset->StartTransaction() == OGRERR_NONE);
    for (const PointFeature& one : features) {
      const std::unique_ptr<OGRFeature, FeatureDestroyer> feature(OGRFeature::CreateFeature(points->GetLayerDefn()));
      OGRPoint at(one.x, one.y);
      require(feature->SetGeometry(&at) == OGRERR_NONE);
      for (std::size_t i = 0; i < number_fields.size(); ++i) {
        if (std::isfinite(one.values[i])) feature->SetField(static_cast<int>(i), one.values[i]);
      }
      feature->SetField(static_cast<int>(number_fields.size()), one.text.c_str());
      require(points->CreateFeature(feature.get()) == OGRERR_NONE);
    }
    require(dataset->CommitTransaction() == OGRERR_NONE);
    dataset->FlushCache();
    require(!messages.has_failure());
  }
  require(!messages.has_failure());
  temporary.commit();
}

}  // namespace groundshift

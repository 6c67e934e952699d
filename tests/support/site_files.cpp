// SPDX-License-Identifier: Apache-2.0
// Layers through OGR.
#include "tests/support/site_files.hpp"

#include <memory>
#include <stdexcept>

#include <ogrsf_frmts.h>

#include "tests/support/scene_files.hpp"

namespace groundshift::test {
namespace {

struct DestroyFeature {
  void operator()(OGRFeature* f) const { OGRFeature::DestroyFeature(f); }
};

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + CPLGetLastErrorMsg());
}

}  // namespace

void write_sites(const std::filesystem::path& path, const std::string& driver, const std::string& crs,
                 const std::vector<SiteSpec>& sites) {
  GDALAllRegister();
  GDALDriver* maker = GetGDALDriverManager()->GetDriverByName(driver.c_str());
  must(maker != nullptr, "driver");
  const OpenDataset dataset(maker->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  must(dataset != nullptr, "layer file");
  OGRSpatialReference reference;
  reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  must(crs.empty() || reference.SetFromUserInput(crs.c_str()) == OGRERR_NONE, "CRS");
  OGRLayer* layer = dataset->CreateLayer("sites", crs.empty() ? nullptr : &reference, wkbPolygon, nullptr);
  must(layer != nullptr, "layer");
  const auto field = [&](const char* name, OGRFieldType type) {
    OGRFieldDefn definition(name, type);
    must(layer->CreateField(&definition) == OGRERR_NONE, name);
  };
  for (const char* name : {"id", "rank", "area_px", "col", "row", "cols", "rows", "touches_edge"}) {
    field(name, OFTInteger64);
  }
  for (const char* name : {"area_m2", "lon", "lat", "score_mean", "score_max", "score_sum", "p_min", "compactness"}) {
    field(name, OFTReal);
  }
  field("direction", OFTString);
  for (const SiteSpec& site : sites) {
    const std::unique_ptr<OGRFeature, DestroyFeature> feature(OGRFeature::CreateFeature(layer->GetLayerDefn()));
    const auto whole = {site.id,
                        std::int64_t{site.rank},
                        site.area_px,
                        std::int64_t{site.col},
                        std::int64_t{site.row},
                        std::int64_t{site.cols},
                        std::int64_t{site.rows},
                        std::int64_t{site.touches_edge}};
    int at = 0;
    for (const std::int64_t value : whole) feature->SetField(at++, GIntBig{value});
    if (site.area_m2) feature->SetField(8, *site.area_m2);
    feature->SetField(12, site.score_max);
    feature->SetField(16, site.direction.c_str());
    OGRPolygon polygon;
    for (const auto& ring : site.rings) {
      OGRLinearRing line;
      for (const auto& point : ring) line.addPoint(point[0], point[1]);
      line.closeRings();
      polygon.addRing(&line);
    }
    must(feature->SetGeometry(&polygon) == OGRERR_NONE, "geometry");
    must(layer->CreateFeature(feature.get()) == OGRERR_NONE, "feature");
  }
}

SiteSpec rectangle_site(std::int64_t id, int rank, int col, int row, int cols, int rows) {
  SiteSpec site;
  site.id = id;
  site.rank = rank;
  site.col = col;
  site.row = row;
  site.cols = cols;
  site.rows = rows;
  site.area_px = std::int64_t{cols} * rows;
  site.area_m2 = 100.0 * double(site.area_px);
  const double left = 500000 + 10.0 * col, top = 5000000 - 10.0 * row, right = left + 10.0 * cols,
               bottom = top - 10.0 * rows;
  site.rings = {{{left, top}, {right, top}, {right, bottom}, {left, bottom}}};
  return site;
}

}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// The layer as a reader finds it: fields, values, geometry, style; the extras of two dates.
#include "host/sites/site_layer.hpp"

#include <cmath>

#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/host/sites/drawn_image.hpp"

namespace groundshift::test {
namespace {

class SiteLayer : public ::testing::Test {
 protected:
  SiteLayer() { context_.progress = &progress_, context_.warnings = &warnings_; }

  Grid grid(const std::string& crs, std::array<double, 6> transform) const {
    Grid g;
    g.width = static_cast<std::int32_t>(image_.front().size());
    g.height = static_cast<std::int32_t>(image_.size());
    if (!crs.empty()) {
      g.crs_wkt = crs_from_user_input(crs, "crs");
      g.geotransform = transform;
    }
    return g;
  }

  std::unique_ptr<FindSites> find(const Grid& grid) const {
    SiteOptions options;
    options.threshold = 1.0;
    options.scratch_folder = folder_.path();
    auto sites = std::make_unique<FindSites>(options, grid);
    const std::vector<float> scores = scores_of(image_);
    sites->add_rows(0, grid.height, scores.data());
    sites->finish();
    sites->measure_rows(0, grid.height, scores.data());
    return sites;
  }

  OpenDataset write(FindSites& sites, const std::string& name, const SiteDates& dates = {}, std::int64_t top = 0) {
    SiteLayerOptions options;
    options.path = folder_ / name;
    options.top = top;
    write_site_layer(sites, dates, options, context_)->commit();
    return OpenDataset(
        GDALDataset::FromHandle(GDALOpenEx(options.path.c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr)));
  }

  const TemporaryFolder folder_;
  const Drawing image_ = {"......", ".#....", "..#...", "....##", "....##"};
  SilentProgress progress_;
  Warnings warnings_;
  JobContext context_;
};

constexpr std::array<double, 6> kUtm = {500000, 10, 0, 5000000, 0, -10};

TEST_F(SiteLayer, HoldsEveryAttribute) {
  const auto sites = find(grid("EPSG:32633", kUtm));
  const OpenDataset file = write(*sites, "sites.gpkg");
  ASSERT_TRUE(file != nullptr);
  OGRLayer& layer = *file->GetLayerByName("sites");
  ASSERT_EQ(layer.GetFeatureCount(), 2);
  const std::unique_ptr<OGRFeature> first(layer.GetNextFeature()), second(layer.GetNextFeature());
  EXPECT_EQ(first->GetFieldAsInteger64("id"), 2);
  EXPECT_EQ(first->GetFieldAsInteger("rank"), 1);
  EXPECT_EQ(first->GetFieldAsDouble("area_m2"), 400.0);
  EXPECT_EQ(first->GetFieldAsInteger64("area_px"), 4);
  EXPECT_NEAR(first->GetFieldAsDouble("lon"), 15.000634, 1e-5);
  EXPECT_NEAR(first->GetFieldAsDouble("lat"), 45.153, 1e-2);
  EXPECT_EQ(first->GetFieldAsDouble("x_min"), 500040.0);
  EXPECT_EQ(first->GetFieldAsDouble("y_min"), 4999950.0);
  EXPECT_EQ(first->GetFieldAsDouble("x_max"), 500060.0);
  EXPECT_EQ(first->GetFieldAsDouble("y_max"), 4999970.0);
  EXPECT_EQ(first->GetFieldAsInteger("col"), 4);
  EXPECT_EQ(first->GetFieldAsInteger("row"), 3);
  EXPECT_EQ(first->GetFieldAsInteger("cols"), 2);
  EXPECT_EQ(first->GetFieldAsInteger("rows"), 2);
  EXPECT_EQ(first->GetFieldAsDouble("score_mean"), 2.0);
  EXPECT_EQ(first->GetFieldAsDouble("score_max"), 2.0);
  EXPECT_EQ(first->GetFieldAsDouble("score_sum"), 8.0);
  EXPECT_TRUE(first->IsFieldNull(first->GetFieldIndex("p_min")));
  EXPECT_NEAR(first->GetFieldAsDouble("compactness"), std::acos(-1.0) / 4.0, 1e-15);
  EXPECT_TRUE(first->IsFieldNull(first->GetFieldIndex("direction")));
  EXPECT_EQ(first->GetFieldAsDouble("near_mask"), 0.0);
  EXPECT_EQ(first->GetFieldAsInteger("touches_edge"), 1);
  EXPECT_EQ(first->GetFieldIndex("before_1"), -1);
  EXPECT_EQ(second->GetFieldAsInteger("touches_edge"), 0);
  // Two pixels that meet in a corner: two valid squares.
  const OGRGeometry& pair = *second->GetGeometryRef();
  EXPECT_TRUE(pair.IsValid());
  EXPECT_EQ(pair.toMultiPolygon()->getNumGeometries(), 2);
  EXPECT_EQ(pair.toMultiPolygon()->get_Area(), 200.0);
}

TEST_F(SiteLayer, CarriesAStyleForQgis) {
  const auto sites = find(grid("EPSG:32633", kUtm));
  const OpenDataset file = write(*sites, "sites.gpkg");
  OGRLayer* styles = file->GetLayerByName("layer_styles");
  ASSERT_TRUE(styles != nullptr);
  const std::unique_ptr<OGRFeature> style(styles->GetNextFeature());
  EXPECT_STREQ(style->GetFieldAsString("f_table_name"), "sites");
  EXPECT_STREQ(style->GetFieldAsString("f_geometry_column"), "geom");
  EXPECT_EQ(style->GetFieldAsInteger("useAsDefault"), 1);
  const std::string qml = style->GetFieldAsString("styleQML");
  EXPECT_NE(qml.find("attr=\"score_mean\""), std::string::npos);
  EXPECT_NE(qml.find("fieldName=\"rank\""), std::string::npos);
  CPLXMLNode* parsed = CPLParseXMLString(qml.c_str());
  EXPECT_TRUE(parsed != nullptr);
  CPLDestroyXMLNode(parsed);
}

TEST_F(SiteLayer, TakesWhatTheTwoDatesSay) {
  const auto sites = find(grid("EPSG:32633", kUtm));
  SiteDates dates;
  dates.band_count = 2;
  dates.before = {1.0, 2.0, 3.0, 4.0};
  dates.after = {5.0, 6.0, 7.0, std::nan("")};
  dates.p_min = {0.5, 0.001};
  dates.direction = {"", "brighter"};
  const OpenDataset file = write(*sites, "sites.gpkg", dates, 1);
  OGRLayer& layer = *file->GetLayerByName("sites");
  ASSERT_EQ(layer.GetFeatureCount(), 1);
  const std::unique_ptr<OGRFeature> site(layer.GetNextFeature());
  EXPECT_EQ(site->GetFieldAsInteger64("id"), 2);
  EXPECT_EQ(site->GetFieldAsDouble("before_2"), 4.0);
  EXPECT_EQ(site->GetFieldAsDouble("after_1"), 7.0);
  EXPECT_TRUE(site->IsFieldNull(site->GetFieldIndex("after_2")));
  EXPECT_EQ(site->GetFieldAsDouble("p_min"), 0.001);
  EXPECT_STREQ(site->GetFieldAsString("direction"), "brighter");
  dates.p_min.pop_back();
  EXPECT_THROW(write(*sites, "other.gpkg", dates), std::logic_error);
}

TEST_F(SiteLayer, WithoutACrsCountsColumnsAndNegativeRows) {
  const auto sites = find(grid("", {}));
  const OpenDataset file = write(*sites, "sites.gpkg");
  const std::unique_ptr<OGRFeature> first(file->GetLayerByName("sites")->GetNextFeature());
  EXPECT_TRUE(first->IsFieldNull(first->GetFieldIndex("area_m2")));
  EXPECT_TRUE(first->IsFieldNull(first->GetFieldIndex("lon")));
  EXPECT_EQ(first->GetFieldAsDouble("x_min"), 4.0);
  EXPECT_EQ(first->GetFieldAsDouble("y_min"), -5.0);
  SiteLayerOptions options;
  options.path = folder_ / "sites.geojson";
  EXPECT_THROW(check_site_layer(options, sites->grid()), InputError);
}

TEST_F(SiteLayer, ExteriorsRunCounterClockwiseAlsoWhereRowsGoNorth) {
  const auto sites = find(grid("EPSG:32633", {500000, 10, 0, 5000000, 0, 10}));
  const OpenDataset file = write(*sites, "sites.gpkg");
  const std::unique_ptr<OGRFeature> first(file->GetLayerByName("sites")->GetNextFeature());
  const OGRPolygon* polygon = first->GetGeometryRef()->toMultiPolygon()->getGeometryRef(0);
  EXPECT_FALSE(polygon->getExteriorRing()->isClockwise());
}

TEST_F(SiteLayer, RefusesFormatsAndFilesBeforeAnyWork) {
  const Grid placed = grid("EPSG:32633", kUtm);
  SiteLayerOptions options;
  options.path = folder_ / "sites.kml";
  EXPECT_THROW(check_site_layer(options, placed), UsageError);
  options.path = folder_ / "missing/sites.gpkg";
  EXPECT_THROW(check_site_layer(options, placed), OutputError);
  options.path = folder_ / "sites.gpkg";
  options.simplify = -1.0;
  EXPECT_THROW(check_site_layer(options, placed), UsageError);
  options.simplify = 0.0;
  write_text(options.path, "older");
  EXPECT_THROW(check_site_layer(options, placed), OutputError);
  options.overwrite = true;
  EXPECT_NO_THROW(check_site_layer(options, placed));
}

TEST_F(SiteLayer, AShapefileReplacesAllItsFilesAndLeavesNoOther) {
  const auto sites = find(grid("EPSG:32633", kUtm));
  write_text(folder_ / "sites.qix", "an older index");
  const OpenDataset file = write(*sites, "sites.shp");
  ASSERT_TRUE(file != nullptr);
  EXPECT_EQ(file->GetLayer(0)->GetFeatureCount(), 2);
  EXPECT_GE(file->GetLayer(0)->GetLayerDefn()->GetFieldIndex("compactnes"), 0);
  std::vector<std::string> names;
  for (const auto& [name, text] : listing_of(folder_.path())) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"sites.cpg", "sites.dbf", "sites.prj", "sites.shp", "sites.shx"}));
  ASSERT_EQ(warnings_.list().size(), 1u);
  EXPECT_EQ(warnings_.list()[0].code, "shapefile_limits");
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// The item against the rules of STAC 1.0.0 and of its four extensions (written out here, as schemas are not fetched),
// against the files it names, and through GDAL's own reader of such items.
#include "host/products/stac_item.hpp"

#include <cmath>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/geo/grid.hpp"
#include "host/io/sha256.hpp"
#include "host/products/relative_link.hpp"
#include "host/products/summary_files.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;
using test::SceneSpec;
using ::testing::HasSubstr;

/// A finished run as files: two dates, a float heatmap with statistics, a scaled class raster, a picture.
class FinishedRun {
 public:
  explicit FinishedRun(const SceneSpec& spec = scene()) {
    test::write_scene(folder_ / "before.tif", spec, [](int, int, int) { return 1.0; });
    test::write_scene(folder_ / "after.tif", spec, [](int, int, int) { return 2.0; });
    SceneSpec heat = spec;
    heat.type = GDT_Float32;
    heat.nodata = std::nan("");
    heat.descriptions = {"score, unit: sigma"};
    test::write_scene(folder_ / "a change.tif", heat, [](int, int x, int) { return x; });
    test::OpenDataset open(static_cast<GDALDataset*>(GDALOpen((folder_ / "a change.tif").c_str(), GA_Update)));
    open->GetRasterBand(1)->SetStatistics(0, 9, 4.5, 2.5);
    open->GetRasterBand(1)->SetUnitType("sigma");
    open.reset();
    SceneSpec scaled = spec;
    scaled.type = GDT_UInt16;
    scaled.nodata = 65535;
    test::write_scene(folder_ / "a change_normalized.tif", scaled, [](int, int x, int) { return x; });
    test::OpenDataset other(
        static_cast<GDALDataset*>(GDALOpen((folder_ / "a change_normalized.tif").c_str(), GA_Update)));
    other->GetRasterBand(1)->SetScale(0.5);
    other->GetRasterBand(1)->SetOffset(-1.0);
    other.reset();
    test::write_text(folder_ / "a change.png", "a picture");
    const Grid grid = grid_of(spec);
    summary = {
        {"groundshift", {{"version", "0.1.0"}, {"commit", "abc"}, {"build", "test"}}},
        {"command",
         {{"verb", "detect"},
          {"options",
           {{"score", "cva"}, {"normalize", "none"}, {"smooth", {3, 5}}, {"preset", "general"}, {"of", "COG"}}}}},
        {"grid",
         {{"size", {spec.width, spec.height}},
          {"geotransform", grid.geotransform ? Json(*grid.geotransform) : Json(nullptr)},
          {"crs", grid.crs_wkt.empty() ? Json(nullptr) : Json(grid.crs_wkt)}}},
        {"inputs", {{{"path", path("before.tif")}}, {{"path", path("after.tif")}}}}};
    summary["products"] = Json::array();
    add("score", "a change.tif");
    add("normalized", "a change_normalized.tif");
    add("quicklook", "a change.png");
    summary["products"].push_back({{"name", "stac"}, {"path", path("a change.stac.json")}, {"bytes", 1}});
  }

  static SceneSpec scene() {
    SceneSpec spec;
    spec.width = 10;
    spec.height = 8;
    spec.band_count = 1;
    spec.creation_options = {};
    return spec;
  }
  static Grid grid_of(const SceneSpec& spec) {
    Grid grid;
    grid.width = spec.width;
    grid.height = spec.height;
    grid.geotransform = spec.geotransform;
    if (!spec.crs.empty()) grid.crs_wkt = crs_from_user_input(spec.crs, "--t_srs");
    return grid;
  }

  std::string path(const std::string& name) const { return folder_ / name; }
  std::filesystem::path summary_path() const { return folder_.path() / "a change.json"; }
  void stamp(const std::string& name, const char* time) const {
    const test::OpenDataset open(static_cast<GDALDataset*>(GDALOpen(path(name).c_str(), GA_Update)));
    open->SetMetadataItem("TIFFTAG_DATETIME", time);
  }
  Json item(const StacOptions& options = {}) const { return stac_item(summary, summary_path(), options); }

  Json summary;

 private:
  void add(const char* name, const std::string& file) {
    summary["products"].push_back(
        {{"name", name}, {"path", path(file)}, {"bytes", std::filesystem::file_size(path(file))}});
  }
  test::TemporaryFolder folder_;
};

bool is_utc(const Json& value) {
  static const std::regex kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  return value.is_string() && std::regex_match(value.get<std::string>(), kTime);
}

void expect_position_rules(const Json& item) {
  const Json& geometry = item.at("geometry");
  if (geometry.is_null()) {
    EXPECT_FALSE(item.contains("bbox")) << "no bbox without a geometry";
    return;
  }
  ASSERT_EQ(item.at("bbox").size(), 4u);
  Json polygons = Json::array();
  if (geometry.at("type") == "Polygon") {
    polygons.push_back(geometry.at("coordinates"));
  } else {
    ASSERT_EQ(geometry.at("type"), "MultiPolygon");
    polygons = geometry.at("coordinates");
  }
  ASSERT_FALSE(polygons.empty());
  for (const Json& polygon : polygons) {
    for (const Json& ring : polygon) {
      ASSERT_GE(ring.size(), 4u);
      EXPECT_EQ(ring.front(), ring.back());
      for (const Json& p : ring) {
        ASSERT_EQ(p.size(), 2u);
        EXPECT_LE(std::fabs(p[0].get<double>()), 180.0);
        EXPECT_LE(std::fabs(p[1].get<double>()), 90.0);
      }
    }
  }
}

void expect_asset_rules(const Json& asset) {
  static const std::set<std::string> kTypes = {"int8",   "int16",  "int32",   "int64",   "uint8", "uint16",
                                               "uint32", "uint64", "float32", "float64", "other"};
  EXPECT_TRUE(asset.at("href").is_string() && asset.at("href") != "");
  EXPECT_TRUE(asset.at("roles").is_array() && !asset.at("roles").empty()) << asset.dump();
  for (const Json& role : asset.at("roles")) EXPECT_TRUE(role.is_string());
  for (const char* key : {"title", "description", "type"}) {
    if (asset.contains(key)) {
      EXPECT_TRUE(asset.at(key).is_string()) << key;
    }
  }
  if (asset.contains("file:size")) {
    EXPECT_TRUE(asset.at("file:size").is_number_unsigned());
  }
  if (asset.contains("file:checksum")) {
    EXPECT_TRUE(std::regex_match(asset.at("file:checksum").get<std::string>(), std::regex("1220[a-f0-9]{64}")));
  }
  if (!asset.contains("raster:bands")) return;
  ASSERT_FALSE(asset.at("raster:bands").empty());
  for (const Json& band : asset.at("raster:bands")) {
    EXPECT_TRUE(kTypes.contains(band.at("data_type").get<std::string>()));
    if (band.contains("nodata")) {
      EXPECT_TRUE(band.at("nodata").is_number() || band.at("nodata") == "nan");
    }
    for (const char* key : {"scale", "offset", "spatial_resolution"}) {
      if (band.contains(key)) {
        EXPECT_TRUE(band.at(key).is_number()) << key;
      }
    }
    if (!band.contains("statistics")) continue;
    EXPECT_FALSE(band.at("statistics").empty());
    for (const auto& [key, value] : band.at("statistics").items()) {
      EXPECT_TRUE(std::set<std::string>({"minimum", "maximum", "mean", "stddev", "valid_percent"}).contains(key));
      EXPECT_TRUE(value.is_number());
    }
  }
}

/// The rules of the schemas that the item names.
void expect_valid(const Json& item) {
  EXPECT_EQ(item.at("type"), "Feature");
  EXPECT_EQ(item.at("stac_version"), "1.0.0");
  EXPECT_EQ(item.at("stac_extensions").size(), 4u);
  for (const Json& uri : item.at("stac_extensions")) {
    EXPECT_TRUE(uri.get<std::string>().starts_with("https://stac-extensions.github.io/"));
  }
  EXPECT_TRUE(item.at("id").is_string() && item.at("id") != "");
  expect_position_rules(item);
  const Json& p = item.at("properties");
  if (p.at("datetime").is_null()) {
    EXPECT_TRUE(is_utc(p.at("start_datetime")) && is_utc(p.at("end_datetime")));
    EXPECT_LE(p.at("start_datetime").get<std::string>(), p.at("end_datetime").get<std::string>());
  } else {
    EXPECT_TRUE(is_utc(p.at("datetime")));
    EXPECT_EQ(p.contains("start_datetime"), p.contains("end_datetime"));
  }
  EXPECT_TRUE(is_utc(p.at("created")));
  EXPECT_TRUE(p.at("proj:epsg").is_null() || p.at("proj:epsg").is_number_integer());
  EXPECT_TRUE(p.at("proj:wkt2").is_null() || p.at("proj:wkt2").is_string());
  EXPECT_EQ(p.at("proj:shape").size(), 2u);
  if (p.contains("proj:transform")) {
    EXPECT_EQ(p.at("proj:transform").size(), 6u);
  }
  if (p.contains("proj:bbox")) {
    EXPECT_EQ(p.at("proj:bbox").size(), 4u);
  }
  for (const auto& [name, version] : p.at("processing:software").items()) EXPECT_TRUE(version.is_string()) << name;
  EXPECT_TRUE(p.at("processing:expression").at("format").is_string());
  EXPECT_TRUE(p.at("processing:expression").contains("expression"));
  EXPECT_TRUE(p.at("processing:lineage").is_string());
  const std::set<std::string> known = {"proj:epsg",
                                       "proj:wkt2",
                                       "proj:shape",
                                       "proj:transform",
                                       "proj:bbox",
                                       "processing:software",
                                       "processing:expression",
                                       "processing:lineage",
                                       "processing:facility"};
  for (const auto& [key, value] : p.items()) {
    if (key.find(':') != std::string::npos) {
      EXPECT_TRUE(known.contains(key)) << key;
    }
  }
  ASSERT_TRUE(item.at("links").is_array());
  for (const Json& link : item.at("links")) EXPECT_TRUE(link.at("rel").is_string() && link.at("href").is_string());
  for (const auto& [key, asset] : item.at("assets").items()) expect_asset_rules(asset);
}

TEST(StacItem, NamesPlaceFilesAndMethod) {
  const FinishedRun run;
  StacOptions options;
  options.facility = "a desk";
  const Json item = run.item(options);
  expect_valid(item);
  EXPECT_EQ(item.at("id"), "a change");
  const Json& p = item.at("properties");
  EXPECT_EQ(p.at("proj:epsg"), 32633);
  EXPECT_EQ(p.at("proj:shape"), (Json{8, 10})) << "rows first";
  EXPECT_EQ(p.at("proj:transform"), (Json{10.0, 0.0, 500000.0, 0.0, -10.0, 5000000.0}));
  EXPECT_EQ(p.at("proj:bbox"), (Json{500000.0, 4999920.0, 500100.0, 5000000.0}));
  EXPECT_EQ(p.at("processing:software"), (Json{{"groundshift", "0.1.0"}}));
  EXPECT_EQ(p.at("processing:facility"), "a desk");
  EXPECT_EQ(p.at("processing:expression").at("expression"), run.summary.at("command").at("options"));
  EXPECT_THAT(p.at("description").get<std::string>(), HasSubstr("cva score, normalize none, smooth 3,5"));
  EXPECT_NEAR(item.at("bbox")[0].get<double>(), 15.0, 1e-6) << "zone 33 is centred on 15 degrees east";
  EXPECT_NEAR(item.at("bbox")[3].get<double>(), 45.1535, 1e-3);

  const Json& assets = item.at("assets");
  EXPECT_EQ(assets.size(), 4u) << "three products and the summary; the item does not name itself";
  const Json& score = assets.at("score");
  EXPECT_EQ(score.at("href"), "./a%20change.tif");
  EXPECT_EQ(score.at("type"), "image/tiff; application=geotiff; profile=cloud-optimized");
  EXPECT_EQ(score.at("roles"), Json::array({"data"}));
  EXPECT_EQ(score.at("file:size"), std::filesystem::file_size(run.path("a change.tif")));
  EXPECT_EQ(score.at("file:checksum"), "1220" + sha256_of_file(run.path("a change.tif")));
  const Json& band = score.at("raster:bands").at(0);
  EXPECT_EQ(band.at("data_type"), "float32");
  EXPECT_EQ(band.at("nodata"), "nan");
  EXPECT_EQ(band.at("unit"), "sigma");
  EXPECT_EQ(band.at("spatial_resolution"), 10.0);
  EXPECT_EQ(band.at("statistics"), (Json{{"minimum", 0.0}, {"maximum", 9.0}, {"mean", 4.5}, {"stddev", 2.5}}));
  const Json& scaled = assets.at("normalized").at("raster:bands").at(0);
  EXPECT_EQ(scaled, (Json{{"data_type", "uint16"},
                          {"nodata", 65535.0},
                          {"scale", 0.5},
                          {"offset", -1.0},
                          {"spatial_resolution", 10.0}}));
  EXPECT_EQ(assets.at("quicklook").at("roles"), (Json{"overview", "thumbnail"}));
  EXPECT_EQ(assets.at("summary").at("href"), "./a%20change.json");
  EXPECT_FALSE(assets.at("summary").contains("file:checksum")) << "it is written after the item";
}

TEST(StacItem, TakesTheTimesOfTheDates) {
  const FinishedRun run;
  run.stamp("before.tif", "2019:07:05 10:15:30");
  run.stamp("after.tif", "2020:07:09 10:15:32");
  const Json p = run.item().at("properties");
  EXPECT_TRUE(p.at("datetime").is_null());
  EXPECT_EQ(p.at("start_datetime"), "2019-07-05T10:15:30Z");
  EXPECT_EQ(p.at("end_datetime"), "2020-07-09T10:15:32Z");
  EXPECT_THAT(p.at("description").get<std::string>(), HasSubstr("TIFFTAG_DATETIME"));
  StacOptions given;
  given.before_datetime = "2021-01-02";
  given.after_datetime = "2018-03-04";
  const Json reversed = run.item(given);
  expect_valid(reversed);
  EXPECT_EQ(reversed.at("properties").at("start_datetime"), "2018-03-04T00:00:00Z")
      << "the earlier one, whichever it is";
  EXPECT_EQ(reversed.at("properties").at("end_datetime"), "2021-01-02T23:59:59Z") << "a day ends with its last second";
  given.after_datetime = "last summer";
  EXPECT_THROW(run.item(given), UsageError);
}

TEST(StacItem, SaysWhereNoTimeOfTheGroundIsKnown) {
  const FinishedRun run;
  StacOptions options;
  options.created = "2026-05-04T03:02:01Z";
  const Json item = run.item(options);
  expect_valid(item);
  EXPECT_EQ(item.at("properties").at("datetime"), "2026-05-04T03:02:01Z");
  EXPECT_EQ(item.at("properties").at("created"), "2026-05-04T03:02:01Z");
  EXPECT_THAT(item.at("properties").at("description").get<std::string>(),
              HasSubstr("of processing, not of the ground"));
  options.after_datetime = "2020-07-09T10:00:00Z";
  const Json one = run.item(options);
  expect_valid(one);
  EXPECT_EQ(one.at("properties").at("datetime"), "2020-07-09T10:00:00Z");
  EXPECT_THAT(one.at("properties").at("description").get<std::string>(), HasSubstr("before.tif: time unknown"));
}

TEST(StacItem, HasNoGeometryWithoutAPlace) {
  SceneSpec bare = FinishedRun::scene();
  bare.crs = "";
  bare.geotransform.reset();
  const Json item = FinishedRun(bare).item();
  expect_valid(item);
  EXPECT_TRUE(item.at("geometry").is_null());
  EXPECT_TRUE(item.at("properties").at("proj:epsg").is_null());
  EXPECT_FALSE(item.at("properties").contains("proj:transform"));
  EXPECT_THAT(item.at("properties").at("description").get<std::string>(), HasSubstr("no place on Earth"));
}

TEST(StacItem, CrossesTheAntimeridianInTwoPieces) {
  SceneSpec fiji = FinishedRun::scene();
  fiji.crs = "EPSG:4326";
  fiji.geotransform = {179.5, 0.1, 0, -17.0, 0, -0.1};
  const Json item = FinishedRun(fiji).item();
  expect_valid(item);
  EXPECT_EQ(item.at("geometry").at("type"), "MultiPolygon");
  EXPECT_EQ(item.at("geometry").at("coordinates").size(), 2u);
  EXPECT_EQ(item.at("bbox"), (Json{179.5, -17.8, -179.5, -17.0}));
}

TEST(StacItem, RefusesFilesThatAreNotTheRuns) {
  FinishedRun run;
  test::write_text(run.path("a change.png"), "another picture");
  EXPECT_THROW(run.item(), InputError);
  std::filesystem::remove(run.path("a change.png"));
  EXPECT_THROW(run.item(), InputError);
}

TEST(StacItem, IsReadByGdal) {
  // GDAL 3.6 opens collections of items; the href has to be absolute for it unless it lies in the working folder.
  const FinishedRun run;
  Json item = run.item();
  item.at("assets").at("score").at("href") = run.path("a change.tif");
  const std::string file = run.path("items.json");
  test::write_text(file, Json{{"type", "FeatureCollection"}, {"features", Json::array({item})}}.dump());
  GDALAllRegister();
  if (GDALGetDriverByName("STACIT") == nullptr) {
    if (test::skipping_fails()) FAIL() << "this GDAL has no STACIT driver and CI=true";
    GTEST_SKIP() << "this GDAL has no STACIT driver";
  }
  const auto dataset = test::open_quietly("STACIT:\"" + file + "\":asset=score");
  ASSERT_NE(dataset, nullptr) << CPLGetLastErrorMsg();
  EXPECT_EQ(dataset->GetRasterXSize(), 10);
  EXPECT_EQ(dataset->GetRasterYSize(), 8);
  std::array<double, 6> transform{};
  EXPECT_EQ(dataset->GetGeoTransform(transform.data()), CE_None);
  EXPECT_EQ(transform, (std::array<double, 6>{500000, 10, 0, 5000000, 0, -10}));
  EXPECT_EQ(test::read_band(*dataset, 1).values.at(7), 7.0);
}

TEST(ProductFile, FollowsAFolderThatWasMoved) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "now/chips");
  test::write_text(folder / "now/a_class.tif", "x");
  test::write_text(folder / "now/chips/1.png", "x");
  test::write_text(folder / "elsewhere.tif", "x");
  const Json summary = {{"command", {{"options", {{"out", "/then/./a.tif"}}}}}};
  const auto file = [&](const std::string& path) {
    return product_file(summary, folder.path() / "now/a.json", {{"path", path}}).string();
  };
  EXPECT_EQ(file("/then/a_class.tif"), folder / "now/a_class.tif");
  EXPECT_EQ(file("/then/chips/1.png"), folder / "now/chips/1.png");
  EXPECT_EQ(file(folder / "elsewhere.tif"), folder / "elsewhere.tif");
  EXPECT_EQ(file("/then/lost.tif"), "/then/lost.tif");
}

TEST(RelativeLink, IsAUriReference) {
  EXPECT_EQ(relative_link("out/a.tif", "out"), "a.tif");
  EXPECT_EQ(relative_link("out/a.tif", ""), "out/a.tif");
  EXPECT_EQ(relative_link("in/x.tif", "out/"), "../in/x.tif");
  EXPECT_EQ(relative_link("/d/100% #1?.tif", "/d"), "100%25%20%231%3F.tif");
  EXPECT_EQ(relative_link("/d/\xC3\xA4:b.tif", "/d"), "%C3%A4%3Ab.tif");
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The verb sites: what it writes and says, and that it writes nothing when it refuses or fails.
#include <sys/resource.h>
#include <cmath>
#include <csignal>
#include <limits>

#include <ogrsf_frmts.h>
#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"
#include "tests/support/detect_run.hpp"

namespace groundshift::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// Discs of different size and score on a low ground, one of them with a hole; no score in a corner.
class SitesVerb : public ::testing::Test {
 protected:
  SitesVerb() {
    SceneSpec spec;
    spec.width = 120;
    spec.height = 90;
    spec.band_count = 2;
    spec.type = GDT_Float32;
    spec.nodata = -1.0;
    write_scene(heatmap(), spec, [](int band, int x, int y) {
      const auto from = [&](int cx, int cy) { return std::hypot(x - cx, y - cy); };
      if (x > 100 && y > 70) return -1.0;
      if (from(30, 30) < 12.0) return from(30, 30) < 2.0 ? 0.3 : 2.0 + band;
      if (from(80, 40) < 8.0) return 3.0;
      if (from(60, 75) < 2.5) return 6.0;
      if (x == 10 && y == 80) return 9.0;
      return 0.1 + 0.001 * ((7 * x + 13 * y) % 100);
    });
  }

  std::string heatmap() const { return folder_.in("heatmap.tif"); }
  std::vector<std::string> job(const std::string& out, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> all = {"sites", heatmap(), folder_.out(out)};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }
  json run(const std::string& out, std::vector<std::string> options = {}) const {
    options.push_back("--json");
    const ProgramRun run = run_groundshift(job(out, options));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return json::parse(run.out);
  }
  static OpenDataset vectors(const std::string& path) {
    return OpenDataset(GDALDataset::FromHandle(GDALOpenEx(path.c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr)));
  }

  const JobFolder folder_;
};

TEST_F(SitesVerb, RanksWhatItFindsAndSaysSo) {
  const json report = run("sites.gpkg", {"--threshold", "value:1"});
  EXPECT_EQ(report.at("site_count"), 3) << "the single pixel is below four";
  EXPECT_EQ(report.at("threshold").at("rule"), "value");
  ASSERT_EQ(report.at("sites").size(), 3u);
  EXPECT_EQ(report.at("sites").at(0).at("id"), 3);  // small, but three times as high
  EXPECT_EQ(report.at("sites").at(0).at("score_max"), 6.0);
  EXPECT_EQ(report.at("sites").at(1).at("score_max"), 3.0);
  EXPECT_EQ(report.at("sites").at(2).at("score_max"), 2.0);
  EXPECT_EQ(report.at("sites").at(0).at("area_m2").get<double>(),
            100.0 * report.at("sites").at(0).at("area_px").get<double>());
  const OpenDataset file = vectors(folder_.out("sites.gpkg"));
  ASSERT_TRUE(file != nullptr);
  EXPECT_EQ(file->GetLayerByName("sites")->GetFeatureCount(), 3);
}

TEST_F(SitesVerb, PrintsAShortTableAndIsSilentWithQuiet) {
  const ProgramRun told = run_groundshift(job("sites.gpkg"));
  ASSERT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("rank"));
  EXPECT_THAT(told.out, HasSubstr(folder_.out("sites.gpkg")));
  EXPECT_THAT(told.err, HasSubstr("100 - done"));
  const ProgramRun silent = run_groundshift(job("sites.gpkg", {"--quiet", "--overwrite"}));
  ASSERT_EQ(silent.exit_code, 0);
  EXPECT_EQ(silent.out + silent.err, "");
}

TEST_F(SitesVerb, CleansAsAsked) {
  EXPECT_EQ(run("a.gpkg", {"--threshold", "value:1", "--min-area", "0"}).at("site_count"), 4);
  EXPECT_EQ(run("b.gpkg", {"--threshold", "value:1", "--min-area", "2ha"}).at("site_count"), 1);
  EXPECT_EQ(run("c.gpkg", {"--threshold", "value:1", "--open", "4"}).at("site_count"), 2);
  EXPECT_EQ(run("d.gpkg", {"--threshold", "value:1", "--max-hole", "1000m2"}).at("filled_holes"), 1);
  EXPECT_EQ(run("e.gpkg", {"--threshold", "value:5", "--hysteresis", "3"}).at("site_count"), 1);
  const json second = run("f.gpkg", {"--threshold", "value:2.5", "--band", "2"});
  EXPECT_EQ(second.at("sites").at(0).at("score_max"), 6.0);
}

TEST_F(SitesVerb, WritesTheFirstOnlyButCountsAll) {
  const json report = run("top.fgb", {"--threshold", "value:1", "--top", "1"});
  EXPECT_EQ(report.at("site_count"), 3);
  EXPECT_EQ(report.at("written"), 1);
  EXPECT_EQ(vectors(folder_.out("top.fgb"))->GetLayer(0)->GetFeatureCount(), 1);
}

TEST_F(SitesVerb, SimplifiedOutlinesAreFewerCornersAndValid) {
  run("plain.gpkg", {"--threshold", "value:1"});
  run("simple.gpkg", {"--threshold", "value:1", "--simplify", "15"});
  const OpenDataset plain = vectors(folder_.out("plain.gpkg")), simple = vectors(folder_.out("simple.gpkg"));
  for (int i = 1; i <= 3; ++i) {
    const std::unique_ptr<OGRFeature> a(plain->GetLayerByName("sites")->GetFeature(i)),
        b(simple->GetLayerByName("sites")->GetFeature(i));
    EXPECT_TRUE(b->GetGeometryRef()->IsValid());
    EXPECT_LT(b->GetGeometryRef()->WkbSize(), a->GetGeometryRef()->WkbSize());
  }
}

TEST_F(SitesVerb, TheClassRasterIsTheFinalMask) {
  run("sites.gpkg", {"--threshold", "value:1", "--max-hole", "50px", "--class-out", folder_.out("mask.tif")});
  const OpenDataset mask = open_quietly(folder_.out("mask.tif"));
  ASSERT_TRUE(mask != nullptr);
  EXPECT_EQ(mask->GetRasterBand(1)->GetNoDataValue(), 255.0);
  const BandPixels pixels = read_band(*mask, 1);
  EXPECT_EQ(pixels.values[30 * 120 + 30], 1.0) << "the hole is filled";
  EXPECT_EQ(pixels.values[80 * 120 + 10], 0.0) << "the single pixel is gone";
  EXPECT_FALSE(pixels.valid[89 * 120 + 119]);
}

TEST_F(SitesVerb, AgreesWithTheClassOfDetect) {
  const json summary =
      detect(folder_.before(), folder_.after(), folder_.out(), {"--products", "score,class", "-of", "GTiff"});
  const ProgramRun sites = run_groundshift(
      {"sites", folder_.out(), folder_.out("sites.gpkg"), "--json", "--class-out", folder_.out("mask.tif")});
  ASSERT_EQ(sites.exit_code, 0) << sites.err;
  const json report = json::parse(sites.out);
  EXPECT_NEAR(report.at("threshold").at("value").get<double>(),
              summary.at("thresholds").at("all").at("auto").at("value").get<double>(), 1e-7);
  const BandPixels ours = read_band(folder_.out("mask.tif"), 1), theirs = read_band(folder_.out("change_class.tif"), 1);
  EXPECT_EQ(ours.values, theirs.values);
}

TEST_F(SitesVerb, RefusesWhatItCannotDo) {
  expect_refused(folder_, job("sites.kml"), 2, {"sites.kml", "*.gpkg"});
  expect_refused(folder_, job("s.gpkg", {"--threshold", "best"}), 2, {"best", "triangle"});
  expect_refused(folder_, job("s.gpkg", {"--min-area", "16"}), 2, {"--min-area", "px"});
  expect_refused(folder_, job("s.gpkg", {"--max-hole", "-3px"}), 2, {"--max-hole"});
  expect_refused(folder_, job("s.gpkg", {"--connectivity", "6"}), 2, {"--connectivity"});
  expect_refused(folder_, job("s.gpkg", {"--hysteresis", "0.5"}), 2, {"--hysteresis"});
  expect_refused(folder_, job("s.gpkg", {"--simplify", "-1"}), 2, {"--simplify"});
  expect_refused(folder_, job("s.gpkg", {"--band", "3"}), 3, {"heatmap.tif", "no band 3"});
  expect_refused(folder_, {"sites", folder_.in("none.tif"), folder_.out("s.gpkg")}, 3, {"none.tif", "no such file"});
  expect_refused(folder_, {"sites", heatmap(), folder_.out("no/where.gpkg")}, 4, {"does not exist"});
  expect_refused(folder_, job("s.gpkg", {"--class-out", heatmap(), "--overwrite"}), 4, {"input"});
  write_text(folder_.out("s.gpkg"), "older");
  expect_refused(folder_, job("s.gpkg"), 4, {"s.gpkg", "--overwrite"});
}

TEST_F(SitesVerb, RefusesWhatHasNoScoreOrNoArea) {
  SceneSpec spec;
  spec.band_count = 1;
  spec.type = GDT_Float32;
  spec.crs.clear();
  spec.geotransform.reset();
  write_scene(folder_.in("nan.tif"), spec, [](int, int, int) { return std::nan(""); });
  write_scene(folder_.in("bare.tif"), spec, [](int, int x, int) { return x < 9 ? 5.0 : 0.1; });
  for (const char* rule : {"auto", "value:1"}) {
    expect_refused(folder_, {"sites", folder_.in("nan.tif"), folder_.out("s.gpkg"), "--threshold", rule}, 3,
                   {"nan.tif", "no pixel has a score"});
  }
  expect_refused(folder_, {"sites", folder_.in("bare.tif"), folder_.out("s.gpkg"), "--min-area", "1ha"}, 3, {"px"});
  expect_refused(folder_, {"sites", folder_.in("bare.tif"), folder_.out("s.geojson")}, 3, {"GeoJSON", "*.gpkg"});
}

TEST_F(SitesVerb, InfiniteScoresRankFirstAndAreNull) {
  SceneSpec spec;
  spec.band_count = 1;
  spec.type = GDT_Float32;
  write_scene(folder_.in("inf.tif"), spec, [](int, int x, int y) {
    if (y < 5 && x < 5) return 4.0;
    return y == 40 && x < 9 ? std::numeric_limits<double>::infinity() : 0.01 * (x % 7);
  });
  for (const char* rule : {"auto", "value:1"}) {
    const ProgramRun run = run_groundshift(
        {"sites", folder_.in("inf.tif"), folder_.out("inf.gpkg"), "--threshold", rule, "--overwrite", "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const json sites = json::parse(run.out).at("sites");
    ASSERT_GE(sites.size(), 1u);
    EXPECT_EQ(sites.at(0).at("row"), 40) << rule;
    EXPECT_TRUE(sites.at(0).at("score_sum").is_null());
  }
}

TEST_F(SitesVerb, NothingAboveTheThresholdIsAnEmptyLayer) {
  EXPECT_EQ(run("none.gpkg", {"--threshold", "value:100"}).at("site_count"), 0);
  EXPECT_EQ(vectors(folder_.out("none.gpkg"))->GetLayerByName("sites")->GetFeatureCount(), 0);
}

TEST_F(SitesVerb, MoreSitesThanTheMemoryHoldsIsABudgetErrorThatNamesARemedy) {
  SceneSpec spec;
  spec.width = spec.height = 600;
  spec.band_count = 1;
  write_scene(folder_.in("speckle.tif"), spec, [](int, int x, int y) { return x % 2 == 0 && y % 2 == 0 ? 9.0 : 1.0; });
  expect_refused(folder_,
                 {"sites", folder_.in("speckle.tif"), folder_.out("s.gpkg"), "--threshold", "value:5", "--min-area",
                  "0", "--memory", "8MiB", "--quiet"},
                 6, {"--min-area"});
}

TEST_F(SitesVerb, ADiskThatFillsUpLeavesTheOlderLayer) {
  SceneSpec spec;
  spec.width = spec.height = 600;
  spec.band_count = 1;
  write_scene(folder_.in("speckle.tif"), spec, [](int, int x, int y) { return x % 2 == 0 && y % 2 == 0 ? 9.0 : 1.0; });
  RunSetup setup;
  setup.in_child = [] {
    const rlimit limit{1 << 20, 1 << 20};
    return std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
  };
  for (const char* name : {"s.gpkg", "s.fgb", "s.geojson", "s.shp"}) {
    write_text(folder_.out(name), "older");
    const Listing before = folder_.listing();
    const ProgramRun run = run_groundshift({"sites", folder_.in("speckle.tif"), folder_.out(name), "--threshold",
                                            "value:5", "--min-area", "0", "--overwrite", "--quiet"},
                                           setup);
    EXPECT_EQ(run.exit_code, 4) << name << ": " << run.err;
    EXPECT_THAT(run.err, HasSubstr(name));
    EXPECT_TRUE(folder_.listing() == before) << name;
  }
}

TEST_F(SitesVerb, StopsOnRequestAndLeavesNothing) {
  SceneSpec spec;
  spec.width = spec.height = 20000;
  spec.band_count = 1;
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"};
  write_sparse(folder_.in("long.tif"), spec);
  const Listing before = folder_.listing();
  RunSetup setup;
  setup.signal_when = [](const std::string& err) { return err.find("histogram") != std::string::npos; };
  setup.signal_to_send = SIGINT;
  const ProgramRun run = run_groundshift({"sites", folder_.in("long.tif"), folder_.out("s.gpkg")}, setup);
  EXPECT_EQ(run.exit_code, 130) << run.err;
  EXPECT_TRUE(folder_.listing() == before);
}

}  // namespace
}  // namespace groundshift::test

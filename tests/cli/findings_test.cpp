// SPDX-License-Identifier: Apache-2.0
// What detect makes of its scores: one mask, its class raster, its sites with means of both dates, its documents.
#include <unistd.h>
#include <cmath>
#include <map>

#include <ogrsf_frmts.h>
#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"
#include "tests/support/detect_run.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Site {
  std::int64_t id = 0, area = 0;
  int rank = 0, col = 0, row = 0;
  double before = 0.0, after = 0.0, mean = 0.0;
  std::string direction;
  bool operator==(const Site&) const = default;
};

/// Quiet ground with bright and dark rectangles in AFTER, on tiles' borders too, and a hole in one of them.
class Findings : public ::testing::Test {
 protected:
  static constexpr int kWidth = 700, kHeight = 560;

  Findings() {
    SceneSpec spec;
    spec.width = kWidth;
    spec.height = kHeight;
    spec.band_count = 3;
    spec.type = GDT_UInt16;
    for (const int date : {1, 2}) {
      write_scene(folder_.in(date == 1 ? "b.tif" : "a.tif"), spec, [&](int b, int x, int y) {
        const double ground = 1000.0 + 40.0 * b + 10.0 * texture(1, b, x, y) + 0.5 * texture(date, b, x, y);
        return ground + (date == 2 ? change(x, y) : 0.0);
      });
    }
  }

  static double change(int x, int y) {
    const auto in = [&](int x0, int y0, int w, int h) { return x >= x0 && x < x0 + w && y >= y0 && y < y0 + h; };
    if (in(240, 250, 40, 20)) return in(256, 256, 2, 2) ? 0.0 : 1500.0;  // over a corner of four tiles
    if (in(100, 100, 30, 30)) return -700.0;
    if (in(500, 400, 6, 60)) return 900.0;
    if (in(20, 500, 2, 1)) return 2000.0;  // too small
    return 0.0;
  }

  json run(const std::string& out, std::vector<std::string> options) const {
    options.insert(options.end(), {"--normalize", "orthogonal", "--score", "scva", "--smooth", "1", "--threshold",
                                   "value:8", "--backend", "cpu"});
    return detect(folder_.in("b.tif"), folder_.in("a.tif"), folder_.out(out), options);
  }

  static std::vector<Site> sites(const std::string& path) {
    const OpenDataset file(
        GDALDataset::FromHandle(GDALOpenEx(path.c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr)));
    std::vector<Site> out;
    if (file == nullptr) return out;
    for (const auto& f : *file->GetLayerByName("sites")) {
      EXPECT_TRUE(f->GetGeometryRef()->IsValid());
      out.push_back({f->GetFieldAsInteger64("id"), f->GetFieldAsInteger64("area_px"), f->GetFieldAsInteger("rank"),
                     f->GetFieldAsInteger("col"), f->GetFieldAsInteger("row"), f->GetFieldAsDouble("before_2"),
                     f->GetFieldAsDouble("after_2"), f->GetFieldAsDouble("score_mean"),
                     f->GetFieldAsString("direction")});
    }
    return out;
  }

  static std::map<int, std::int64_t> classes(const std::string& path) {
    const OpenDataset file = open_quietly(path);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(kWidth) * kHeight);
    EXPECT_EQ(file->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, kWidth, kHeight, pixels.data(), kWidth, kHeight, GDT_Byte,
                                               0, 0, nullptr),
              CE_None);
    std::map<int, std::int64_t> counts;
    for (const std::uint8_t p : pixels) ++counts[p];
    return counts;
  }

  const JobFolder folder_;
};

TEST_F(Findings, AreOneMaskInTheClassRasterAndTheLayer) {
  const json summary = run("c.tif", {"--products", "class,sites"});
  const std::vector<Site> found = sites(folder_.out("c_sites.gpkg"));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(summary.at("sites").at("count"), 3);
  EXPECT_EQ(summary.at("sites").at("written"), 3);
  constexpr std::int64_t kPixels = (40 * 20 - 4) + 30 * 30 + 6 * 60;
  EXPECT_EQ(summary.at("sites").at("pixels"), kPixels);
  EXPECT_EQ(summary.at("sites").at("changed_pixels"), kPixels + 2);  // the small one counts before cleaning
  EXPECT_EQ(summary.at("sites").at("scored_pixels"), kWidth * kHeight);
  EXPECT_NEAR(summary.at("thresholds").at("used").at("changed_fraction").get<double>(),
              double(kPixels + 2) / (kWidth * kHeight), 1e-12);
  const auto counts = classes(folder_.out("c_class.tif"));
  EXPECT_EQ(counts.at(1), kPixels);
  EXPECT_EQ(counts.at(0), std::int64_t{kWidth} * kHeight - kPixels);
  // Ids by the first pixel, ranks by how far they stand out.
  std::map<std::int64_t, Site> by_id;
  for (const Site& s : found) by_id[s.id] = s;
  EXPECT_EQ(by_id.at(1).col, 100);
  EXPECT_EQ(by_id.at(2).col, 240);
  EXPECT_EQ(by_id.at(3).col, 500);
  EXPECT_EQ(by_id.at(2).rank, 1);
  EXPECT_EQ(by_id.at(1).direction, "darker");
  EXPECT_EQ(by_id.at(2).direction, "brighter");
  EXPECT_EQ(by_id.at(3).direction, "brighter");
}

TEST_F(Findings, TellTheMeansOfBothDatesOverEverySite) {
  run("c.tif", {"--products", "sites", "--tile", "256"});
  const OpenDataset before = open_quietly(folder_.in("b.tif")), after = open_quietly(folder_.in("a.tif"));
  const auto mean = [](GDALDataset& date, int x0, int y0, int w, int h) {
    std::vector<double> pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
    EXPECT_EQ(date.GetRasterBand(2)->RasterIO(GF_Read, x0, y0, w, h, pixels.data(), w, h, GDT_Float64, 0, 0, nullptr),
              CE_None);
    double sum = 0.0;
    std::int64_t count = 0;
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        if (change(x0 + x, y0 + y) == 0.0) continue;
        sum += pixels[static_cast<std::size_t>(y * w + x)];
        ++count;
      }
    }
    return double(float(sum / double(count)));
  };
  for (const Site& s : sites(folder_.out("c_sites.gpkg"))) {
    const std::map<int, std::pair<int, int>> sides{{100, {30, 30}}, {240, {40, 20}}, {500, {6, 60}}};
    const auto [w, h] = sides.at(s.col);
    EXPECT_EQ(s.before, mean(*before, s.col, s.row, w, h)) << s.id;
    EXPECT_EQ(s.after, mean(*after, s.col, s.row, w, h)) << s.id;
  }
}

TEST_F(Findings, DoNotDependOnTilesThreadsOrMemory) {
  const std::vector<std::vector<std::string>> cuts = {{"--tile", "256", "--threads", "1", "--memory", "256MiB"},
                                                      {"--tile", "512", "--threads", "3", "--memory", "1GiB"},
                                                      {"--tile", "whole", "--threads", "2", "--memory", "1GiB"},
                                                      {"--tile", "256", "--threads", "2", "--memory", "24MiB"}};
  for (const std::vector<std::string>& method :
       {std::vector<std::string>{"--hysteresis", "1.3"}, {"--icm", "1,5"}, {"--max-hole", "9px", "--close", "2"}}) {
    std::vector<Site> first;
    std::string hash;
    for (std::vector<std::string> options : cuts) {
      options.insert(options.end(), method.begin(), method.end());
      options.insert(options.end(), {"--products", "class,sites", "--overwrite"});
      const json summary = run("c.tif", options);
      ASSERT_FALSE(summary.is_null());
      const auto found = sites(folder_.out("c_sites.gpkg"));
      ASSERT_FALSE(found.empty());
      for (const json& product : summary.at("products")) {
        if (product.at("name") != "class") continue;
        if (hash.empty()) hash = product.at("pixel_hash");
        EXPECT_EQ(product.at("pixel_hash"), hash) << method.front();
      }
      if (first.empty()) first = found;
      EXPECT_TRUE(found == first) << method.front();
    }
  }
}

TEST_F(Findings, AreThoseOfTheVerbOnTheHeatmap) {
  run("c.tif", {"--products", "sites", "--hysteresis", "1.3", "--max-hole", "9px"});
  const ProgramRun verb = run_groundshift({"sites", folder_.out("c.tif"), folder_.out("v.gpkg"), "--threshold",
                                           "value:8", "--hysteresis", "1.3", "--max-hole", "9px", "--quiet"});
  ASSERT_EQ(verb.exit_code, 0) << verb.err;
  std::vector<Site> own = sites(folder_.out("c_sites.gpkg"));
  for (Site& s : own) {  // only detect knows the dates
    s.before = s.after = 0.0;
    s.direction.clear();
  }
  EXPECT_TRUE(own == sites(folder_.out("v.gpkg")));
}

TEST_F(Findings, AllProductsStandBesideTheHeatmapAndAreListed) {
  const json summary = run("c.tif", {"--products", "all"});
  std::vector<std::string> names;
  for (const json& product : summary.at("products")) {
    names.push_back(product.at("name"));
    EXPECT_TRUE(fs::exists(product.at("path").get<std::string>())) << names.back();
    EXPECT_EQ(static_cast<std::int64_t>(fs::file_size(product.at("path").get<std::string>())),
              product.at("bytes").get<std::int64_t>())
        << names.back();
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("score", "class", "sites", "direction", "normalized", "quality",
                                                     "quicklook", "style", "report", "stac"));
  const std::string page = read_text(folder_.out("c_report.html"));
  EXPECT_NE(page.find("3 places changed"), std::string::npos);
  EXPECT_EQ(json::parse(read_text(folder_.out("c.stac.json"))).at("stac_version"), "1.0.0");
}

TEST_F(Findings, StandInTheCurrentFolderToo) {
  RunSetup setup;
  const std::string folder = fs::path(folder_.out()).parent_path().string();
  setup.in_child = [&] { return chdir(folder.c_str()) == 0; };
  const ProgramRun run = run_groundshift({"detect", folder_.in("b.tif"), folder_.in("a.tif"), "here.tif", "--products",
                                          "sites,report,stac", "--normalize", "none", "--score", "cva", "--quiet"},
                                         setup);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const ProgramRun page = run_groundshift({"report", "here.json", "page.html", "--quiet"}, setup);
  EXPECT_EQ(page.exit_code, 0) << page.err;
  for (const char* name : {"page.html", "here_sites.gpkg", "here_report.html", "here.stac.json", "here.json"}) {
    EXPECT_TRUE(fs::exists(folder_.out(name))) << name;
  }
}

TEST_F(Findings, SayWhatIsAskedInVain) {
  const json summary = run("c.tif", {"--open", "2"});
  ASSERT_FALSE(summary.is_null());
  ASSERT_EQ(summary.at("warnings").size(), 1u);
  EXPECT_EQ(summary.at("warnings").at(0).at("code"), "unused_option");
}

TEST_F(Findings, RefuseWhatDoesNotGoTogether) {
  const std::vector<std::string> job{"detect", folder_.in("b.tif"), folder_.in("a.tif"), folder_.out("c.tif")};
  const auto with = [&](std::vector<std::string> options) {
    options.insert(options.begin(), job.begin(), job.end());
    return options;
  };
  expect_refused(folder_, with({"--icm", "on", "--hysteresis", "1.2"}), 2, {"--icm"});
  expect_refused(folder_, with({"--icm", "1,99"}), 2, {"--icm 1,99", "sweeps"});
  expect_refused(folder_, with({"--hysteresis", "0.5"}), 2, {"--hysteresis 0.5"});
  expect_refused(folder_, with({"--min-area", "4"}), 2, {"--min-area 4", "px"});
  expect_refused(folder_, with({"--products", "sides"}), 2, {"sides", "sites"});
  SceneSpec bare;  // no CRS
  bare.crs.clear();
  bare.geotransform.reset();
  folder_.scene("bare.tif", bare, 1);
  folder_.scene("bare2.tif", bare, 2);
  expect_refused(folder_,
                 {"detect", folder_.in("bare.tif"), folder_.in("bare2.tif"), folder_.out("c.tif"), "--products",
                  "sites", "--min-area", "400m2"},
                 3, {"--min-area", "16px"});
  write_text(folder_.out("c_sites.gpkg"), "older");
  expect_refused(folder_, with({"--products", "sites"}), 4, {"c_sites.gpkg", "--overwrite"});
}

}  // namespace
}  // namespace groundshift::test

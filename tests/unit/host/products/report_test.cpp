// SPDX-License-Identifier: Apache-2.0
// Pages of small runs: what stands in them, what is missing, and what no page may do.
#include "host/products/report.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/products/report_pictures.hpp"
#include "host/products/report_sections.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/site_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using test::rectangle_site;
using test::SceneSpec;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// out/change.json, heatmap, class and sites of a run that never was, and the two dates in in/.
class ReportPage : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_.path() / "in");
    fs::create_directories(folder_.path() / "out");
    SceneSpec spec;
    spec.width = 90;
    spec.height = 70;
    spec.band_count = 3;
    spec.descriptions = {"blue", "green", "red"};
    spec.creation_options = {};
    for (const std::uint64_t seed : {1u, 2u}) {
      test::write_scene(folder_ / (seed == 1 ? "in/a.tif" : "in/b.tif"), spec,
                        [seed](int band, int x, int y) { return test::texture(seed, band, x, y); });
    }
    spec.band_count = 1;
    spec.descriptions = {};
    spec.type = GDT_Float32;
    spec.nodata = NAN;
    test::write_scene(folder_ / "out/change.tif", spec, [](int, int x, int y) {
      return x < 5 ? NAN : inside(x, y) ? 9.0 : 1.0 + 0.01 * x;
    });
    spec.type = GDT_Byte;
    spec.nodata = 255.0;
    test::write_scene(folder_ / "out/change_class.tif", spec, [](int, int x, int y) {
      return x < 5 ? 255.0 : inside(x, y) ? 1.0 : 0.0;
    });
    test::write_sites(folder_ / "out/change_sites.gpkg", "GPKG", "EPSG:32633",
                      {rectangle_site(100, 1, 20, 30, 10, 8), rectangle_site(200, 2, 60, 10, 4, 4)});
    summary_ = Json::parse(R"({
      "groundshift": {"version": "1", "commit": "abc", "build": "x"},
      "command": {"verb": "detect", "options": {"before": "in/a.tif", "after": "in/b.tif", "out": "out/change.tif",
                  "score": "cva", "smooth": [3]}},
      "inputs": [{"role": "before", "path": "in/a.tif", "size": [90, 70], "bands": [1, 2, 3], "nodata": [null, null, null],
                  "place": {"relation": "equal", "why": "its own grid", "offset": [0, 0]}, "bytes": 5, "mtime": ""},
                 {"role": "after", "path": "in/b.tif", "size": [90, 70], "bands": [1, 2, 3], "nodata": [null, null, null],
                  "place": {"relation": "equal", "why": "its own grid", "offset": [0, 0]}, "bytes": 5, "mtime": ""}],
      "alignment": null, "masks": [],
      "grid": {"size": [90, 70], "decided": "the pixels of BEFORE", "overlap": {"pixels": 6300, "km2": 0.63}},
      "valid_pixels": 5950,
      "normalization": {"method": "huber", "bands": [{"gain": 1.5, "offset": 2.0, "r": 0.9}, {"gain": 1, "offset": 0, "r": 0.2},
                        {"gain": 1, "offset": 0, "r": 0.9}]},
      "statistics": {},
      "thresholds": {"used": {"rule": "otsu", "value": 5.0, "changed_fraction": 0.016},
                     "all": {"otsu": {"value": 5.0, "changed_fraction": 0.016}, "ki": {"value": 1.5, "changed_fraction": 0.4}}},
      "products": [{"name": "score", "path": "out/change.tif", "bytes": 1}, {"name": "class", "path": "out/change_class.tif", "bytes": 1}],
      "warnings": [{"code": "x", "message": "beware of <b>", "count": 1}]})");
  }

  static bool inside(int x, int y) {
    return (x >= 20 && x < 30 && y >= 30 && y < 38) || (x >= 60 && x < 64 && y >= 10 && y < 14);
  }

  std::string page(const ReportOptions& options = {}) {
    return report_html(summary_, folder_.path() / "out", options, {&progress_, &warnings_, {}});
  }

  test::TemporaryFolder folder_;
  Json summary_;
  SilentProgress progress_;
  Warnings warnings_;
};

std::size_t times(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST_F(ReportPage, SaysWhatChangedAndShowsEveryPlace) {
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("2 places changed: 1.6 % of the 60 ha compared"));
  EXPECT_EQ(times(html, "<tr data-id="), 2u);
  EXPECT_EQ(times(html, "<li class=\"chip\""), 2u);
  EXPECT_EQ(times(html, "<path id=\"site-"), 2u);
  EXPECT_THAT(html, HasSubstr("d=\"M20 30l10 0 0 8 -10 0z\""));
  EXPECT_THAT(html, HasSubstr("data-box=\"20 30 10 8\""));
  EXPECT_EQ(times(html, "src=\"data:image/"), 4u + 2u * 3u);
  EXPECT_EQ(times(html, "id=\"swipe\""), 1u);
  EXPECT_THAT(html, HasSubstr("red, green and blue on one stretch"));
  EXPECT_THAT(html, HasSubstr("Counted over all 5,950 scores"));
  EXPECT_THAT(html, Not(HasSubstr("Not on this page")));
}

TEST_F(ReportPage, AsksNothingOfAnyNetwork) {
  const std::string html = page();
  for (const char* word :
       {"http:", "https:", "//www", "@import", "url(", "<iframe", "<link rel=\"stylesheet", "fetch(", "src=\"/"}) {
    EXPECT_THAT(html, Not(HasSubstr(word))) << word;
  }
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST_F(ReportPage, CannotBeBrokenByTextOfFiles) {
  summary_["warnings"][0]["message"] = "</script><script>alert(1)</script>";
  summary_["inputs"][0]["place"]["why"] = "<img src=x onerror=alert(2)>";
  std::vector<test::SiteSpec> sites = {rectangle_site(1, 1, 20, 30, 5, 5)};
  sites[0].direction = "\"><script>alert(3)</script>";
  fs::remove(folder_ / "out/change_sites.gpkg");
  test::write_sites(folder_ / "out/change_sites.gpkg", "GPKG", "EPSG:32633", sites);
  ReportOptions options;
  options.title = "<script>alert(4)</script> & \"more\"";
  const std::string html = page(options);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
  EXPECT_EQ(times(html, "</script>"), 3u) << "the page's own";
  EXPECT_THAT(html, HasSubstr("<title>&lt;script&gt;alert(4)&lt;/script&gt; &amp; &quot;more&quot;</title>"));
  EXPECT_THAT(html, HasSubstr("\\u003c/script>"));
}

TEST_F(ReportPage, SaysWhatIsMissingAndHowToMakeIt) {
  fs::remove(folder_ / "in/a.tif");
  fs::remove(folder_ / "out/change_class.tif");
  fs::remove(folder_ / "out/change_sites.gpkg");
  const std::string html = page();
  EXPECT_THAT(
      html, AllOf(HasSubstr("Not on this page"), HasSubstr("No picture of the first date"), HasSubstr("no such file")));
  EXPECT_THAT(html, HasSubstr("groundshift sites"));
  EXPECT_THAT(html, HasSubstr("--products score,class"));
  EXPECT_THAT(html, HasSubstr("1.6 % of the 60 ha compared lies above the threshold"));
  EXPECT_EQ(times(html, "id=\"swipe\""), 0u);
  EXPECT_THAT(html, HasSubstr("Both dates are needed for this plot"));
  fs::remove(folder_ / "in/b.tif");
  EXPECT_THAT(page(), HasSubstr("No picture of the second date"));
}

TEST_F(ReportPage, TellsAnotherFileFromThatOfTheRun) {
  summary_["inputs"][1]["size"] = {91, 70};
  EXPECT_THAT(page(), HasSubstr("is 90 x 70 pixels now: not the file of that run"));
  summary_["grid"]["size"] = {91, 70};
  EXPECT_THROW(page(), InputError);
}

TEST_F(ReportPage, WarnsInPlainWords) {
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("hardly resemble each other in band 2 "));
  EXPECT_THAT(html, HasSubstr("from 1.6 % to 40 % of the area"));
  EXPECT_THAT(html, HasSubstr("No mask was given"));
  EXPECT_THAT(html, HasSubstr("5.6 % of the picture has no score"));
  EXPECT_THAT(html, HasSubstr("beware of &lt;b&gt;"));
}

TEST_F(ReportPage, ListsOnlyTheFirstRanksAndSaysSo) {
  ReportOptions options;
  options.listed = 1;
  options.chips = 5;
  const std::string html = page(options);
  EXPECT_THAT(html, HasSubstr("2 places changed"));
  EXPECT_EQ(times(html, "<tr data-id="), 1u);
  EXPECT_EQ(times(html, "<li class=\"chip\""), 1u);
  EXPECT_THAT(html, HasSubstr("The first 1 of 2 places are listed"));
  options.chips = 0;
  EXPECT_THAT(page(options), Not(HasSubstr("Close-ups")));
}

TEST_F(ReportPage, ShowsOneBandGreyAndNoCoordinatesAsPixels) {
  SceneSpec spec;
  spec.width = 90;
  spec.height = 70;
  spec.band_count = 1;
  spec.crs.clear();
  spec.geotransform.reset();
  spec.creation_options = {};
  for (const char* name : {"in/a.tif", "in/b.tif"}) {
    test::write_scene(folder_ / name, spec, [](int, int x, int y) { return x + y; });
  }
  spec.type = GDT_Float32;
  test::write_scene(folder_ / "out/change.tif", spec, [](int, int x, int) { return x; });
  for (Json& input : summary_["inputs"]) {
    input["bands"] = {1};
    input["nodata"] = {nullptr};
  }
  summary_["grid"]["overlap"]["km2"] = nullptr;
  summary_["products"].erase(1);
  fs::remove(folder_ / "out/change_sites.gpkg");
  const std::string html = page();
  EXPECT_THAT(html, HasSubstr("Both dates show band 1 on one stretch"));
  EXPECT_THAT(html, HasSubstr("The pictures have no coordinates"));
  EXPECT_THAT(html, HasSubstr("of the 5,950 pixels compared"));
  EXPECT_THAT(html, Not(HasSubstr("class=\"north\" viewBox")));
}

TEST_F(ReportPage, FindsFilesFromAnyFolderAndMovedProducts) {
  const fs::path moved = folder_.path() / "elsewhere";
  fs::create_directories(moved);
  fs::rename(folder_ / "out/change.tif", moved / "change.tif");
  const std::string html = report_html(summary_, moved, {}, {&progress_, &warnings_, {}});
  EXPECT_THAT(html, HasSubstr("No picture of the first date")) << "in/a.tif is in no folder that elsewhere/ tells of";
  fs::remove(moved / "change.tif");
  EXPECT_THROW(report_html(summary_, moved, {}, {&progress_, &warnings_, {}}), InputError);
}

TEST_F(ReportPage, CutsCloseUpsOfLargePlacesOutOfTheOverview) {
  const ReportSources sources = open_report_sources(summary_, folder_.path() / "out", {});
  Overview overview = make_overview(sources, 2048, 5.0);
  ListedSite site;
  site.cols = 90;
  site.rows = 70;
  const Chip read = make_chip(sources, overview, site, 90);
  EXPECT_EQ(read.width, 90);
  const Chip cut = make_chip(sources, overview, site, 16);
  EXPECT_EQ(cut.width, 16);
  EXPECT_EQ(cut.height, 12);
  // What is cut follows the overview's picture, what is read does not.
  std::fill(overview.before_image.rgb.begin(), overview.before_image.rgb.end(), std::uint8_t{7});
  EXPECT_NE(make_chip(sources, overview, site, 16).before, cut.before);
  EXPECT_EQ(make_chip(sources, overview, site, 16).after, cut.after);
  EXPECT_EQ(make_chip(sources, overview, site, 90).before, read.before);
}

TEST_F(ReportPage, RefusesWhatIsNoSummary) {
  test::write_text(folder_ / "out/x.json", "{\"a\": 1}");
  test::write_text(folder_ / "out/y.json", "not json");
  const JobContext context{&progress_, &warnings_, {}};
  EXPECT_THROW(write_report(folder_ / "out/x.json", folder_ / "out/p.html", {}, context), Error);
  EXPECT_THROW(write_report(folder_ / "out/y.json", folder_ / "out/p.html", {}, context), InputError);
  EXPECT_THROW(write_report(folder_ / "out/none.json", folder_ / "out/p.html", {}, context), InputError);
  EXPECT_FALSE(fs::exists(folder_ / "out/p.html"));
}

TEST(JointStretch, IsOneForBothDates) {
  ViewPixels before{10, 10, {std::vector<float>(100)}}, after{10, 10, {std::vector<float>(100)}};
  for (int i = 0; i < 100; ++i) {
    before.bands[0][std::size_t(i)] = float(i);
    after.bands[0][std::size_t(i)] = i == 0 ? kNaN : float(100 + i);
  }
  const JointStretch stretch = joint_stretch(before, after);
  EXPECT_EQ(stretch.low[0], 2.0);  // nearest rank of 0.01 * 198 among 199 values
  EXPECT_EQ(stretch.high[0], 197.0);
  const RgbImage picture = stretched(after, stretch);
  EXPECT_EQ(picture.rgb[0], 0xd2) << "no value";
  EXPECT_EQ(picture.rgb[3 * 99], 255);
  EXPECT_EQ(picture.pixel(9, 9)[0], picture.pixel(9, 9)[2]) << "one band is grey";
}

TEST(JointStretch, HoldsForConstantAndEmptyPictures) {
  const ViewPixels constant{2, 1, {{7.0f, 7.0f}}}, none{2, 1, {{kNaN, kNaN}}};
  const JointStretch stretch = joint_stretch(constant, {});
  EXPECT_GT(stretch.high[0], stretch.low[0]);
  EXPECT_EQ(stretched(none, joint_stretch(none, none)).rgb[0], 0xd2);
  EXPECT_TRUE(std::isfinite(joint_stretch({}, {}).gamma));
}

TEST(ChipWindow, SurroundsASiteAndStaysInTheGrid) {
  Grid grid;
  grid.width = 1000;
  grid.height = 500;
  ListedSite site;
  site.col = 500;
  site.row = 200;
  site.cols = 100;
  site.rows = 20;
  EXPECT_EQ(chip_window(site, grid), (PixelRect{450, 110, 200, 200}));
  site.col = site.row = 0;
  site.cols = site.rows = 2;
  EXPECT_EQ(chip_window(site, grid), (PixelRect{0, 0, 48, 48}));
  site.cols = 1000;
  EXPECT_EQ(chip_window(site, grid), (PixelRect{0, 0, 1000, 500}));
  grid.width = grid.height = 1;
  site.cols = site.rows = 1;
  EXPECT_EQ(chip_window(site, grid), (PixelRect{0, 0, 1, 1}));
}

TEST(NorthDegrees, FollowsTheGrid) {
  Grid grid;
  grid.width = grid.height = 10;
  grid.crs_wkt = crs_from_user_input("EPSG:32633", "test");
  grid.geotransform = {500000, 10, 0, 5000000, 0, -10};
  EXPECT_NEAR(north_degrees(grid), 0.0, 1e-9);
  grid.geotransform = {500000, 0, 10, 5000000, 10, 0};  // columns go north, rows east
  EXPECT_NEAR(north_degrees(grid), 90.0, 1e-9);
  const double c = 10 * std::cos(0.5), s = 10 * std::sin(0.5);
  grid.geotransform = {500000, c, s, 5000000, s, -c};  // columns turned 0.5 rad from east towards north
  EXPECT_NEAR(north_degrees(grid), 0.5 * 180.0 / 3.14159265358979, 1e-6);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Scores to sites by hand: each step, ids, measures, ranks, and strips of any height.
#include "host/sites/find_sites.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/unit/host/sites/drawn_image.hpp"

namespace groundshift::test {
namespace {

Grid grid_of(const Drawing& image) {
  Grid grid;
  grid.width = static_cast<std::int32_t>(image.front().size());
  grid.height = static_cast<std::int32_t>(image.size());
  return grid;
}

SiteOptions above_one() {
  SiteOptions options;
  options.threshold = 1.6;  // '#' only
  options.scratch_folder = ".";
  return options;
}

/// '+' is between the thresholds with this.
SiteOptions hysteresis() {
  SiteOptions options = above_one();
  options.hysteresis_factor = 1.2;
  return options;
}

std::unique_ptr<FindSites> find(const Drawing& image, const SiteOptions& options, std::int32_t strip = 1) {
  auto sites = std::make_unique<FindSites>(options, grid_of(image));
  const std::vector<float> scores = scores_of(image);
  const Grid& grid = sites->grid();
  const auto strips = [&](auto&& visit) {
    for (std::int32_t y = 0; y < grid.height; y += strip) {
      visit(y, std::min(strip, grid.height - y), scores.data() + std::ptrdiff_t{y} * grid.width);
    }
  };
  strips([&](std::int32_t y, std::int32_t count, const float* rows) { sites->add_rows(y, count, rows); });
  sites->finish();
  strips([&](std::int32_t y, std::int32_t count, const float* rows) {
    if (sites->has_sites(y, count)) sites->measure_rows(y, count, rows);
  });
  return sites;
}

Drawing labels(const Drawing& image, const SiteOptions& options) {
  return drawn(find(image, options)->labelled().runs, static_cast<std::int32_t>(image.front().size()));
}

TEST(FindSites, HysteresisGrowsFromWhatIsAbove) {
  const Drawing image = {"+++#..++", "........", "#..+.+++", ".+......"};
  EXPECT_EQ(labels(image, above_one()), (Drawing{"...a....", "........", "b.......", "........"}));
  EXPECT_EQ(labels(image, hysteresis()), (Drawing{"aaaa....", "........", "b.......", ".b......"}));
}

TEST(FindSites, MinimumAreaIsMeasuredOnWhatHysteresisGrew) {
  SiteOptions options = hysteresis();
  options.min_area = {3.0, AreaUnit::pixels};
  EXPECT_EQ(labels({"#++.##.#", "........"}, options), (Drawing{"aaa.....", "........"}));
}

TEST(FindSites, HolesAreFilledUpToTheirLimitAndNeverOverWhatIsUnknown) {
  SiteOptions options = above_one();
  options.max_hole = {2.0, AreaUnit::pixels};
  EXPECT_EQ(labels({"####.####.####", "#..#.#.?#.#...", "####.####.####"}, options),
            (Drawing{"aaaa.bbbb.cccc", "aaaa.b..b.c...", "aaaa.bbbb.cccc"}));
  options.max_hole.value = 1.0;
  EXPECT_EQ(labels({"####", "#..#", "####"}, options), (Drawing{"aaaa", "a..a", "aaaa"}));
}

TEST(FindSites, AHoleUnderEightNeighboursIsClosedByCorners) {
  const Drawing diamond = {".....", "..#..", ".#.#.", "..#..", "....."};
  SiteOptions options = above_one();
  options.max_hole = {1.0, AreaUnit::pixels};
  EXPECT_EQ(labels(diamond, options), (Drawing{".....", "..a..", ".aaa.", "..a..", "....."}));
  options.connectivity = Connectivity::four;
  EXPECT_EQ(labels(diamond, options), (Drawing{".....", "..a..", ".b.c.", "..d..", "....."}));
}

TEST(FindSites, AFilledHoleJoinsItsIsland) {
  SiteOptions options = above_one();
  options.max_hole = {8.0, AreaUnit::pixels};
  const auto sites = find({"#####", "#...#", "#.#.#", "#...#", "#####"}, options);
  ASSERT_EQ(sites->sites().size(), 1u);
  EXPECT_EQ(sites->sites()[0].area, 25);
  EXPECT_EQ(sites->counts().filled_holes, 1);
  EXPECT_EQ(sites->counts().filled_pixels, 8);
  EXPECT_EQ(sites->counts().changed, 17);
  EXPECT_EQ(sites->counts().site_pixels, 25);
}

TEST(FindSites, OpeningComesAfterHysteresisAndBeforeAreas) {
  SiteOptions options = hysteresis();
  options.open_radius = 1;
  options.min_area = {5.0, AreaUnit::pixels};
  EXPECT_EQ(
      labels({".........", "..+...+..", ".+#+..#..", "..+...+..", "....+....", "...+++...", "....+...."}, options),
      (Drawing{".........", "..a......", ".aaa.....", "..a......", ".........", ".........", "........."}));
}

TEST(FindSites, MeasuresScoresAndTheNearnessOfWhatIsUnknown) {
  const auto sites = find({"#+..?...", "........", "......#.", "........"}, hysteresis());
  ASSERT_EQ(sites->sites().size(), 2u);
  EXPECT_EQ(sites->scores()[0].sum, 3.5);
  EXPECT_EQ(sites->scores()[0].max, 2.0f);
  EXPECT_EQ(sites->scores()[0].near_unknown, 0);
  EXPECT_EQ(sites->scores()[1].near_unknown, 1);  // two columns and two rows away
  EXPECT_EQ(sites->counts().scored, 31);
  EXPECT_EQ(sites->ranked(), (std::vector<std::int32_t>{1, 0}));
}

TEST(FindSites, RanksByMeanCubedTimesTheRootOfTheAreaThenId) {
  // 8 sqrt(2), (5 / 3)^3 sqrt(3) = 8.02, 8 sqrt(2), 8.
  const auto sites = find({"##.#++.##.#"}, hysteresis());
  EXPECT_EQ(sites->ranked(), (std::vector<std::int32_t>{0, 2, 1, 3}));
}

TEST(FindSites, NothingDependsOnTheStripsOrTheMemory) {
  Drawing image(61, std::string(83, '.'));
  std::uint32_t state = 1;
  for (std::string& line : image) {
    for (char& c : line) {
      state = state * 1664525u + 1013904223u;
      c = "##++..?......"[(state >> 16) % 12];
    }
  }
  SiteOptions options = hysteresis();
  options.max_hole = {5.0, AreaUnit::pixels};
  options.close_radius = 1;
  const auto reference = find(image, options);
  ASSERT_GT(reference->sites().size(), 3u);
  options.memory_bytes = 1 << 20;
  for (const std::int32_t strip : {2, 7, 61, 100}) {
    const auto other = find(image, options, strip);
    ASSERT_EQ(other->sites().size(), reference->sites().size());
    EXPECT_EQ(drawn(other->labelled().runs, 83), drawn(reference->labelled().runs, 83));
    for (std::size_t i = 0; i < reference->scores().size(); ++i) {
      EXPECT_EQ(other->scores()[i].sum, reference->scores()[i].sum);
      EXPECT_EQ(other->scores()[i].near_unknown, reference->scores()[i].near_unknown);
    }
  }
}

TEST(FindSites, AllUnknownAllSetOnePixel) {
  const auto unknown = find({"??", "??"}, above_one());
  EXPECT_TRUE(unknown->sites().empty());
  EXPECT_EQ(unknown->counts().scored, 0);
  EXPECT_EQ(labels({"##", "##"}, above_one()), (Drawing{"aa", "aa"}));
  EXPECT_EQ(labels({"#"}, above_one()), Drawing{"a"});
}

TEST(FindSites, RefusesWhatHasNoMeaning) {
  const Grid grid = grid_of({"##", "##"});
  SiteOptions options = above_one();
  options.hysteresis_factor = 0.9;
  EXPECT_THROW(FindSites(options, grid), UsageError);
  options = hysteresis();
  options.threshold = -1.0;
  EXPECT_THROW(FindSites(options, grid), UsageError);
  options = above_one();
  options.threshold = std::nan("");
  EXPECT_THROW(FindSites(options, grid), UsageError);
  options = above_one();
  options.min_area = {100.0, AreaUnit::square_metres};
  EXPECT_THROW(FindSites(options, grid), InputError) << "the grid has no CRS";
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// What plots count and where they draw it.
#include "host/products/report_plots.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::size_t times(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

const Json kThresholds = Json::parse(R"({"used": {"rule": "otsu", "value": 4.0, "changed_fraction": 0.25},
  "all": {"otsu": {"value": 4.0, "changed_fraction": 0.25}, "ki": {"value": 1.5, "changed_fraction": 0.5}}})");

TEST(ScoreHistogram, CountsBySixteenthsOfAnOctave) {
  const ScoreHistogram h = histogram_of({1.0f, 1.0f, 1.04f, 2.0f, 0.0f, kNaN, -1.0f});
  EXPECT_EQ(h.scores, 6);
  EXPECT_EQ(h.not_positive, 2);
  EXPECT_DOUBLE_EQ(h.first, 0.0);
  EXPECT_DOUBLE_EQ(h.width, 1.0 / 16.0);
  ASSERT_EQ(h.counts.size(), 17u);  // log2(1.04) = 0.0566 still lies in the first
  EXPECT_EQ(h.counts.front(), 3);
  EXPECT_EQ(h.counts.back(), 1);
}

TEST(ScoreHistogram, OfNothingHasNoBins) {
  EXPECT_TRUE(histogram_of({}).counts.empty());
  EXPECT_TRUE(histogram_of({kNaN, 0.0f}).counts.empty());
  EXPECT_EQ(histogram_svg(histogram_of({kNaN, 0.0f}), kThresholds), "");
}

TEST(ScoreHistogram, TakesInfinityAndTheSmallestIntoItsEnds) {
  const ScoreHistogram h =
      histogram_of({std::numeric_limits<float>::infinity(), std::numeric_limits<float>::denorm_min()});
  EXPECT_EQ(h.counts.front(), 1);
  EXPECT_EQ(h.counts.back(), 1);
}

TEST(SpreadBlocks, CoverASmallGridWhole) {
  Grid grid;
  grid.width = 300;
  grid.height = 257;
  std::int64_t pixels = 0;
  for (const PixelRect& b : spread_blocks(grid, 256, 256)) pixels += b.width * b.height;
  EXPECT_EQ(pixels, 300 * 257);
  EXPECT_EQ(spread_blocks(grid, 256, 256).back(), (PixelRect{256, 256, 44, 1}));
}

TEST(SpreadBlocks, SpreadEvenlyOverALargeOne) {
  Grid grid;
  grid.width = 16384;
  grid.height = 16384;
  const std::vector<PixelRect> blocks = spread_blocks(grid, 256, 16);
  ASSERT_EQ(blocks.size(), 16u);
  // 4096 blocks in 16 parts of 256: the middle of each is the 128th.
  EXPECT_EQ(blocks[0], (PixelRect{0, 512, 256, 256}));
  EXPECT_EQ(blocks[1], (PixelRect{0, 1536, 256, 256}));
}

TEST(ThresholdRows, AreLetteredByValueAndSayWhichIsUsed) {
  const std::vector<ThresholdRow> rows = threshold_rows(kThresholds);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].letter, 'A');
  EXPECT_EQ(rows[0].rule, "ki");
  EXPECT_FALSE(rows[0].used);
  EXPECT_EQ(rows[1].rule, "otsu");
  EXPECT_TRUE(rows[1].used);
}

TEST(ThresholdRows, ListAUsedValueThatIsNoRules) {
  Json thresholds = kThresholds;
  thresholds["used"] = {{"rule", "value"}, {"value", 2.0}, {"changed_fraction", 0.4}};
  const std::vector<ThresholdRow> rows = threshold_rows(thresholds);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].rule, "value");
  EXPECT_TRUE(rows[1].used);
  EXPECT_TRUE(threshold_rows({{"used", nullptr}, {"all", Json::object()}}).empty());
}

TEST(HistogramSvg, MarksEveryRuleAndTheUsedOneBold) {
  const std::string svg = histogram_svg(histogram_of({1.0f, 2.0f, 3.0f, 8.0f}), kThresholds);
  EXPECT_EQ(times(svg, "class=\"mark\""), 1u);
  EXPECT_EQ(times(svg, "class=\"mark used\""), 1u);
  EXPECT_THAT(svg, HasSubstr(">A</text>"));
  EXPECT_THAT(svg, HasSubstr("aria-label="));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(HistogramSvg, OfOneValueIsNoDivisionByZero) {
  EXPECT_THAT(histogram_svg(histogram_of({3.0f}), {{"used", nullptr}, {"all", Json::object()}}),
              ::testing::AllOf(HasSubstr("class=\"bar\""), Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
}

TEST(ScatterSvg, DrawsPointsAndTheLineInsideItsFrame) {
  const std::string svg = scatter_svg({10, 20, 30}, {1, 2, 3}, 10.0, 0.0, "a <b>");
  EXPECT_EQ(times(svg, "h0"), 3u);
  EXPECT_EQ(times(svg, "line0"), 1u);
  EXPECT_THAT(svg, HasSubstr("a &lt;b&gt;"));
  // Frame 230 x 230 from (56, 10), 4 % of margin: (1, 10) lies at x = 56 + 230 * 0.04/1.08 = 64.5, y = 231.5.
  EXPECT_THAT(svg, HasSubstr("M65 231h0"));
  EXPECT_EQ(scatter_svg({}, {}, 1.0, 0.0, ""), "");
}

TEST(ScatterSvg, LeavesOutALineThatMissesTheFrame) {
  EXPECT_EQ(times(scatter_svg({10, 20, 30}, {1, 2, 3}, 0.0, 500.0, ""), "line0"), 0u);
  const std::string constant = scatter_svg({5, 5}, {5, 5}, 1.0, 0.0, "");
  EXPECT_THAT(constant, Not(HasSubstr("nan")));
}

TEST(ConvergenceSvg, HasALineAVariate) {
  const std::string svg = convergence_svg(Json::parse("[[0.5, 0.2], [0.8, 0.4], [0.9, 0.5]]"));
  EXPECT_EQ(times(svg, "class=\"line0\""), 1u);
  EXPECT_EQ(times(svg, "class=\"line1\""), 1u);
  EXPECT_EQ(convergence_svg(Json::array()), "");
  EXPECT_EQ(convergence_svg(Json()), "");
  EXPECT_THAT(convergence_svg(Json::parse("[[0.5]]")), Not(HasSubstr("nan")));
}

TEST(ShiftSvg, TellsAcceptedFromRejected) {
  const Json alignment = Json::parse(R"({"points": [{"x": 10, "y": 10, "dx": 1.0, "dy": 0.0, "state": "accepted"},
    {"x": 90, "y": 10, "dx": -30.0, "dy": 0.0, "state": "unreliable"}, {"x": 50, "y": 50, "dx": null, "dy": null,
    "state": "few valid"}]})");
  const std::string svg = shift_svg(alignment, 100, 80);
  EXPECT_EQ(times(svg, "class=\"accepted\""), 2u);  // and the scale's
  EXPECT_EQ(times(svg, "class=\"rejected\""), 1u);
  EXPECT_THAT(svg, HasSubstr("1.00 px"));
  EXPECT_EQ(shift_svg(Json(), 100, 80), "");
  EXPECT_EQ(shift_svg({{"points", Json::array()}}, 100, 80), "");
}

}  // namespace
}  // namespace groundshift

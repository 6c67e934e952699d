// SPDX-License-Identifier: Apache-2.0
// Thinned curves: exact when short, close to the full curve when long, and a figure that holds what it should.
#include "host/evaluate/curves.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/evaluate/curves_svg.hpp"

namespace groundshift {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Curves, RocOfFourPixelsByHand) {
  const std::vector<float> unchanged{0.1f, 0.4f}, changed{0.35f, 0.8f};
  EXPECT_THAT(
      roc_curve(unchanged, changed, 2000),
      ElementsAre(CurvePoint{0, 0}, CurvePoint{0, 0.5}, CurvePoint{0.5, 0.5}, CurvePoint{0.5, 1}, CurvePoint{1, 1}));
}

TEST(Curves, PrecisionRecallOfFourPixelsByHand) {
  const std::vector<float> unchanged{0.1f, 0.4f}, changed{0.35f, 0.8f};
  EXPECT_THAT(precision_recall_curve(unchanged, changed, 2000),
              ElementsAre(CurvePoint{0.5, 1}, CurvePoint{0.5, 0.5}, CurvePoint{1, 2.0 / 3.0}, CurvePoint{1, 0.5}));
}

TEST(Curves, TiesAreOneStraightStep) {
  const std::vector<float> same(5, 1.0f);
  EXPECT_THAT(roc_curve(same, same, 2000), ElementsAre(CurvePoint{0, 0}, CurvePoint{1, 1}));
}

TEST(Curves, AreEmptyWithoutAClass) {
  const std::vector<float> some{1.0f};
  EXPECT_TRUE(roc_curve({}, some, 2000).empty());
  EXPECT_TRUE(precision_recall_curve(some, {}, 2000).empty());
}

double area(const std::vector<CurvePoint>& curve) {
  double sum = 0.0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    sum += (curve[i].x - curve[i - 1].x) * 0.5 * (curve[i].y + curve[i - 1].y);
  }
  return sum;
}

TEST(Curves, LongOnesKeepTheirShapeInFewPoints) {
  std::mt19937 random(7);
  std::vector<float> unchanged(200000), changed(60000);
  for (float& v : unchanged) v = float(random() % 1000003u) / 1000003.0f;
  for (float& v : changed) v = std::sqrt(std::sqrt(float(random() % 1000003u) / 1000003.0f));
  std::sort(unchanged.begin(), unchanged.end());
  std::sort(changed.begin(), changed.end());
  const auto full_roc = roc_curve(unchanged, changed, 40000000), thin_roc = roc_curve(unchanged, changed, 2000);
  const auto full_pr = precision_recall_curve(unchanged, changed, 40000000);
  const auto thin_pr = precision_recall_curve(unchanged, changed, 2000);
  EXPECT_GT(full_roc.size(), 100000u);
  EXPECT_LE(thin_roc.size(), 2000u);
  EXPECT_LE(thin_pr.size(), 2000u);
  EXPECT_GT(thin_pr.size(), 500u);
  EXPECT_EQ(thin_roc.front(), full_roc.front());
  EXPECT_EQ(thin_roc.back(), full_roc.back());
  EXPECT_NEAR(area(thin_roc), area(full_roc), 1e-5);
  EXPECT_NEAR(area(thin_pr), area(full_pr), 1e-3);  // half a cell of recall, 1/1000, at worst
  const auto lower = [](const CurvePoint& a, const CurvePoint& b) { return a.y < b.y; };
  EXPECT_EQ(std::min_element(thin_pr.begin(), thin_pr.end(), lower)->y,
            std::min_element(full_pr.begin(), full_pr.end(), lower)->y);
}

TEST(CurveThinner, KeepsFirstLowestHighestAndLastOfACell) {
  CurveThinner thinner(1);
  for (const double y : {0.5, 0.6, 0.1, 0.3, 0.9, 0.4, 0.45}) thinner.add(0.2, {y, y});
  EXPECT_THAT(thinner.finish(),
              ElementsAre(CurvePoint{0.5, 0.5}, CurvePoint{0.1, 0.1}, CurvePoint{0.9, 0.9}, CurvePoint{0.45, 0.45}));
}

TEST(CurvesSvg, HoldsTitlesMarksAndEscapedText) {
  CurvesFigure figure;
  figure.title = "a<b & \"c\"";
  figure.roc = {{0, 0}, {0.25, 0.75}, {1, 1}};
  figure.precision_recall = {{0.5, 1}, {1, 0.5}};
  figure.area_under_roc = 0.75;
  figure.average_precision = 0.5;
  figure.marks = {{"otsu", {0.25, 0.75}, CurvePoint{0.75, 0.6}}, {"oracle", {0, 0}, std::nullopt}};
  const std::string svg = curves_svg(figure);
  EXPECT_THAT(svg, HasSubstr("a&lt;b &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, HasSubstr("ROC, AUC = 0.7500"));
  EXPECT_THAT(svg, HasSubstr("AP = 0.5000"));
  // (0.25, 0.75) in the left panel: x = 75 + 0.25 * 400, y = 90 + 0.25 * 400.
  EXPECT_THAT(svg, HasSubstr("M75.00 490.00 175.00 190.00 475.00 90.00\"/>"));
  EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Pooling and stretch of the quicklook, with numbers worked out by hand.
#include "host/products/quicklook.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "host/products/canvas.hpp"
#include "host/products/color_ramp.hpp"
#include "host/products/legend.hpp"

namespace groundshift {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

/// A raster of small integers (sums are exact in any order) with holes.
std::vector<float> holed_raster(std::int32_t width, std::int32_t height) {
  std::vector<float> scores(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = i % 7 == 3 ? kNan : static_cast<float>(i * 37 % 101);
  return scores;
}

void add_in_tiles(Quicklook& quicklook, const std::vector<float>& scores, std::int32_t width, std::int32_t height,
                  std::int32_t tile) {
  for (std::int32_t y = 0; y < height; y += tile) {
    for (std::int32_t x = 0; x < width; x += tile) {
      const Window window{x, y, std::min(tile, width - x), std::min(tile, height - y)};
      quicklook.add(window, scores.data() + static_cast<std::ptrdiff_t>(y) * width + x, width);
    }
  }
}

TEST(Quicklook, FactorIsTheSmallestThatFits) {
  EXPECT_EQ(Quicklook(1024, 10).factor(), 1);
  EXPECT_EQ(Quicklook(1025, 10).factor(), 2);
  EXPECT_EQ(Quicklook(10, 2049).factor(), 3);
  EXPECT_EQ(Quicklook(1025, 10).pooled().width, 513);
  EXPECT_EQ(Quicklook(1025, 10).pooled().height, 5);
  EXPECT_EQ(Quicklook(1, 1).pooled().width, 1);
  EXPECT_EQ(Quicklook(std::numeric_limits<std::int32_t>::max(), 1).factor(), 2097152);
}

TEST(Quicklook, PoolsTheMeanOfValidPixels) {
  // 5 x 3 with factor 2: the last column and row of pooled pixels cover one raster column and row.
  const std::vector<float> scores{1, 2,    kNan, kNan, 10,  //
                                  3, kNan, kNan, kNan, 20,  //
                                  5, 7,    9,    kNan, kNan};
  Quicklook quicklook(5, 3, 3);
  ASSERT_EQ(quicklook.factor(), 2);
  quicklook.add({0, 0, 5, 3}, scores.data(), 5);
  const std::vector<float> means = quicklook.pooled().means;
  ASSERT_EQ(means.size(), 6u);
  EXPECT_EQ(means[0], 2.0);  // 1, 2, 3
  EXPECT_TRUE(std::isnan(means[1]));
  EXPECT_EQ(means[2], 15.0);
  EXPECT_EQ(means[3], 6.0);
  EXPECT_EQ(means[4], 9.0);
  EXPECT_TRUE(std::isnan(means[5]));
}

TEST(Quicklook, TilingDoesNotMatter) {
  const std::int32_t width = 133, height = 71;
  const std::vector<float> scores = holed_raster(width, height);
  Quicklook whole(width, height, 20);
  whole.add({0, 0, width, height}, scores.data(), width);
  for (const std::int32_t tile : {1, 5, 16, 64}) {
    Quicklook tiled(width, height, 20);
    add_in_tiles(tiled, scores, width, height, tile);
    const PooledScores of_tiles = tiled.pooled(), of_whole = whole.pooled();
    EXPECT_EQ(of_tiles.means, of_whole.means) << tile;
  }
}

TEST(Quicklook, RefusesAWindowOutside) {
  const std::vector<float> scores(16, 1.0f);
  Quicklook quicklook(4, 4);
  EXPECT_THROW(quicklook.add({1, 0, 4, 4}, scores.data(), 4), std::logic_error);
  EXPECT_THROW(quicklook.add({0, -1, 4, 4}, scores.data(), 4), std::logic_error);
  EXPECT_THROW(Quicklook(0, 4), std::logic_error);
}

TEST(Quicklook, StretchIsAPercentileOfThePooledPixels) {
  std::vector<float> scores(201);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(i);
  Quicklook quicklook(201, 1);
  quicklook.add({0, 0, 201, 1}, scores.data(), 201);
  EXPECT_EQ(stretch_of(quicklook.pooled()).high, 199.0);  // rank 0.995 * 200
  EXPECT_EQ(stretch_of(quicklook.pooled()).percentile, 99.5);
  EXPECT_EQ(stretch_of(quicklook.pooled(), 50.0).high, 100.0);
  EXPECT_EQ(stretch_of(quicklook.pooled(), 100.0).high, 200.0);
}

TEST(Quicklook, StretchIsTheValueOfItsRankAmongAnyFloats) {
  std::mt19937 random(7);
  std::vector<float> scores(4096), sorted;
  for (float& score : scores) {
    score = static_cast<float>(std::ldexp(1.0 + random() / 4294967296.0, static_cast<int>(random() % 60) - 30));
    if (random() % 5 == 0) score = random() % 2 == 0 ? kNan : -score;
    if (score == score) sorted.push_back(score);
  }
  std::sort(sorted.begin(), sorted.end());
  Quicklook quicklook(64, 64);
  quicklook.add({0, 0, 64, 64}, scores.data(), 64);
  for (const double percentile : {30.0, 50.0, 77.7, 99.5, 100.0}) {
    const auto rank = static_cast<std::size_t>(percentile / 100.0 * static_cast<double>(sorted.size() - 1) + 0.5);
    EXPECT_EQ(stretch_of(quicklook.pooled(), percentile).high, sorted[rank]) << percentile;
  }
}

TEST(Quicklook, StretchOfFewBrightPixelsIsTheirLargest) {
  std::vector<float> scores(1000, 0.0f);
  scores[17] = 3.0f;
  Quicklook quicklook(1000, 1);
  quicklook.add({0, 0, 1000, 1}, scores.data(), 1000);
  EXPECT_EQ(stretch_of(quicklook.pooled()).high, 3.0);
  EXPECT_EQ(stretch_of(quicklook.pooled()).percentile, 100.0);
}

TEST(Quicklook, StretchStaysUsableWithoutScores) {
  EXPECT_EQ(stretch_of(Quicklook(3, 3).pooled()).high, 1.0);
  const std::vector<float> scores{0.0f, kNan, kInf};
  Quicklook quicklook(3, 1);
  quicklook.add({0, 0, 3, 1}, scores.data(), 3);
  EXPECT_EQ(stretch_of(quicklook.pooled()).high, 1.0);
}

TEST(Quicklook, PictureShowsZeroSaturationAndNoDataApart) {
  const std::vector<float> scores{0.0f, 2.0f, 1e30f, kInf, kNan};
  Quicklook quicklook(5, 1);
  quicklook.add({0, 0, 5, 1}, scores.data(), 5);
  const RgbImage picture = rgb_of(framed_heatmap(quicklook.pooled(), "t", {2.0, 99.5}));
  // Enlarged 160 times: margin 16, one title line of 20 pixels, 4 pixels of air.
  const auto color_at = [&](std::int32_t x) {
    const std::uint8_t* p = picture.pixel(16 + x, 16 + 20 + 4 + 80);
    return RgbColor{p[0], p[1], p[2]};
  };
  EXPECT_EQ(color_at(80), kRampStops.front());
  EXPECT_EQ(color_at(160 + 80), kRampStops.back());
  EXPECT_EQ(color_at(320 + 80), kRampStops.back());
  EXPECT_EQ(color_at(480 + 80), kRampStops.back());
  const RgbColor hole = color_at(640 + 80);
  EXPECT_TRUE(hole.red == hole.green && hole.green == hole.blue);
  EXPECT_NE(hole, color_at(640 + 88));  // the checker's next square
}

}  // namespace
}  // namespace groundshift

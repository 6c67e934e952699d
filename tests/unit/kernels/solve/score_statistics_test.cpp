// SPDX-License-Identifier: Apache-2.0
// Score statistics against plain sums, and their independence of tiling.
#include "kernels/solve/score_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

RasterView<const float> view(const std::vector<float>& v, std::int32_t width, std::int32_t height) {
  return {v.data(), width, height, width};
}
RasterView<const std::uint8_t> view(const std::vector<std::uint8_t>& v, std::int32_t width, std::int32_t height) {
  return {v.data(), width, height, width};
}

TEST(ScoreStatistics, CountsByHand) {
  const std::vector<float> score = {1.0f, 3.0f, kNan, kNan, 8.0f, kNan};
  const std::vector<std::uint8_t> valid = {1, 1, 0, 1, 1, 1};
  ScoreStatistics s;
  s.add(view(score, 3, 2), view(valid, 3, 2));
  EXPECT_EQ(s.valid_count(), 3);
  EXPECT_EQ(s.undefined_count(), 2);
  EXPECT_DOUBLE_EQ(s.min(), 1.0);
  EXPECT_DOUBLE_EQ(s.max(), 8.0);
  EXPECT_DOUBLE_EQ(s.mean(), 4.0);
  EXPECT_NEAR(s.std(), std::sqrt((9.0 + 1.0 + 16.0) / 3.0), 1e-15);
}

TEST(ScoreStatistics, CountsAPixelKeptOutOfStatisticsOnce) {
  const std::vector<float> score = {1.0f, 3.0f, kNan};
  const std::vector<std::uint8_t> valid = {1, 2, 2};
  ScoreStatistics s;
  s.add(view(score, 3, 1), view(valid, 3, 1));
  EXPECT_EQ(s.valid_count(), 2);
  EXPECT_EQ(s.undefined_count(), 1);
}

TEST(ScoreStatistics, HasNothingToSayOfNothing) {
  const std::vector<float> score(5, kNan);
  const std::vector<std::uint8_t> valid(5, 0);
  ScoreStatistics s;
  s.add(view(score, 5, 1), view(valid, 5, 1));
  EXPECT_EQ(s.valid_count(), 0);
  EXPECT_EQ(s.undefined_count(), 0);
  EXPECT_TRUE(std::isnan(s.min()) && std::isnan(s.max()) && std::isnan(s.mean()) && std::isnan(s.std()));
}

TEST(ScoreStatistics, IsTheSameForAnyTilingAndOrder) {
  constexpr std::int32_t kWidth = 700, kHeight = 530;
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(0.0f, 40.0f);
  std::vector<float> score(kWidth * kHeight);
  for (float& v : score) v = random() % 9 == 0 ? kNan : value(random);
  const std::vector<std::uint8_t> valid(score.size(), 1);
  ScoreStatistics whole;
  whole.add(view(score, kWidth, kHeight), view(valid, kWidth, kHeight));
  ScoreStatistics tiled;
  for (std::int32_t y = kHeight / kCellSize * kCellSize; y >= 0; y -= kCellSize) {  // from the last tile to the first
    for (std::int32_t x = 0; x < kWidth; x += 2 * kCellSize) {
      const std::int32_t w = std::min(2 * kCellSize, kWidth - x), h = std::min(kCellSize, kHeight - y);
      ScoreStatistics part;
      part.add(view(score, kWidth, kHeight).window(x, y, w, h), view(valid, kWidth, kHeight).window(x, y, w, h));
      tiled.merge(part);
    }
  }
  EXPECT_EQ(tiled.valid_count(), whole.valid_count());
  EXPECT_EQ(tiled.mean(), whole.mean());  // bits
  EXPECT_EQ(tiled.std(), whole.std());
  EXPECT_EQ(tiled.min(), whole.min());
  EXPECT_EQ(tiled.max(), whole.max());
  long double sum = 0.0L, squares = 0.0L;
  for (const float v : score) {
    if (std::isnan(v)) continue;
    sum += v;
    squares += static_cast<long double>(v) * v;
  }
  const long double mean = sum / whole.valid_count();
  EXPECT_NEAR(whole.mean(), static_cast<double>(mean), 1e-12);
  EXPECT_NEAR(whole.std(), static_cast<double>(std::sqrt(squares / whole.valid_count() - mean * mean)), 1e-12);
}

}  // namespace
}  // namespace groundshift

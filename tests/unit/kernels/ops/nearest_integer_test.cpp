// SPDX-License-Identifier: Apache-2.0
// Rounding, clamping and the step off nodata by hand, and the vectorized rows against the functor.
#include "kernels/ops/nearest_integer.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/api/normalized_row.hpp"

namespace groundshift {
namespace {

TEST(NearestInteger, RoundsHalvesUp) {
  const NearestInteger word{-32768.0f, 32767.0f, -32768.0f};
  EXPECT_EQ(word(0.49999997f), 0);  // + 0.5 would round to 1
  EXPECT_EQ(word(0.5f), 1);
  EXPECT_EQ(word(1.5f), 2);
  EXPECT_EQ(word(2.5f), 3);
  EXPECT_EQ(word(-0.5f), 0);
  EXPECT_EQ(word(-0.51f), -1);
  EXPECT_EQ(word(-1.5f), -1);
  EXPECT_EQ(word(-7.0f), -7);
}

TEST(NearestInteger, ClampsToTheType) {
  const NearestInteger byte{0.0f, 255.0f, 7.0f};
  EXPECT_EQ(byte(-3.0f), 0);
  EXPECT_EQ(byte(255.6f), 255);
  EXPECT_EQ(byte(1e30f), 255);
  EXPECT_EQ(byte(-std::numeric_limits<float>::infinity()), 0);
  EXPECT_EQ(byte(std::numeric_limits<float>::quiet_NaN()), 7);
}

TEST(NearestInteger, StepsOffNodataTowardsTheValue) {
  const NearestInteger inside{0.0f, 255.0f, 7.0f};
  EXPECT_EQ(inside(6.6f), 6);
  EXPECT_EQ(inside(7.0f), 8);
  EXPECT_EQ(inside(7.4f), 8);
  const NearestInteger lowest{0.0f, 65535.0f, 0.0f}, highest{0.0f, 65535.0f, 65535.0f};
  EXPECT_EQ(lowest(-4.0f), 1);
  EXPECT_EQ(lowest(0.2f), 1);
  EXPECT_EQ(highest(70000.0f), 65534);
  EXPECT_EQ(highest(65534.7f), 65534);
}

template <class In, class Out>
void expect_rows_like_the_functor(Out nodata) {
  std::mt19937 random(5);
  std::vector<In> after(1003);
  std::vector<std::uint8_t> valid(after.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    after[i] = static_cast<In>(random() % 70000);
    valid[i] = static_cast<std::uint8_t>(random() % 3);  // 2: valid, in no statistics
  }
  BandFit fit;
  fit.gain = 1.37f;
  fit.after_center = 100.0f;
  fit.offset = 12.5f;
  std::vector<Out> out(after.size());
  normalize_row(after.data(), valid.data(), static_cast<std::int32_t>(after.size()), fit, nodata, out.data());
  for (std::size_t i = 0; i < after.size(); ++i) {
    const float value = fit.normalized_after(static_cast<float>(after[i]));
    if constexpr (std::is_floating_point_v<Out>) {
      ASSERT_TRUE(valid[i] != 0 ? out[i] == value : std::isnan(out[i])) << i;
    } else {
      const NearestInteger nearest{static_cast<float>(std::numeric_limits<Out>::min()),
                                   static_cast<float>(std::numeric_limits<Out>::max()), static_cast<float>(nodata)};
      ASSERT_EQ(out[i], valid[i] != 0 ? static_cast<Out>(nearest(value)) : nodata) << i;
      ASSERT_EQ(out[i] == nodata, valid[i] == 0) << i;
    }
  }
}

TEST(NormalizeRow, GivesTheFunctorsPixels) {
  expect_rows_like_the_functor<std::uint16_t, std::uint16_t>(0);
  expect_rows_like_the_functor<std::uint16_t, std::uint8_t>(255);
  expect_rows_like_the_functor<std::uint8_t, std::int16_t>(-32768);
  expect_rows_like_the_functor<float, std::int16_t>(137);
  expect_rows_like_the_functor<std::int16_t, float>(0.0f);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Noise must be a pure, centred, continuous function of position.
#include "host/synth/noise.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace groundshift::synth {
namespace {

TEST(Noise, HashSpreadsNeighbours) {
  std::set<std::uint32_t> seen;
  for (std::int32_t y = -50; y < 50; ++y) {
    for (std::int32_t x = -50; x < 50; ++x) seen.insert(hash(1, x, y));
  }
  EXPECT_EQ(seen.size(), 10000u);
  EXPECT_NE(hash(1, 3, 4), hash(2, 3, 4));
  EXPECT_NE(hash(1, 3, 4), hash(1, 4, 3));
}

TEST(Noise, UnitIsUniform) {
  double sum = 0.0, squares = 0.0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double u = static_cast<double>(unit(mix(static_cast<std::uint32_t>(i))));
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 0.005);  // 5 sigma of the mean
  EXPECT_NEAR(squares / kCount, 1.0 / 3.0, 0.005);
}

TEST(Noise, GradientNoiseIsZeroOnTheLattice) {
  for (int k = -3; k <= 3; ++k) EXPECT_EQ(gradient_noise(5, k, 2 * k), 0.0f);
}

TEST(Noise, GradientNoiseIsContinuousAcrossCells) {
  for (int k = -20; k < 20; ++k) {
    const double y = 0.37 * k;
    EXPECT_NEAR(gradient_noise(9, k - 1e-7, y), gradient_noise(9, k + 1e-7, y), 1e-5) << k;
    EXPECT_NEAR(gradient_noise(9, y, k - 1e-7), gradient_noise(9, y, k + 1e-7), 1e-5) << k;
  }
}

TEST(Noise, FractalNoiseIsCentredAndBounded) {
  double sum = 0.0;
  constexpr int kSide = 200;
  for (int j = 0; j < kSide; ++j) {
    for (int i = 0; i < kSide; ++i) {
      const float v = fractal_noise(3, 137.0 * i, 91.0 * j, 100.0, 4);
      ASSERT_LT(std::abs(v), 1.3f);
      sum += static_cast<double>(v);
    }
  }
  EXPECT_NEAR(sum / (kSide * kSide), 0.0, 0.01);
}

TEST(Noise, DirectionsAreUnitVectors) {
  for (std::uint32_t k = 0; k < 100; ++k) {
    const Direction d = direction(mix(k));
    EXPECT_NEAR(d.x * d.x + d.y * d.y, 1.0f, 1e-6f);
  }
}

TEST(Noise, SmoothstepRunsBothWays) {
  EXPECT_EQ(smoothstep(1.0f, 3.0f, 0.0f), 0.0f);
  EXPECT_EQ(smoothstep(1.0f, 3.0f, 2.0f), 0.5f);
  EXPECT_EQ(smoothstep(1.0f, 3.0f, 9.0f), 1.0f);
  EXPECT_EQ(smoothstep(3.0f, 1.0f, 0.0f), 1.0f);
  EXPECT_EQ(smoothstep(3.0f, 1.0f, 9.0f), 0.0f);
}

}  // namespace
}  // namespace groundshift::synth

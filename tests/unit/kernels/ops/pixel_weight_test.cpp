// SPDX-License-Identifier: Apache-2.0
// Weights by hand: ends of the ranges, halves between entries, undefined forms.
#include "kernels/ops/pixel_weight.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace groundshift {
namespace {

constexpr std::uint32_t kOne = (1u << 24) - 1u;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(PixelWeight, UnitIsOneWhateverTheForm) {
  EXPECT_EQ(UnitWeight{kOne}(0.0f), kOne);
  EXPECT_EQ(UnitWeight{kOne}(1e30f), kOne);
}

TEST(PixelWeight, BelowIsAStepThatLeavesItsLimitOut) {
  const WeightBelow below{kOne, 4.0f};
  EXPECT_EQ(below(3.9999f), kOne);
  EXPECT_EQ(below(4.0f), 0u);
  EXPECT_EQ(below(kInfinity), 0u);
  EXPECT_EQ(below(kNaN), 0u);
}

TEST(PixelWeight, HuberFallsWithTheRoot) {
  const HuberWeight huber{kOne, 2.0f};
  EXPECT_EQ(huber(0.0f), kOne);
  EXPECT_EQ(huber(4.0f), kOne);
  EXPECT_EQ(huber(16.0f), 8388608u);  // 16777215 / 2 = 8388607.5: the even neighbour
  EXPECT_EQ(huber(64.0f), 4194304u);  // 4194303.75
  EXPECT_EQ(huber(kInfinity), 0u);
  EXPECT_EQ(huber(kNaN), 0u);
}

TEST(PixelWeight, TableInterpolatesInIntegers) {
  const std::vector<std::uint32_t> table{100000, 60000, 60000, 1};
  const TableWeight weight{table.data(), 2.0f, 3};  // entries at r = 0, .5, 1, 1.5
  EXPECT_EQ(weight(0.0f), 100000u);
  EXPECT_EQ(weight(0.25f), 60000u);
  EXPECT_EQ(weight(0.0625f), 80000u);  // r = .25
  EXPECT_EQ(weight(0.5625f), 60000u);  // r = .75
  EXPECT_EQ(weight(1.5625f), 30001u);  // r = 1.25: 60000 - (59999 * 2048 >> 12)
  EXPECT_EQ(weight(2.25f), 1u);
  EXPECT_EQ(weight(1e30f), 1u);
  EXPECT_EQ(weight(kInfinity), 1u);
  EXPECT_EQ(weight(kNaN), 0u);
}

TEST(PixelWeight, TableNeverRisesFromOneFormToTheNext) {
  std::vector<std::uint32_t> table;
  for (int k = 0; k <= 4096; ++k) table.push_back(static_cast<std::uint32_t>(kOne * std::exp(-k / 700.0)));
  const TableWeight weight{table.data(), 4096.0f / 6.0f, 4096};
  std::uint32_t last = kOne + 1;
  for (float t = 0.0f; t < 40.0f; t += 0.0037f) {
    const std::uint32_t w = weight(t);
    EXPECT_LE(w, last) << t;
    EXPECT_NEAR(w, kOne * std::exp(-std::min(std::sqrt(t), 6.0f) * 4096.0 / 6.0 / 700.0), 20.0) << t;
    last = w;
  }
}

}  // namespace
}  // namespace groundshift

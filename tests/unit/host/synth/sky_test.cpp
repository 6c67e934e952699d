// SPDX-License-Identifier: Apache-2.0
// Clouds hide about the share asked for; the footprint differs between the dates.
#include "host/synth/sky.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

namespace groundshift::synth {
namespace {

TEST(Clouds, HideTheShareAskedFor) {
  const World world(4, 10.0f, 1.0f);
  const Clouds clouds(world, 1, 0.2f);
  const auto hidden = std::make_unique<Field>();
  const auto haze = std::make_unique<Field>();
  const auto shadow = std::make_unique<Field>();
  double count = 0.0;
  constexpr int kSide = 40;
  for (int j = 0; j < kSide; ++j) {
    for (int i = 0; i < kSide; ++i) {
      if (!clouds.draw({i * 1900.0, j * 1900.0, 10.0f}, *hidden, *haze, *shadow)) continue;
      for (std::size_t k = 0; k < kPatchPixels; ++k) {
        count += static_cast<double>((*hidden)[k]);
        ASSERT_LE((*haze)[k], 0.2f);
        ASSERT_LE((*shadow)[k], 0.4f);
      }
    }
  }
  EXPECT_NEAR(count / (double{kSide} * kSide * kPatchPixels), 0.2, 0.04);
}

TEST(Clouds, NoneWithoutShare) {
  const World world(4, 10.0f, 1.0f);
  const auto field = std::make_unique<Field>();
  EXPECT_FALSE(Clouds(world, 0, 0.0f).draw({0.0, 0.0, 10.0f}, *field, *field, *field));
}

TEST(Footprint, HoldsTheMiddleAndLosesTheCorners) {
  const World world(1, 3.0f, 1.0f);
  const Footprint before(world, 0, 1000, 800), after(world, 1, 1000, 800);
  EXPECT_TRUE(before.holds(500, 400));
  for (const int x : {0, 999}) {
    for (const int y : {0, 799}) EXPECT_FALSE(before.holds(x, y));
  }
  int inside = 0, different = 0;
  for (int y = 0; y < 800; ++y) {
    for (int x = 0; x < 1000; ++x) {
      inside += before.holds(x, y);
      different += before.holds(x, y) != after.holds(x, y);
    }
  }
  EXPECT_GT(inside, 0.9 * 800000);
  EXPECT_LT(inside, 0.97 * 800000);
  EXPECT_GT(different, 0);
}

TEST(Footprint, DefaultHoldsEverything) { EXPECT_TRUE(Footprint().holds(0, 0)); }

}  // namespace
}  // namespace groundshift::synth

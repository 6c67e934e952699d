// SPDX-License-Identifier: Apache-2.0
// The areas that roofs and shadows cover have closed forms.
#include "host/synth/building.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace groundshift::synth {
namespace {

Building hall() {
  Building b;
  b.ux = 0.8f;
  b.uy = 0.6f;
  b.half_length = 20.0f;
  b.half_width = 10.0f;
  b.height = 12.0f;
  return b;
}

// Sum of f over pixels of side 1 around the building.
template <class F>
double area(F&& f) {
  double sum = 0.0;
  for (int y = -80; y <= 80; ++y) {
    for (int x = -80; x <= 80; ++x) sum += static_cast<double>(f(static_cast<float>(x), static_cast<float>(y)));
  }
  return sum;
}

TEST(Building, RoofCoversLengthTimesWidth) {
  const Building b = hall();
  EXPECT_NEAR(area([&](float x, float y) { return roof_cover(b, x, y, 1.0f); }), 40.0 * 20.0, 8.0);  // 1 %
}

TEST(Building, SweptAreaIsBoxAndParallelograms) {
  const Building b = hall();
  const Sun sun = make_sun(0.0f, 1.0f, 1.0f);  // from the south at 45 degrees: shadow 12 m to the north
  EXPECT_FLOAT_EQ(sun.shadow_x, 0.0f);
  EXPECT_FLOAT_EQ(sun.shadow_y, -1.0f);
  EXPECT_FLOAT_EQ(sun.shadow_length, 1.0f);
  // In the box's own frame the shadow is 12 * (-0.6, -0.8): it adds 12 * (40 * 0.8 + 20 * 0.6).
  const double expected = 40.0 * 20.0 + 12.0 * (40.0 * 0.8 + 20.0 * 0.6);
  EXPECT_NEAR(area([&](float x, float y) { return swept_cover(b, sun, x, y, 1.0f); }), expected, 0.015 * expected);
}

TEST(Building, ShadowFallsAwayFromTheSun) {
  const Building b = hall();
  const Sun sun = make_sun(0.0f, 1.0f, 1.0f);
  EXPECT_EQ(swept_cover(b, sun, 0.0f, -20.0f, 1.0f), 1.0f);  // north of the box
  EXPECT_EQ(swept_cover(b, sun, 0.0f, 20.0f, 1.0f), 0.0f);   // south of it
}

TEST(Building, NothingLiesBeyondItsReach) {
  const Building b = hall();
  const Sun sun = make_sun(0.5f, 0.7f, 0.8f);
  const float reach = b.reach(sun) + 1.0f;
  for (int k = 0; k < 360; ++k) {
    const auto x = static_cast<float>(std::cos(k * 0.0174533)), y = static_cast<float>(std::sin(k * 0.0174533));
    EXPECT_EQ(swept_cover(b, sun, reach * x, reach * y, 1.0f), 0.0f) << k;
  }
}

TEST(Building, GabledRoofIsBrighterTowardsTheSun) {
  Building b = hall();
  b.gabled = true;
  const Sun sun = make_sun(0.0f, 1.0f, 1.0f);
  EXPECT_GT(roof_light(b, sun, 0.0f, 5.0f), 1.0f);
  EXPECT_LT(roof_light(b, sun, 0.0f, -5.0f), 0.8f);
  b.gabled = false;
  EXPECT_EQ(roof_light(b, sun, 0.0f, -5.0f), 1.0f);
}

}  // namespace
}  // namespace groundshift::synth

// SPDX-License-Identifier: Apache-2.0
// Fields evaluated by hand.
#include "host/align/shift_field.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

ShiftField affine() {
  ShiftField field;
  field.model = ShiftModel::affine;
  field.width = 101;
  field.height = 51;
  field.center_x = 50.0;
  field.center_y = 25.0;
  field.affine_x = {1.0, 0.01, 0.0};
  field.affine_y = {-2.0, 0.0, 0.02};
  return field;
}

TEST(ShiftField, AffineIsCentred) {
  EXPECT_EQ(affine().evaluate(50, 25), (Shift{1.0, -2.0}));
  EXPECT_NEAR(affine().evaluate(100, 0).dx, 1.5, 1e-15);
  EXPECT_NEAR(affine().evaluate(100, 0).dy, -2.5, 1e-15);
}

TEST(ShiftField, BeyondTheGridItsNearestPixelCounts) {
  EXPECT_EQ(affine().evaluate(-50, 500), affine().evaluate(0, 50));
}

TEST(ShiftField, NoneIsNoShift) {
  ShiftField field = affine();
  field.model = ShiftModel::none;
  EXPECT_EQ(field.evaluate(3, 3), Shift{});
  EXPECT_EQ(rms_of(field), 0.0);
}

TEST(ShiftField, RmsOfATranslationIsItsLength) {
  ShiftField field = affine();
  field.model = ShiftModel::translation;
  field.affine_x = {3.0, 0.0, 0.0};
  field.affine_y = {-4.0, 0.0, 0.0};
  EXPECT_NEAR(rms_of(field), 5.0, 1e-12);
}

TEST(SplineWeights, AreThoseOfTheCubicBSpline) {
  const auto node = spline_weights(0.0);
  EXPECT_NEAR(node[0], 1.0 / 6.0, 1e-16);
  EXPECT_NEAR(node[1], 2.0 / 3.0, 1e-16);
  EXPECT_NEAR(node[2], 1.0 / 6.0, 1e-16);
  EXPECT_EQ(node[3], 0.0);
  const auto middle = spline_weights(0.5);
  EXPECT_NEAR(middle[0], 1.0 / 48.0, 1e-16);
  EXPECT_NEAR(middle[1], 23.0 / 48.0, 1e-15);
  for (double t = 0.0; t <= 1.0; t += 0.0625) {
    const auto w = spline_weights(t);
    EXPECT_NEAR(w[0] + w[1] + w[2] + w[3], 1.0, 1e-15);
  }
}

TEST(ShiftField, LatticeOfALineIsThatLine) {
  ShiftField field = affine();
  field.model = ShiftModel::local;
  field.affine_x = field.affine_y = {};
  field.lattice = {14, 9, 10.0, {}, {}};  // floor(100 / 10) + 4, floor(50 / 10) + 4
  for (std::int32_t j = 0; j < 9; ++j)
    for (std::int32_t i = 0; i < 14; ++i) {  // coefficient i belongs to x = 10 (i - 1)
      field.lattice.dx.push_back(0.1 * 10 * (i - 1) + 2.0);
      field.lattice.dy.push_back(-0.3 * 10 * (j - 1));
    }
  for (const double x : {0.0, 4.5, 37.25, 99.0, 100.0})
    for (const double y : {0.0, 12.5, 50.0}) {
      EXPECT_NEAR(field.evaluate(x, y).dx, 0.1 * x + 2.0, 1e-12);
      EXPECT_NEAR(field.evaluate(x, y).dy, -0.3 * y, 1e-12);
    }
}

}  // namespace
}  // namespace groundshift

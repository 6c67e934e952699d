// SPDX-License-Identifier: Apache-2.0
// Maps through tie points with and without outliers.
#include "host/align/global_fit.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/unit/host/align/tie_cloud.hpp"

namespace groundshift {
namespace {

const TieGrid kGrid{256, 256, 1, 8, 8, 0, 0};
constexpr std::int32_t kSide = 2048;

Shift constant(double, double) { return {1.25, -0.5}; }
Shift turned(double x, double y) {
  const double u = (x - 1023.5) / 1000.0, v = (y - 1023.5) / 1000.0;
  return {0.5 + 0.8 * u - 0.3 * v, -1.0 + 0.3 * u + 0.8 * v};
}

TEST(GlobalFit, NoPointsNoField) {
  EXPECT_EQ(fit_global({}, 100, 100).field.model, ShiftModel::none);
  auto points = test::tie_cloud(kGrid, constant);
  for (auto& p : points) p.state = TieState::unreliable;
  EXPECT_EQ(fit_global(points, kSide, kSide).field.model, ShiftModel::none);
  EXPECT_EQ(residual_rms(fit_global(points, kSide, kSide).field, points), 0.0);
}

TEST(GlobalFit, OnePointIsATranslation) {
  const auto points = test::tie_cloud({256, 256, 1, 1, 1, 0, 0}, constant);
  const auto fit = fit_global(points, 256, 256);
  EXPECT_EQ(fit.field.model, ShiftModel::translation);
  EXPECT_NEAR(fit.field.evaluate(0, 0).dx, 1.25, 1e-12);
  EXPECT_NEAR(fit.field.evaluate(255, 0).dy, -0.5, 1e-12);
}

TEST(GlobalFit, ATranslationStaysOne) {
  for (const double error : {0.0, 0.2}) {
    const auto points = test::tie_cloud(kGrid, constant, error);
    const auto fit = fit_global(points, kSide, kSide);
    EXPECT_EQ(fit.field.model, ShiftModel::translation) << error;
    EXPECT_NEAR(fit.field.evaluate(0, 0).dx, 1.25, 0.05);  // 0.2 / sqrt(3) / sqrt(64) = 0.014
    EXPECT_NEAR(fit.field.evaluate(0, 0).dy, -0.5, 0.05);
  }
}

TEST(GlobalFit, AnAffineMapIsFound) {
  const auto fit = fit_global(test::tie_cloud(kGrid, turned, 0.1), kSide, kSide);
  EXPECT_EQ(fit.field.model, ShiftModel::affine);
  for (const double x : {0.0, 1000.0, 2047.0})
    for (const double y : {0.0, 1000.0, 2047.0}) {
      EXPECT_NEAR(fit.field.evaluate(x, y).dx, turned(x, y).dx, 0.05);
      EXPECT_NEAR(fit.field.evaluate(x, y).dy, turned(x, y).dy, 0.05);
    }
  EXPECT_GT(fit.scale, 0.03);  // 0.1 / sqrt(3) = 0.058
  EXPECT_LT(fit.scale, 0.09);
}

TEST(GlobalFit, AThirdOfOutliersThatAgreeDoesNotMatter) {
  for (const auto& truth : {constant, turned}) {
    auto points = test::tie_cloud(kGrid, truth, 0.05);
    for (std::size_t i = 0; i < points.size(); i += 3) points[i].shift = {9.0, 12.0};
    const auto fit = fit_global(points, kSide, kSide);
    for (const double x : {100.0, 1900.0}) {
      EXPECT_NEAR(fit.field.evaluate(x, x).dx, truth(x, x).dx, 0.05);
      EXPECT_NEAR(fit.field.evaluate(x, x).dy, truth(x, x).dy, 0.05);
    }
    check_model(fit.field, fit.scale, points);
    EXPECT_EQ(count_of(points, TieState::off_model), 22);  // indices 0, 3, ..., 63
    EXPECT_LT(residual_rms(fit.field, points), 0.06);
  }
}

TEST(GlobalFit, PointsOnALineDoNotMakeAnAffineMap) {
  const TieGrid row{256, 256, 1, 12, 1, 0, 0};
  const auto fit = fit_global(test::tie_cloud(row, turned), 3072, 256);
  EXPECT_EQ(fit.field.model, ShiftModel::translation);
  EXPECT_TRUE(std::isfinite(fit.field.affine_x[0]));
}

}  // namespace
}  // namespace groundshift

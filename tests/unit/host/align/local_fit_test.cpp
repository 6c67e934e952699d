// SPDX-License-Identifier: Apache-2.0
// Smooth fields through tie points.
#include "host/align/local_fit.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "host/align/global_fit.hpp"
#include "tests/unit/host/align/tie_cloud.hpp"

namespace groundshift {
namespace {

const TieGrid kGrid{128, 128, 1, 16, 16, 0, 0};
constexpr std::int32_t kSide = 2048;

Shift wave(double x, double y) {
  return {1.0 + 2.0 * std::sin(2 * M_PI * x / 1100.0), 2.0 * std::cos(2 * M_PI * (x + y) / 1500.0)};
}

ShiftField none() {
  ShiftField field;
  field.width = field.height = kSide;
  return field;
}

/// RMS length of the error over the pixels `margin` from the border.
double error_rms(const ShiftField& field, double margin) {
  double squares = 0.0, count = 0.0;
  for (double y = margin; y < kSide - margin; y += 31)
    for (double x = margin; x < kSide - margin; x += 31) {
      const Shift e = field.evaluate(x, y), t = wave(x, y);
      squares += std::pow(e.dx - t.dx, 2) + std::pow(e.dy - t.dy, 2);
      count += 1.0;
    }
  return std::sqrt(squares / count);
}

TEST(LocalFit, FollowsAWave) {
  const auto fit = fit_local(none(), kGrid, test::tie_cloud(kGrid, wave));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->field.model, ShiftModel::local);
  EXPECT_EQ(fit->field.lattice.columns, 19);  // floor(2047 / 128) + 4
  EXPECT_LT(error_rms(fit->field, 64), 0.02);
  EXPECT_LT(error_rms(fit->field, 0), 0.06);  // beyond the outermost centres it goes on straight
  EXPECT_LT(fit->cross_validation, 0.1);
}

TEST(LocalFit, IsLeftToOneSideOfTheGlobalMap) {
  ShiftField global = none();
  global.model = ShiftModel::affine;
  global.affine_x = {1.0, 0.0003, 0.0};
  const auto fit = fit_local(global, kGrid, test::tie_cloud(kGrid, wave));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->field.affine_x, global.affine_x);
  EXPECT_LT(error_rms(fit->field, 64), 0.02);
}

TEST(LocalFit, HolesAreBridged) {
  auto points = test::tie_cloud(kGrid, wave, 0.02);
  for (std::size_t row = 5; row < 8; ++row)
    for (std::size_t column = 6; column < 9; ++column) points[row * 16 + column].state = TieState::few_valid;
  const auto fit = fit_local(none(), kGrid, points);
  ASSERT_TRUE(fit);
  EXPECT_LT(error_rms(fit->field, 64), 0.12);
}

TEST(LocalFit, NoiseIsSmoothedRatherThanFollowed) {
  const auto truth = [](double, double) { return Shift{0.3, 0.1}; };
  const auto points = test::tie_cloud(kGrid, truth, 0.5);
  const auto fit = fit_local(fit_global(points, kSide, kSide).field, kGrid, points);
  ASSERT_TRUE(fit);
  EXPECT_GE(fit->smoothing, 3.0);
  for (const double x : {200.0, 1000.0, 1800.0}) {
    EXPECT_NEAR(fit->field.evaluate(x, 900).dx, 0.3, 0.25);
    EXPECT_NEAR(fit->field.evaluate(900, x).dy, 0.1, 0.25);
  }
}

TEST(LocalFit, FewPointsMakeNoField) {
  auto points = test::tie_cloud(kGrid, wave);
  for (std::size_t i = 15; i < points.size(); ++i) points[i].state = TieState::unreliable;
  EXPECT_FALSE(fit_local(none(), kGrid, points));
}

TEST(SharedResidual, SeesWarpsAndNotErrors) {
  ShiftField mean = none();
  mean.model = ShiftModel::translation;
  mean.affine_x = {1.0, 0.0, 0.0};
  // A wave of amplitude 2 on each axis has RMS length 2; neighbours share cos(2 pi 128 / 1100) = 0.74 and 0.86 of it.
  const double shared = shared_residual_rms(mean, kGrid, test::tie_cloud(kGrid, wave));
  EXPECT_GT(shared, 1.6);
  EXPECT_LT(shared, 2.1);
  const auto still = [](double, double) { return Shift{1.0, 0.0}; };
  EXPECT_LT(shared_residual_rms(mean, kGrid, test::tie_cloud(kGrid, still, 0.5)), 0.12);
  EXPECT_EQ(shared_residual_rms(mean, {128, 128, 1, 2, 2, 0, 0}, test::tie_cloud({128, 128, 1, 2, 2, 0, 0}, wave)),
            0.0);
}

}  // namespace
}  // namespace groundshift

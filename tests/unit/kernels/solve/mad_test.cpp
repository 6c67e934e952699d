// SPDX-License-Identifier: Apache-2.0
// Canonical variates: their defining equations on random pairs, hand-made matrices, and degenerate pairs.
#include "kernels/solve/mad.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include "tests/unit/kernels/solve/random_pair.hpp"

namespace groundshift {
namespace {

/// x' S y for loadings x on the variables from `row` on and y from `column` on.
double form_of(const MomentSummary& m, const double* x, std::int32_t rows, std::int32_t row, const double* y,
               std::int32_t columns, std::int32_t column) {
  double sum = 0.0;
  for (std::int32_t i = 0; i < rows; ++i) {
    for (std::int32_t j = 0; j < columns; ++j) sum += x[i] * m.covariance_at(row + i, column + j) * y[j];
  }
  return sum;
}

struct Gram {
  double uu, vv, uv;
};

Gram gram_of(const MomentSummary& m, const MadSolution& s, std::int32_t i, std::int32_t j) {
  const std::int32_t p = s.before_bands, q = s.after_bands, start = m.band_count;
  const double *a = s.a.data(), *b = s.b.data();
  return {form_of(m, a + i * p, p, 0, a + j * p, p, 0), form_of(m, b + i * q, q, start, b + j * q, q, start),
          form_of(m, a + i * p, p, 0, b + j * q, q, start)};
}

void expect_canonical(const MomentSummary& m, const MadSolution& s, double tolerance) {
  for (std::int32_t i = 0; i < s.component_count(); ++i) {
    for (std::int32_t j = 0; j < s.component_count(); ++j) {
      const Gram g = gram_of(m, s, i, j);
      EXPECT_NEAR(g.uu, i == j ? 1.0 : 0.0, tolerance) << i << ", " << j;
      EXPECT_NEAR(g.vv, i == j ? 1.0 : 0.0, tolerance) << i << ", " << j;
      EXPECT_NEAR(g.uv, i == j ? s.rho[static_cast<std::size_t>(i)] : 0.0, tolerance) << i << ", " << j;
    }
  }
  EXPECT_TRUE(std::is_sorted(s.rho.rbegin(), s.rho.rend()));
  for (const double rho : s.rho) EXPECT_TRUE(rho >= 0.0 && rho <= kLargestRho);
}

void expect_signs(const MomentSummary& m, const MadSolution& s) {
  for (std::int32_t i = 0; i < s.component_count(); ++i) {
    double sum = 0.0;
    for (std::int32_t j = 0; j < s.before_bands; ++j) {
      const double variance = m.covariance_at(j, j);
      if (variance == 0.0) continue;
      const double unit = 1.0 / std::sqrt(variance);
      sum += form_of(m, &unit, 1, j, s.a.data() + i * s.before_bands, s.before_bands, 0);
    }
    EXPECT_GT(sum, 0.0) << i;
  }
}

MomentSummary moments_from(std::int32_t band_count, const std::vector<double>& covariance) {
  MomentSummary m;
  m.count = 1000;
  m.weight = 1000.0;
  m.band_count = band_count;
  m.mean.assign(static_cast<std::size_t>(2 * band_count), 100.0);
  m.covariance = covariance;
  return m;
}

void expect_finite(const MadSolution& s) {
  for (const auto* values : {&s.rho, &s.a, &s.b}) {
    for (const double value : *values) EXPECT_TRUE(std::isfinite(value));
  }
}

/// T of all pixels is finite and no component is without loadings.
void expect_usable(const WeightedPixels& pixels, const MomentSummary& m, const MadSolution& s) {
  expect_finite(s);
  const Projection form = mad_projection(s, m, 1.0);
  EXPECT_EQ(form.row_count(), s.component_count());
  for (std::size_t k = 0; k < pixels.count(); ++k) EXPECT_TRUE(std::isfinite(form_value(form, pixels, k)));
}

TEST(Mad, SolvesRandomPairs) {
  for (const std::int32_t p : {1, 2, 3, 4, 6, 13, 60}) {
    const MomentSummary m = integer_moments(random_pair(p, p, 3000, static_cast<std::uint64_t>(p)));
    const MadSolution s = solve_mad(m, {p, p});
    EXPECT_EQ(s.component_count(), p);
    EXPECT_FALSE(s.regularised);
    EXPECT_FALSE(s.clamped);
    expect_canonical(m, s, 1e-9);
    expect_signs(m, s);
  }
}

TEST(Mad, SolvesUnequalBandCounts) {
  for (const BandCounts bands : {BandCounts{4, 2}, BandCounts{2, 5}, BandCounts{1, 3}}) {
    const MomentSummary m = integer_moments(random_pair(bands.before, bands.after, 2000, 21));
    const MadSolution s = solve_mad(m, bands);
    EXPECT_EQ(s.component_count(), std::min(bands.before, bands.after));
    expect_canonical(m, s, 1e-10);
    expect_signs(m, s);
  }
}

TEST(Mad, OfOneBandIsItsCorrelation) {
  const MadSolution s = solve_mad(moments_from(1, {4.0, -3.0, -3.0, 9.0}), {1, 1});
  EXPECT_DOUBLE_EQ(s.rho[0], 0.5);
  EXPECT_DOUBLE_EQ(s.a[0], 0.5);
  EXPECT_DOUBLE_EQ(s.b[0], -1.0 / 3.0);
}

TEST(Mad, DoesNotChangeUnderAffineMaps) {
  WeightedPixels pixels = random_pair(3, 3, 2000, 22);
  const MadSolution s = solve_mad(integer_moments(pixels), {3, 3});
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    pixels.z[0][k] = 7.0f - pixels.z[0][k] - pixels.z[1][k];
    pixels.z[5][k] = 3.0f * pixels.z[5][k] + 11.0f;
  }
  const MadSolution mapped = solve_mad(integer_moments(pixels), {3, 3});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(mapped.rho[i], s.rho[i], 1e-12);
}

TEST(Mad, OrdersEqualCorrelationsByLoading) {
  const MadSolution s = solve_mad(moments_from(3, {1,  0, 0, .5, 0, 0, 0, 1,  0, 0, .5, 0, 0, 0, 1,   0, 0, .75,
                                                   .5, 0, 0, 1,  0, 0, 0, .5, 0, 0, 1,  0, 0, 0, .75, 0, 0, 1}),
                                  {3, 3});
  EXPECT_EQ(s.rho, (std::vector<double>{.75, .5, .5}));
  EXPECT_EQ(s.a, (std::vector<double>{0, 0, 1, 1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(s.b, (std::vector<double>{0, 0, 1, 1, 0, 0, 0, 1, 0}));
}

TEST(Mad, ProjectionIsTheStatistic) {
  const WeightedPixels pixels = random_pair(4, 3, 500, 23);
  const MomentSummary m = integer_moments(pixels);
  const MadSolution s = solve_mad(m, {4, 3});
  const double scale = 0.625;
  const Projection form = mad_projection(s, m, scale);
  ASSERT_EQ(form.variable_count, 8);
  ASSERT_EQ(form.group_end, std::vector<std::int32_t>{3});
  for (const float center : form.center) EXPECT_EQ(center, std::round(center));
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    double t = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      double difference = 0.0;
      for (std::size_t j = 0; j < 4; ++j) difference += s.a[4 * i + j] * (pixels.z[j][k] - m.mean[j]);
      for (std::size_t j = 0; j < 3; ++j) difference -= s.b[3 * i + j] * (pixels.z[4 + j][k] - m.mean[4 + j]);
      t += scale * difference * difference / (2.0 * (1.0 - s.rho[i]));
    }
    EXPECT_NEAR(form_value(form, pixels, k), t, 1e-5 * (1.0 + t));
  }
}

TEST(Mad, CentresFloatsOfSmallSpread) {
  WeightedPixels pixels = random_pair(2, 2, 400, 24);  // reflectances 0.4 +- 0.0004
  for (auto& variable : pixels.z) {
    for (float& value : variable) value = 0.4f + 2e-6f * (value - 1000.0f);
  }
  PairGram gram(PixelType::f32, 4);
  gram.add(float_gram(pixels, std::vector<std::uint32_t>(400, kWeightOne), 0, 400));
  const MomentSummary m = gram.summary();
  const MadSolution s = solve_mad(m, {2, 2});
  const Projection form = mad_projection(s, m, 1.0);
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    double t = 0.0;
    for (std::size_t i = 0; i < 2; ++i) {
      double difference = 0.0;
      for (std::size_t j = 0; j < 2; ++j) {
        difference +=
            s.a[2 * i + j] * (pixels.z[j][k] - m.mean[j]) - s.b[2 * i + j] * (pixels.z[2 + j][k] - m.mean[2 + j]);
      }
      t += difference * difference / (2.0 * (1.0 - s.rho[i]));
    }
    EXPECT_NEAR(form_value(form, pixels, k), t, 1e-5 * (1.0 + t));
  }
}

TEST(Mad, LeavesOutAConstantBand) {
  WeightedPixels pixels = random_pair(3, 3, 1000, 25);
  const MadSolution whole = solve_mad(integer_moments(pixels), {3, 3});
  pixels.z[4].assign(1000, 42.0f);
  const MomentSummary m = integer_moments(pixels);
  const MadSolution s = solve_mad(m, {3, 3});
  ASSERT_EQ(s.component_count(), 2);
  EXPECT_LT(s.rho[0], whole.rho[0] + 1e-12);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(s.b[3 * i + 1], 0.0);
  expect_canonical(m, s, 1e-10);
  expect_usable(pixels, m, s);
}

TEST(Mad, RidgesADuplicatedBand) {
  WeightedPixels pixels = random_pair(3, 3, 1000, 26);
  const MadSolution whole = solve_mad(integer_moments(pixels), {3, 3});
  pixels.z.insert(pixels.z.begin() + 3, pixels.z[1]);  // before: b0 b1 b2 b1, after: b0 b1 b2 constant
  pixels.z.push_back(std::vector<float>(1000, 0.0f));
  const MomentSummary m = integer_moments(pixels);
  const MadSolution s = solve_mad(m, {4, 3});
  EXPECT_TRUE(s.regularised);
  ASSERT_EQ(s.component_count(), 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(s.rho[i], whole.rho[i], 1e-5);
  expect_canonical(m, s, 1e-4);
  expect_usable(pixels, m, s);
}

TEST(Mad, LosesAComponentToTwoDuplicates) {
  WeightedPixels pixels = random_pair(3, 3, 1000, 27);
  pixels.z[2] = pixels.z[1];
  pixels.z[5] = pixels.z[4];
  const MomentSummary m = integer_moments(pixels);
  const MadSolution s = solve_mad(m, {3, 3});
  EXPECT_TRUE(s.regularised);
  EXPECT_EQ(s.component_count(), 2);
  expect_usable(pixels, m, s);
}

TEST(Mad, StaysFiniteWithMoreBandsThanPixels) {
  for (const std::size_t pixel_count : {2u, 3u, 10u, 20u}) {
    const WeightedPixels pixels = random_pair(13, 13, pixel_count, 28);
    const MomentSummary m = integer_moments(pixels);
    const MadSolution s = solve_mad(m, {13, 13});
    EXPECT_TRUE(s.regularised || pixel_count > 13);
    EXPECT_TRUE(s.clamped || s.regularised);
    EXPECT_LE(s.component_count(), static_cast<std::int32_t>(pixel_count) - 1);
    expect_usable(pixels, m, s);
  }
}

TEST(Mad, ClampsIdenticalDates) {
  WeightedPixels pixels = random_pair(3, 3, 1000, 29);
  for (std::size_t b = 0; b < 3; ++b) pixels.z[3 + b] = pixels.z[b];
  const MomentSummary m = integer_moments(pixels);
  const MadSolution s = solve_mad(m, {3, 3});
  EXPECT_TRUE(s.clamped);
  for (const double rho : s.rho) EXPECT_EQ(rho, kLargestRho);
  const Projection form = mad_projection(s, m, 1.0);
  for (std::size_t k = 0; k < pixels.count(); ++k) EXPECT_LT(form_value(form, pixels, k), 1e-3f);
}

TEST(Mad, StaysFiniteForUncorrelatedDates) {
  const MadSolution s = solve_mad(moments_from(2, {1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 9, 0, 0, 0, 0, 16}), {2, 2});
  EXPECT_EQ(s.rho, (std::vector<double>{0.0, 0.0}));
  EXPECT_EQ(s.a, (std::vector<double>{1, 0, 0, .5}));
  expect_finite(s);
}

TEST(Mad, DoesNotDependOnTheOrderOfPixels) {
  WeightedPixels pixels = random_pair(6, 6, 2000, 30);
  const MadSolution s = solve_mad(integer_moments(pixels), {6, 6});
  for (auto& variable : pixels.z) {
    std::mt19937_64 random(31);  // the same permutation of every variable
    std::shuffle(variable.begin(), variable.end(), random);
  }
  const MadSolution permuted = solve_mad(integer_moments(pixels), {6, 6});
  EXPECT_EQ(permuted.rho, s.rho);
  EXPECT_EQ(permuted.a, s.a);
  EXPECT_EQ(permuted.b, s.b);
}

TEST(Mad, RefusesWhatHasNoSolution) {
  EXPECT_THROW(solve_mad(moments_from(1, {0, 0, 0, 1}), {1, 1}), std::domain_error);
  EXPECT_THROW(solve_mad(moments_from(1, {1, 0, 0, 0}), {1, 1}), std::domain_error);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(solve_mad(moments_from(1, {1, nan, nan, 1}), {1, 1}), std::domain_error);
  EXPECT_THROW(solve_mad(moments_from(1, {std::numeric_limits<double>::infinity(), 0, 0, 1}), {1, 1}),
               std::domain_error);
  EXPECT_THROW(solve_mad(moments_from(1, {1, 0, 0, 1}), {2, 1}), std::invalid_argument);
  EXPECT_THROW(solve_mad(moments_from(1, {1, 0, 0, 1}), {1, 0}), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift

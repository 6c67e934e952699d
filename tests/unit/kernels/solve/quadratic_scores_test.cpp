// SPDX-License-Identifier: Apache-2.0
// Quadratic scores against their formulas written out with explicit inverses in double.
#include "kernels/solve/quadratic_scores.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "kernels/solve/linear_algebra.hpp"
#include "tests/unit/kernels/solve/random_pair.hpp"

namespace groundshift {
namespace {

/// Gauss-Jordan with row exchange: another way than the solver's Cholesky.
Matrix inverse(Matrix a) {
  const std::int32_t side = a.rows();
  Matrix out = identity(side);
  for (std::int32_t c = 0; c < side; ++c) {
    std::int32_t pivot = c;
    for (std::int32_t r = c + 1; r < side; ++r) {
      if (std::fabs(a(r, c)) > std::fabs(a(pivot, c))) pivot = r;
    }
    std::swap_ranges(a.row(c).begin(), a.row(c).end(), a.row(pivot).begin());
    if (pivot != c) std::swap_ranges(out.row(c).begin(), out.row(c).end(), out.row(pivot).begin());
    const double scale = 1.0 / a(c, c);
    for (double& value : a.row(c)) value *= scale;
    for (double& value : out.row(c)) value *= scale;
    for (std::int32_t r = 0; r < side; ++r) {
      const double factor = a(r, c);
      for (std::int32_t k = 0; k < side && r != c; ++k) {
        a(r, k) -= factor * a(c, k);
        out(r, k) -= factor * out(c, k);
      }
    }
  }
  return out;
}

Matrix block(const MomentSummary& m, std::int32_t row, std::int32_t rows, std::int32_t column, std::int32_t columns) {
  Matrix out(rows, columns);
  for (std::int32_t i = 0; i < rows; ++i) {
    for (std::int32_t j = 0; j < columns; ++j) out(i, j) = m.covariance_at(row + i, column + j);
  }
  return out;
}

Matrix minus(Matrix a, const Matrix& b) {
  for (std::int32_t i = 0; i < a.rows(); ++i) {
    for (std::int32_t j = 0; j < a.columns(); ++j) a(i, j) -= b(i, j);
  }
  return a;
}

std::vector<double> centred(const WeightedPixels& pixels, const MomentSummary& m, std::size_t pixel, std::int32_t first,
                            std::int32_t count) {
  std::vector<double> out;
  for (std::int32_t i = first; i < first + count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    out.push_back(pixels.z[k][pixel] - m.mean[k]);
  }
  return out;
}

/// e' E^-1 e with e = y - Syx Sxx^-1 x for dates that start at variables x and y.
std::vector<double> residual_scores(const WeightedPixels& pixels, const MomentSummary& m, std::int32_t x,
                                    std::int32_t x_count, std::int32_t y, std::int32_t y_count) {
  const Matrix slope = product(block(m, y, y_count, x, x_count), inverse(block(m, x, x_count, x, x_count)));
  const Matrix rest =
      inverse(minus(block(m, y, y_count, y, y_count), product(slope, block(m, x, x_count, y, y_count))));
  std::vector<double> out;
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    const auto before = centred(pixels, m, k, x, x_count);
    auto e = centred(pixels, m, k, y, y_count);
    for (std::int32_t i = 0; i < y_count; ++i) e[static_cast<std::size_t>(i)] -= dot(slope.row(i), before);
    out.push_back(bilinear(e, rest, e));
  }
  return out;
}

/// As the pixel loop combines the groups, before the square root; float32 as there.
float combined(const QuadraticScore& s, const WeightedPixels& pixels, std::size_t k) {
  const auto t = [&](std::size_t g) { return form_value(s.projection, pixels, k, g); };
  if (s.combination == FormCombination::smaller) return std::min(t(0), t(1));
  if (s.combination == FormCombination::excess) return std::max(0.0f, (t(0) - t(1)) - t(2));
  return t(0);
}

void expect_scores(const QuadraticScore& s, const WeightedPixels& pixels, const std::vector<double>& expected) {
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    EXPECT_NEAR(combined(s, pixels, k), expected[k], 1e-5 * (1.0 + expected[k])) << k;
  }
}

/// d' Sd^-1 d of d = gain y - x.
std::vector<double> difference_scores(const WeightedPixels& pixels, const MomentSummary& m,
                                      const std::vector<double>& gain) {
  const std::int32_t p = m.band_count;
  Matrix covariance(p, p);
  for (std::int32_t i = 0; i < p; ++i) {
    for (std::int32_t j = 0; j < p; ++j) {
      const double gi = gain[static_cast<std::size_t>(i)], gj = gain[static_cast<std::size_t>(j)];
      covariance(i, j) = gi * gj * m.covariance_at(p + i, p + j) - gi * m.covariance_at(p + i, j) -
                         gj * m.covariance_at(i, p + j) + m.covariance_at(i, j);
    }
  }
  const Matrix rest = inverse(covariance);
  std::vector<double> out;
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    const auto x = centred(pixels, m, k, 0, p), y = centred(pixels, m, k, p, p);
    std::vector<double> d;
    for (std::size_t b = 0; b < x.size(); ++b) d.push_back(gain[b] * y[b] - x[b]);
    out.push_back(bilinear(d, rest, d));
  }
  return out;
}

TEST(Mahalanobis, IsItsFormula) {
  for (const std::int32_t p : {1, 2, 4, 6, 13}) {
    const WeightedPixels pixels = random_pair(p, p, 800, static_cast<std::uint64_t>(60 + p));
    const MomentSummary m = integer_moments(pixels);
    const auto fits = fit_bands(NormalizationKind::orthogonal, m);
    std::vector<double> gain;
    for (const auto& fit : fits) gain.push_back(fit.gain);
    const QuadraticScore s = solve_mahalanobis(m, fits);
    EXPECT_EQ(s.degrees_of_freedom, p);
    EXPECT_EQ(s.combination, FormCombination::root);
    EXPECT_FALSE(s.regularised);
    expect_scores(s, pixels, difference_scores(pixels, m, gain));
  }
}

TEST(SlowFeatures, AreMahalanobisOfZscores) {
  const WeightedPixels pixels = random_pair(6, 6, 800, 70);
  const MomentSummary m = integer_moments(pixels);
  std::vector<double> gain;
  for (std::int32_t b = 0; b < 6; ++b) gain.push_back(std::sqrt(m.covariance_at(b, b) / m.covariance_at(6 + b, 6 + b)));
  expect_scores(solve_slow_features(m, 6), pixels, difference_scores(pixels, m, gain));
}

TEST(Chronochrome, IsItsFormulaInAllDirections) {
  for (const BandCounts bands : {BandCounts{1, 1}, BandCounts{4, 4}, BandCounts{3, 5}, BandCounts{6, 2}}) {
    const WeightedPixels pixels = random_pair(bands.before, bands.after, 800, 71);
    const MomentSummary m = integer_moments(pixels);
    const std::int32_t start = m.band_count;
    const auto forward = residual_scores(pixels, m, 0, bands.before, start, bands.after);
    const auto backward = residual_scores(pixels, m, start, bands.after, 0, bands.before);
    std::vector<double> smaller;
    for (std::size_t k = 0; k < forward.size(); ++k) smaller.push_back(std::min(forward[k], backward[k]));
    const QuadraticScore f = solve_chronochrome(m, bands, ChronochromeDirection::forward);
    EXPECT_EQ(f.degrees_of_freedom, bands.after);
    expect_scores(f, pixels, forward);
    expect_scores(solve_chronochrome(m, bands, ChronochromeDirection::backward), pixels, backward);
    const QuadraticScore both = solve_chronochrome(m, bands, ChronochromeDirection::smaller);
    EXPECT_EQ(both.combination, FormCombination::smaller);
    EXPECT_EQ(both.degrees_of_freedom, std::min(bands.before, bands.after));
    expect_scores(both, pixels, smaller);
  }
}

TEST(Hacd, IsItsFormula) {
  for (const BandCounts bands : {BandCounts{1, 1}, BandCounts{4, 4}, BandCounts{3, 2}}) {
    const WeightedPixels pixels = random_pair(bands.before, bands.after, 800, 72);
    const MomentSummary m = integer_moments(pixels);
    const std::int32_t p = bands.before, q = bands.after, start = m.band_count;
    Matrix whole(p + q, p + q);
    const auto place = [&](std::int32_t i) { return i < p ? i : start + i - p; };
    for (std::int32_t i = 0; i < p + q; ++i) {
      for (std::int32_t j = 0; j < p + q; ++j) whole(i, j) = m.covariance_at(place(i), place(j));
    }
    const Matrix joint = inverse(whole), first = inverse(block(m, 0, p, 0, p)),
                 second = inverse(block(m, start, q, start, q));
    std::vector<double> expected;
    for (std::size_t k = 0; k < pixels.count(); ++k) {
      const auto x = centred(pixels, m, k, 0, p), y = centred(pixels, m, k, start, q);
      auto z = x;
      z.insert(z.end(), y.begin(), y.end());
      expected.push_back(std::max(0.0, bilinear(z, joint, z) - bilinear(x, first, x) - bilinear(y, second, y)));
    }
    const QuadraticScore s = solve_hacd(m, bands);
    EXPECT_EQ(s.combination, FormCombination::excess);
    EXPECT_EQ(s.projection.group_end.size(), 3u);
    expect_scores(s, pixels, expected);
  }
}

TEST(QuadraticScores, LeaveOutConstantBands) {
  WeightedPixels pixels = random_pair(3, 3, 800, 73);
  pixels.z[1].assign(800, 9.0f);
  pixels.z[4].assign(800, 9.0f);
  WeightedPixels without = pixels;
  without.z.erase(without.z.begin() + 4);
  without.z.erase(without.z.begin() + 1);
  const MomentSummary m = integer_moments(pixels), less = integer_moments(without);
  const auto expect_equal = [&](const QuadraticScore& a, const QuadraticScore& b) {
    EXPECT_EQ(a.degrees_of_freedom, b.degrees_of_freedom);
    for (std::size_t k = 0; k < 800; ++k) EXPECT_EQ(combined(a, pixels, k), combined(b, without, k));
  };
  const std::vector<BandNormalization> raw(3);
  expect_equal(solve_mahalanobis(m, raw), solve_mahalanobis(less, {raw.begin(), raw.begin() + 2}));
  expect_equal(solve_slow_features(m, 3), solve_slow_features(less, 2));
  expect_equal(solve_chronochrome(m, {3, 3}, ChronochromeDirection::smaller),
               solve_chronochrome(less, {2, 2}, ChronochromeDirection::smaller));
  expect_equal(solve_hacd(m, {3, 3}), solve_hacd(less, {2, 2}));
}

TEST(QuadraticScores, RidgeCollinearBands) {
  WeightedPixels pixels = random_pair(3, 3, 800, 74);
  pixels.z[2] = pixels.z[1];
  pixels.z[5] = pixels.z[4];
  const MomentSummary m = integer_moments(pixels);
  for (const QuadraticScore& s :
       {solve_mahalanobis(m, std::vector<BandNormalization>(3)), solve_slow_features(m, 3),
        solve_chronochrome(m, {3, 3}, ChronochromeDirection::smaller), solve_hacd(m, {3, 3})}) {
    EXPECT_TRUE(s.regularised);
    for (std::size_t k = 0; k < 800; ++k) EXPECT_TRUE(std::isfinite(combined(s, pixels, k)));
  }
}

TEST(QuadraticScores, StayFiniteWithFewPixels) {
  for (const std::size_t pixel_count : {2u, 5u, 20u}) {
    const WeightedPixels pixels = random_pair(13, 13, pixel_count, 75);
    const MomentSummary m = integer_moments(pixels);
    for (const QuadraticScore& s :
         {solve_mahalanobis(m, std::vector<BandNormalization>(13)), solve_slow_features(m, 13),
          solve_chronochrome(m, {13, 13}, ChronochromeDirection::smaller), solve_hacd(m, {13, 13})}) {
      for (std::size_t k = 0; k < pixel_count; ++k) EXPECT_TRUE(std::isfinite(combined(s, pixels, k)));
    }
  }
}

TEST(QuadraticScores, RefuseDatesWithoutDifference) {
  WeightedPixels pixels = random_pair(2, 2, 800, 76);
  pixels.z[2] = pixels.z[0];
  pixels.z[3] = pixels.z[1];
  const MomentSummary m = integer_moments(pixels);
  EXPECT_THROW(solve_mahalanobis(m, std::vector<BandNormalization>(2)), std::domain_error);
  EXPECT_THROW(solve_slow_features(m, 2), std::domain_error);
  EXPECT_THROW(solve_chronochrome(m, {2, 2}, ChronochromeDirection::forward), std::domain_error);
  EXPECT_THROW(solve_hacd(m, {2, 2}), std::domain_error);
}

TEST(QuadraticScores, RefuseWhatDoesNotFit) {
  MomentSummary m = integer_moments(random_pair(2, 2, 800, 77));
  EXPECT_THROW(solve_mahalanobis(m, std::vector<BandNormalization>(1)), std::invalid_argument);
  EXPECT_THROW(solve_slow_features(m, 1), std::invalid_argument);
  EXPECT_THROW(solve_chronochrome(m, {3, 2}, ChronochromeDirection::forward), std::invalid_argument);
  EXPECT_THROW(solve_hacd(m, {0, 2}), std::invalid_argument);
  m.covariance[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(solve_slow_features(m, 2), std::domain_error);
  EXPECT_THROW(solve_mahalanobis(m, std::vector<BandNormalization>(2)), std::domain_error);
  EXPECT_THROW(solve_chronochrome(m, {2, 2}, ChronochromeDirection::backward), std::domain_error);
}

}  // namespace
}  // namespace groundshift

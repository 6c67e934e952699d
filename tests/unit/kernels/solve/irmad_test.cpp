// SPDX-License-Identifier: Apache-2.0
// The reweighting against an independent iteration in double, its guards, and mixed steps.
#include "kernels/solve/irmad.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "kernels/solve/distributions.hpp"
#include "kernels/solve/weight_table.hpp"
#include "tests/unit/kernels/solve/random_pair.hpp"

namespace groundshift {
namespace {

IrmadIteration iterated(const WeightedPixels& pixels, const IrmadSettings& settings) {
  IrmadIteration it(settings, {pixels.band_count(), pixels.band_count()}, static_cast<std::int64_t>(pixels.count()));
  while (it.advance(integer_moments(pixels, it.rule()))) {
  }
  return it;
}

/// The same turns with exact chi-square weights, moments and T in double.
std::vector<double> reference_rho(const WeightedPixels& pixels, double scale, int passes) {
  const auto p = static_cast<std::size_t>(pixels.band_count());
  const std::size_t side = 2 * p, count = pixels.count();
  std::vector<double> weight(count, 1.0);
  MadSolution s;
  for (int pass = 0; pass < passes; ++pass) {
    MomentSummary m;
    m.band_count = pixels.band_count();
    m.mean.assign(side, 0.0);
    m.covariance.assign(side * side, 0.0);
    double total = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
      total += weight[k];
      for (std::size_t i = 0; i < side; ++i) m.mean[i] += weight[k] * pixels.z[i][k];
    }
    for (double& mean : m.mean) mean /= total;
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < side; ++i) {
        for (std::size_t j = 0; j < side; ++j) {
          m.covariance[i * side + j] += weight[k] / total * (pixels.z[i][k] - m.mean[i]) * (pixels.z[j][k] - m.mean[j]);
        }
      }
    }
    s = solve_mad(m, {pixels.band_count(), pixels.band_count()});
    for (std::size_t k = 0; k < count; ++k) {
      double t = 0.0;
      for (std::size_t i = 0; i < p; ++i) {
        double v = 0.0;
        for (std::size_t j = 0; j < p; ++j) {
          v += s.a[i * p + j] * (pixels.z[j][k] - m.mean[j]) - s.b[i * p + j] * (pixels.z[p + j][k] - m.mean[p + j]);
        }
        t += v * v / (2.0 * (1.0 - s.rho[i]));
      }
      weight[k] = chi2_survival(static_cast<double>(p), scale * t);
    }
  }
  return s.rho;
}

TEST(Irmad, FollowsAnIndependentIteration) {
  const WeightedPixels pixels = random_pair(3, 3, 4000, 41, 0.2);
  for (const IrmadMode mode : {IrmadMode::consistent, IrmadMode::canty}) {
    const double scale = mode == IrmadMode::consistent ? consistency_factor(3) : 1.0;
    const IrmadIteration it = iterated(pixels, {mode, 0.0, 6, false});
    EXPECT_EQ(it.report().passes, 6);
    EXPECT_EQ(it.scale(), scale);
    ASSERT_EQ(it.report().rho.size(), 6u);
    for (const int pass : {1, 2, 6}) {
      const auto expected = reference_rho(pixels, scale, pass);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(it.report().rho[static_cast<std::size_t>(pass - 1)][i], expected[i], 2e-6);
      }
    }
  }
}

TEST(Irmad, ConvergesAndReportsIt) {
  const WeightedPixels pixels = random_pair(4, 4, 6000, 42, 0.2);
  const IrmadIteration it = iterated(pixels, {IrmadMode::consistent, 1e-4, 50, false});
  const IrmadReport& report = it.report();
  EXPECT_TRUE(report.converged);
  EXPECT_FALSE(report.degenerate);
  EXPECT_TRUE(report.why.empty());
  EXPECT_EQ(report.rho.size(), static_cast<std::size_t>(report.passes));
  double change = 0.0, before = 0.0;
  const auto& rho = report.rho;
  for (std::size_t i = 0; i < 4; ++i) {
    change = std::max(change, std::fabs(rho.back()[i] - rho[rho.size() - 2][i]));
    before = std::max(before, std::fabs(rho[rho.size() - 2][i] - rho[rho.size() - 3][i]));
  }
  EXPECT_LE(change, 1e-4);
  EXPECT_GT(before, 1e-4);
  EXPECT_EQ(it.solution().rho, rho.back());
  EXPECT_EQ(it.solution().a, solve_mad(it.moments(), {4, 4}).a);
  EXPECT_EQ(it.rule().form, mad_projection(it.solution(), it.moments(), consistency_factor(4)));
  EXPECT_EQ(it.rule().table, chi2_weight_table(4).weights);
}

TEST(Irmad, StopsAtTheMostPasses) {
  const WeightedPixels pixels = random_pair(3, 3, 4000, 43);
  IrmadIteration it({IrmadMode::consistent, 0.0, 2, false}, {3, 3}, 4000);
  EXPECT_EQ(it.rule().kind, WeightKind::unit);
  EXPECT_TRUE(it.advance(integer_moments(pixels, it.rule())));
  EXPECT_EQ(it.rule().kind, WeightKind::table);
  EXPECT_FALSE(it.advance(integer_moments(pixels, it.rule())));
  EXPECT_EQ(it.report().passes, 2);
  EXPECT_FALSE(it.report().converged);
  EXPECT_FALSE(it.report().degenerate);
}

TEST(Irmad, KeepsTheLastGoodTurnWhenTooFewPixelsStay) {
  const WeightedPixels pixels = random_pair(6, 6, 2500, 44);  // 50 p^2 = 1800 > the weights of the second turn
  const IrmadIteration it = iterated(pixels, {IrmadMode::consistent, 1e-4, 50, false});
  EXPECT_TRUE(it.report().degenerate);
  EXPECT_FALSE(it.report().converged);
  EXPECT_FALSE(it.report().why.empty());
  EXPECT_EQ(it.report().rho.size(), static_cast<std::size_t>(it.report().passes - 1));
  EXPECT_EQ(it.solution().rho, it.report().rho.back());
  EXPECT_EQ(it.moments().weight, integer_moments(pixels, it.rule()).weight);  // the weights that moments() came from
}

TEST(Irmad, EndsWhereACorrelationReachesOne) {
  WeightedPixels pixels = random_pair(3, 3, 6000, 45);
  for (std::size_t k = 0; k < 3000; ++k) {  // half the pixels are the same on both dates: they draw all weight
    for (std::size_t b = 0; b < 3; ++b) pixels.z[3 + b][k] = pixels.z[b][k];
  }
  for (const IrmadMode mode : {IrmadMode::consistent, IrmadMode::canty}) {
    const IrmadIteration it = iterated(pixels, {mode, 0.0, 200, mode == IrmadMode::consistent});
    EXPECT_TRUE(it.report().degenerate);
    for (const double rho : it.solution().rho) EXPECT_LT(rho, kLargestRho);
    for (std::size_t k = 0; k < pixels.count(); ++k) {
      EXPECT_TRUE(std::isfinite(form_value(it.rule().form, pixels, k)));
    }
  }
}

TEST(Irmad, KeepsAFirstTurnOfIdenticalDates) {
  WeightedPixels pixels = random_pair(2, 2, 3000, 46);
  for (std::size_t b = 0; b < 2; ++b) pixels.z[2 + b] = pixels.z[b];
  const IrmadIteration it = iterated(pixels, {});
  EXPECT_TRUE(it.report().degenerate);
  EXPECT_EQ(it.report().passes, 1);
  EXPECT_EQ(it.rule().kind, WeightKind::unit);
  EXPECT_TRUE(it.solution().clamped);
}

TEST(Irmad, CollapsesOnOneBandOnlyAsTheTextbook) {
  const WeightedPixels pixels = random_pair(1, 1, 20000, 47, 0.0);
  const IrmadIteration textbook = iterated(pixels, {IrmadMode::canty, 0.0, 200, false});
  EXPECT_TRUE(textbook.report().degenerate);
  const IrmadIteration consistent = iterated(pixels, {IrmadMode::consistent, 1e-6, 200, false});
  EXPECT_TRUE(consistent.report().converged);
  EXPECT_NEAR(consistent.solution().rho[0], consistent.report().rho.front()[0], 0.02);  // no change: no bias
}

TEST(Irmad, ThrowsWhenTheFirstMomentsHaveNoSolution) {
  WeightedPixels pixels = random_pair(1, 1, 100, 48);
  pixels.z[1].assign(100, 5.0f);
  IrmadIteration it({}, {1, 1}, 100);
  EXPECT_THROW(it.advance(integer_moments(pixels)), std::domain_error);
}

TEST(Irmad, SurvivesMomentsThatAreNotFinite) {
  const WeightedPixels pixels = random_pair(2, 2, 3000, 49);
  IrmadIteration it({}, {2, 2}, 3000);
  ASSERT_TRUE(it.advance(integer_moments(pixels, it.rule())));
  MomentSummary broken = integer_moments(pixels, it.rule());
  broken.covariance[1] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(it.advance(broken));
  EXPECT_TRUE(it.report().degenerate);
  EXPECT_EQ(it.solution().rho, it.report().rho.front());
  EXPECT_FALSE(it.advance(broken));  // the end stays the end
}

TEST(Irmad, MixedStepsReachTheSameFixedPointSooner) {
  const WeightedPixels pixels = random_pair(4, 4, 8000, 50, 0.3);
  const IrmadIteration plain = iterated(pixels, {IrmadMode::consistent, 1e-8, 300, false});
  const IrmadIteration mixed = iterated(pixels, {IrmadMode::consistent, 1e-8, 300, true});
  ASSERT_TRUE(plain.report().converged);
  ASSERT_TRUE(mixed.report().converged);
  EXPECT_LT(mixed.report().passes, plain.report().passes);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(mixed.solution().rho[i], plain.solution().rho[i], 2e-7);
  EXPECT_EQ(mixed.solution().rho, solve_mad(mixed.moments(), {4, 4}).rho);  // the end is no mixture
}

TEST(Irmad, DoesNotMixInTheTextbookMode) {
  const WeightedPixels pixels = random_pair(3, 3, 4000, 51, 0.2);
  const IrmadIteration plain = iterated(pixels, {IrmadMode::canty, 1e-3, 50, false});
  const IrmadIteration asked = iterated(pixels, {IrmadMode::canty, 1e-3, 50, true});
  EXPECT_EQ(plain.report().rho, asked.report().rho);
}

TEST(Irmad, StartsWarm) {
  const WeightedPixels pixels = random_pair(4, 4, 8000, 52, 0.2);
  const IrmadIteration cold = iterated(pixels, {IrmadMode::consistent, 1e-6, 100, false});
  IrmadIteration warm({IrmadMode::consistent, 1e-6, 100, false}, {4, 4}, 8000);
  bool more = warm.advance(cold.moments());
  while (more) more = warm.advance(integer_moments(pixels, warm.rule()));
  EXPECT_TRUE(warm.report().converged);
  EXPECT_EQ(warm.report().passes, 2);
}

TEST(Irmad, TakesUnequalBandCounts) {
  const WeightedPixels pixels = random_pair(4, 2, 6000, 53, 0.2);
  for (const bool accelerate : {false, true}) {
    IrmadIteration it({IrmadMode::consistent, 1e-4, 50, accelerate}, {4, 2}, 6000);
    while (it.advance(integer_moments(pixels, it.rule()))) {
    }
    EXPECT_TRUE(it.report().converged);
    EXPECT_EQ(it.solution().component_count(), 2);
    EXPECT_EQ(it.scale(), consistency_factor(2));
  }
}

}  // namespace
}  // namespace groundshift

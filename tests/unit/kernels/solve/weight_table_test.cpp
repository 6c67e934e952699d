// SPDX-License-Identifier: Apache-2.0
// The weight table against exact chi-square tails, the two constants against known values and simulation-free forms.
#include "kernels/solve/weight_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "kernels/solve/distributions.hpp"

namespace groundshift {
namespace {

/// The interpolation of the kernels: 12 bits of position between two entries, integers throughout.
std::uint32_t interpolated(const WeightTable& table, float r) {
  const float position = r * table.inverse_step;
  if (!(position < static_cast<float>(kWeightTableIntervals))) return table.weights.back();
  const auto k = static_cast<std::size_t>(position);
  const auto fraction = static_cast<std::uint32_t>((position - static_cast<float>(k)) * 4096.0f);
  const std::uint32_t a = table.weights[k], b = table.weights[k + 1];
  return a - (((a - b) * fraction) >> 12);
}

TEST(WeightTable, FallsInStepsThatFitTheInterpolation) {
  for (std::int32_t dof = 1; dof <= 242; ++dof) {
    const WeightTable table = chi2_weight_table(dof);
    ASSERT_EQ(table.weights.size(), 4097u);
    ASSERT_EQ(table.weights.front(), kWeightOne);
    ASSERT_EQ(table.weights.back(), 0u);
    for (std::size_t k = 0; k + 1 < table.weights.size(); ++k) {
      ASSERT_GE(table.weights[k], table.weights[k + 1]) << dof << " " << k;
      ASSERT_LT(table.weights[k] - table.weights[k + 1], 1u << 19) << dof << " " << k;
    }
  }
}

TEST(WeightTable, EndsWhereTheWeightRoundsToNothing) {
  // sqrt(scipy.stats.chi2.isf(2**-25, dof)), scipy 1.10.1
  EXPECT_NEAR(4096.0 / static_cast<double>(chi2_weight_table(1).inverse_step), 5.54259405780294, 1e-6);
  EXPECT_NEAR(4096.0 / static_cast<double>(chi2_weight_table(60).inverse_step), 11.80325454084735, 1e-6);
}

TEST(WeightTable, EntriesAreRoundedTails) {
  const WeightTable table = chi2_weight_table(2);  // Q(r^2) = exp(-r^2 / 2)
  for (std::size_t k = 0; k < 4096; k += 13) {
    const double r = static_cast<double>(k) / static_cast<double>(table.inverse_step);
    EXPECT_NEAR(table.weights[k], kWeightOne * std::exp(-0.5 * r * r), 0.5001) << k;
  }
}

// The weighted variance of unchanged pixels, E[T w] / (p E[w]), is what the weights give to T. With the table and the
// kernels' interpolation it differs from that of exact tails by less than 4e-6, the share by which T may differ.
TEST(WeightTable, InterpolatedWeightsKeepTheVariance) {
  for (const std::int32_t dof : {1, 2, 3, 4, 6, 13, 60, 242}) {
    const WeightTable table = chi2_weight_table(dof);
    const double p = dof, end = 4100.0 / static_cast<double>(table.inverse_step);
    const double log_norm = (0.5 * p - 1.0) * std::log(2.0) + log_gamma(0.5 * p);
    constexpr int kSteps = 100000;
    double exact_share = 0.0, exact_moment = 0.0, share = 0.0, moment = 0.0, worst = 0.0;
    for (int i = 0; i < kSteps; ++i) {
      const auto r = static_cast<float>(end * (i + 0.5) / kSteps);
      const double t = static_cast<double>(r) * static_cast<double>(r);
      const double density = std::exp((p - 1.0) * std::log(static_cast<double>(r)) - 0.5 * t - log_norm);
      const double exact = chi2_survival(p, t), weight = interpolated(table, r) / static_cast<double>(kWeightOne);
      worst = std::max(worst, std::fabs(weight - exact));
      exact_share += density * exact;
      exact_moment += density * exact * t;
      share += density * weight;
      moment += density * weight * t;
    }
    EXPECT_LT(worst, dof <= 13 ? 5e-7 : 2e-6) << dof;
    EXPECT_NEAR((moment / share) / (exact_moment / exact_share), 1.0, 4e-7) << dof;
    EXPECT_NEAR(exact_moment / exact_share / p, consistency_factor(dof), 1e-6) << dof;
  }
}

TEST(WeightTable, RefusesNoDegrees) {
  EXPECT_THROW(chi2_weight_table(0), std::invalid_argument);
  EXPECT_THROW(consistency_factor(0), std::invalid_argument);
  EXPECT_THROW(textbook_scale(-1), std::invalid_argument);
}

// The project's tables of c(p) and s*(p), four digits, p = 3 to 13.
TEST(ConsistencyFactor, MatchesTheTable) {
  const double expected[] = {.5756, .6250, .6605, .6875, .7090, .7266, .7413, .7539, .7648, .7744, .7829};
  for (std::int32_t p = 3; p <= 13; ++p) EXPECT_NEAR(consistency_factor(p), expected[p - 3], 6e-5) << p;
  EXPECT_NEAR(consistency_factor(1), 1.0 - 2.0 / 3.141592653589793, 1e-15);
  EXPECT_NEAR(consistency_factor(2), 0.5, 1e-15);
}

// 1 - 2 Gamma((p+1)/2) / (sqrt(pi) p Gamma(p/2)) through log_gamma, another way to the same number.
TEST(ConsistencyFactor, IsTheClosedForm) {
  for (std::int32_t p = 1; p <= 300; ++p) {
    const double ratio = std::exp(log_gamma(0.5 * (p + 1)) - log_gamma(0.5 * p));
    EXPECT_NEAR(consistency_factor(p), 1.0 - 2.0 * ratio / (std::sqrt(3.141592653589793) * p), 1e-12) << p;
  }
}

TEST(TextbookScale, MatchesTheTable) {
  const double expected[] = {.1880, .3028, .3813, .4391, .4837, .5195, .5490, .5739, .5951, .6136, .6298};
  for (std::int32_t p = 3; p <= 13; ++p) EXPECT_NEAR(textbook_scale(p), expected[p - 3], 6e-5) << p;
}

TEST(TextbookScale, CollapsesForOneAndTwoBands) {
  EXPECT_EQ(textbook_scale(1), 0.0);
  EXPECT_EQ(textbook_scale(2), 0.0);
}

// s = E[T Q(T / s)] / (p E[Q(T / s)]) by a midpoint sum over r = sqrt(T), not by the tails of F that solve it.
TEST(TextbookScale, IsAFixedPoint) {
  for (const std::int32_t dof : {3, 4, 7, 30}) {
    const double p = dof, s = textbook_scale(dof);
    double share = 0.0, moment = 0.0;
    for (double r = 0.0005; r < 20.0; r += 0.001) {
      const double t = r * r;
      const double weight = std::exp((p - 1.0) * std::log(r) - 0.5 * (t - p)) * chi2_survival(p, t / s);
      share += weight;
      moment += weight * t;
    }
    EXPECT_NEAR(moment / share / p, s, 1e-7) << dof;
  }
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Forms of the residuals under given fits, and the rules made of their histograms.
#include "kernels/solve/contextual.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "kernels/api/pair_tile.hpp"
#include "kernels/math/float_bins.hpp"
#include "kernels/solve/weight_table.hpp"
#include "tests/unit/kernels/solve/random_pair.hpp"

namespace groundshift {
namespace {

std::vector<std::uint64_t> bins_of(const std::vector<float>& values) {
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (const float value : values) ++bins[float_bin(value)];
  return bins;
}

std::vector<float> values_of(const WeightRule& rule, const WeightedPixels& pixels) {
  std::vector<float> out;
  for (std::size_t k = 0; k < pixels.count(); ++k) out.push_back(form_value(rule.form, pixels, k));
  return out;
}

TEST(ContextualForm, IsTheScaledSumOfSquares) {
  const WeightedPixels pixels = random_pair(3, 3, 1000, 81);
  const MomentSummary m = integer_moments(pixels);
  auto fits = fit_bands(NormalizationKind::contextual, m);
  fits[0].offset += 20.0;  // a fit of other moments: the residual has a mean
  const WeightRule form = contextual_form(fits, m, {});
  EXPECT_EQ(form.kind, WeightKind::table);
  EXPECT_EQ(form.box, 5);
  EXPECT_EQ(form.scale, 1.0f);
  const auto values = values_of(form, pixels);
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    double t = 0.0;
    for (std::size_t b = 0; b < 3; ++b) {
      const double d = fits[b].gain * pixels.z[3 + b][k] + fits[b].offset - pixels.z[b][k];
      t += d * d / (fits[b].sigma * fits[b].sigma);
    }
    EXPECT_NEAR(values[k], t, 1e-5 * (1.0 + t));
  }
}

TEST(ContextualRule, ScalesByTheMedian) {
  const WeightedPixels pixels = random_pair(3, 3, 1001, 82);
  const MomentSummary m = integer_moments(pixels);
  const WeightRule form = contextual_form(fit_bands(NormalizationKind::contextual, m), m, {});
  auto values = values_of(form, pixels);
  const WeightRule rule = contextual_rule(form, bins_of(values), {});
  std::nth_element(values.begin(), values.begin() + 500, values.end());
  EXPECT_NEAR(rule.scale, 0.8 * 3.0 / static_cast<double>(values[500]), 0.008 * rule.scale);
  EXPECT_EQ(rule.table, chi2_weight_table(3).weights);
  EXPECT_EQ(rule.form, form.form);
  EXPECT_EQ(rule.box, 5);
}

TEST(ContextualRule, LeavesOutBandsThatDoNotDiffer) {
  WeightedPixels pixels = random_pair(3, 3, 500, 83);
  pixels.z[4] = pixels.z[1];
  const MomentSummary m = integer_moments(pixels);
  const auto fits = fit_bands(NormalizationKind::contextual, m);
  ASSERT_FALSE(fits[1].differs());
  const WeightRule form = contextual_form(fits, m, {});
  EXPECT_EQ(form.form.row_count(), 2);
  EXPECT_EQ(contextual_rule(form, bins_of(values_of(form, pixels)), {}).table, chi2_weight_table(2).weights);
}

TEST(ContextualRule, RefusesWhatHasNoScale) {
  const WeightedPixels pixels = random_pair(1, 1, 100, 84);
  const MomentSummary m = integer_moments(pixels);
  const auto fits = fit_bands(NormalizationKind::contextual, m);
  const WeightRule form = contextual_form(fits, m, {});
  EXPECT_THROW(contextual_rule(form, std::vector<std::uint64_t>(kFloatBins, 0), {}), std::domain_error);
  EXPECT_THROW(contextual_rule(form, bins_of({0.0f, 0.0f, 0.0f, 5.0f}), {}), std::domain_error);
  EXPECT_THROW(contextual_rule(form, bins_of({std::numeric_limits<float>::infinity()}), {}), std::domain_error);
  EXPECT_GT(contextual_rule(form, bins_of({1e-37f, 1e-37f}), {}).scale, 1e36f);
  EXPECT_THROW(contextual_form({}, m, {}), std::invalid_argument);
  EXPECT_THROW(contextual_form({BandNormalization{}}, m, {}), std::domain_error);
}

TEST(HuberRule, DownWeightsLargeResiduals) {
  const WeightedPixels pixels = random_pair(1, 1, 1001, 85, 0.2);
  const MomentSummary m = integer_moments(pixels);
  const BandNormalization fit = fit_bands(NormalizationKind::huber, m).front();
  const WeightRule form = huber_form(fit, m);
  EXPECT_EQ(form.kind, WeightKind::huber);
  auto values = values_of(form, pixels);
  std::vector<double> residual;
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    residual.push_back(std::fabs(fit.gain * pixels.z[1][k] + fit.offset - pixels.z[0][k]));
    EXPECT_NEAR(std::sqrt(values[k]), residual[k], 1e-5 * (1.0 + residual[k]));
  }
  const WeightRule rule = huber_rule(form, bins_of(values));
  auto sorted = residual;
  std::nth_element(sorted.begin(), sorted.begin() + 500, sorted.end());
  const double limit = 1.345 * 1.4826 * sorted[500];
  EXPECT_NEAR(rule.limit, limit, 0.005 * limit);
  for (std::size_t k = 0; k < pixels.count(); ++k) {
    const double expected = std::min(1.0, rule.limit / residual[k]);
    EXPECT_NEAR(weight_of(rule, pixels, k) / static_cast<double>(kWeightOne), expected, 1e-5);
  }
}

TEST(HuberRule, ResistsChange) {
  // y = 2 x + 10 with a tenth of the pixels far off to one side.
  WeightedPixels pixels = random_pair(1, 1, 4000, 86, 0.0);
  for (std::size_t k = 0; k < 4000; ++k) {
    const float noise = static_cast<float>(k % 7) - 3.0f;
    pixels.z[1][k] = 2.0f * pixels.z[0][k] + 10.0f + noise + (k % 10 == 0 ? 400.0f : 0.0f);
  }
  const MomentSummary plain = integer_moments(pixels);
  const double first = fit_bands(NormalizationKind::orthogonal, plain).front().offset;
  BandNormalization fit = fit_bands(NormalizationKind::huber, plain).front();
  MomentSummary m = plain;
  for (int turn = 0; turn < 20; ++turn) {
    const WeightRule form = huber_form(fit, m);
    m = integer_moments(pixels, huber_rule(form, bins_of(values_of(form, pixels))));
    fit = fit_bands(NormalizationKind::huber, m).front();
  }
  EXPECT_GT(std::fabs(first + 5.0), 10.0);
  EXPECT_NEAR(fit.gain, 0.5, 1e-3);
  EXPECT_NEAR(fit.offset, -5.0, 2.0);
}

TEST(HuberRule, KeepsItsLimitFinite) {
  const WeightedPixels pixels = random_pair(1, 1, 100, 87);
  const MomentSummary m = integer_moments(pixels);
  const WeightRule form = huber_form(fit_bands(NormalizationKind::huber, m).front(), m);
  EXPECT_THROW(huber_rule(form, std::vector<std::uint64_t>(kFloatBins, 0)), std::domain_error);
  const float none = huber_rule(form, bins_of({0.0f, 0.0f, 0.0f})).limit;
  EXPECT_TRUE(none >= 0.0f && none < 1e-15f);
  EXPECT_TRUE(std::isfinite(huber_rule(form, bins_of({std::numeric_limits<float>::infinity()})).limit));
  EXPECT_THROW(huber_form({}, integer_moments(random_pair(2, 2, 10, 88))), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift

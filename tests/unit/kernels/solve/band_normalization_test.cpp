// SPDX-License-Identifier: Apache-2.0
// Band fits against numpy, exact lines, and the cases that have no fit.
#include "kernels/solve/band_normalization.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "kernels/solve/pair_gram.hpp"
#include "tests/unit/kernels/solve/weighted_pixels.hpp"

namespace groundshift {
namespace {

using Band = std::vector<std::int64_t>;

MomentSummary moments_of(const std::vector<Band>& z) {
  WeightedPixels pixels;
  for (const Band& band : z) pixels.z.emplace_back(band.begin(), band.end());
  return integer_moments(pixels);
}

const Band kBefore1 = {120, 130, 125, 140, 150, 160, 155, 170, 180, 210, 200, 190};
const Band kBefore2 = {1000, 1015, 990, 1100, 1250, 1300, 1210, 1400, 1500, 2000, 1500, 1450};
const Band kAfter1 = {250, 268, 262, 300, 310, 335, 318, 352, 371, 420, 433, 395};
const Band kAfter2 = {3010, 3040, 2990, 3205, 3490, 3602, 3430, 3795, 4003, 3100, 4010, 3890};

struct Expected {
  double gain, offset, rmse;
};

void expect_fits(NormalizationKind kind, const Expected (&expected)[2]) {
  const auto fits = fit_bands(kind, moments_of({kBefore1, kBefore2, kAfter1, kAfter2}));
  ASSERT_EQ(fits.size(), 2u);
  const double correlation[] = {0.9916541321666879, 0.41207474848498726};  // numpy.corrcoef
  const double raw[] = {176.33443603940023, 2184.828139694287};
  for (int b = 0; b < 2; ++b) {
    EXPECT_NEAR(fits[b].gain, expected[b].gain, 1e-12 * std::fabs(expected[b].gain));
    EXPECT_NEAR(fits[b].offset, expected[b].offset, 1e-10 * std::fabs(expected[b].offset));
    EXPECT_NEAR(fits[b].rmse_after, expected[b].rmse, 1e-11 * expected[b].rmse);
    EXPECT_EQ(fits[b].sigma, fits[b].rmse_after);
    EXPECT_NEAR(fits[b].correlation, correlation[b], 1e-13);
    EXPECT_NEAR(fits[b].rmse_before, raw[b], 1e-10);
    EXPECT_EQ(fits[b].count, 12);
  }
}

// The numbers are numpy 1.24's on the bands above: std ratios; polyfit(after, before, 1); the first left singular
// vector of the centred (after, before) points. rmse is that of gain * after + offset - before.
TEST(BandNormalization, MatchesNumpyForZscore) {
  expect_fits(NormalizationKind::zscore, {{0.48630073013795555, -1.8342608978127828, 3.68109273803718},
                                          {0.7330740484247579, -1229.6019018979216, 300.13695679493986}});
}

TEST(BandNormalization, MatchesNumpyForRegression) {
  expect_fits(NormalizationKind::regression, {{0.482242128516981, -0.4766586555968653, 3.6734042303749446},
                                              {0.3020813041255033, 263.2492161686223, 252.1931698016689}});
}

TEST(BandNormalization, MatchesNumpyForOrthogonal) {
  expect_fits(NormalizationKind::orthogonal, {{0.48378410500784425, -0.9924497917905626, 3.6745150238130146},
                                              {0.4937857879018223, -400.7671895116039, 262.37469936565816}});
}

TEST(BandNormalization, LeavesRawBandsAloneForNone) {
  expect_fits(NormalizationKind::none, {{1.0, 0.0, 176.33443603940023}, {1.0, 0.0, 2184.828139694287}});
}

TEST(BandNormalization, SolvesAHandMadeOrthogonalFit) {
  // before spread wider than after: variances 8 and 2, covariance 4: slope 2.
  const auto wide = fit_bands(NormalizationKind::orthogonal, moments_of({{6, 10, 14, 10}, {3, 5, 7, 5}}));
  EXPECT_EQ(wide[0].gain, 2.0);
  EXPECT_EQ(wide[0].offset, 0.0);
  // variances 1 and 3/4, covariance 1/2: slope (1/4 + sqrt(1/16 + 1)) / 1.
  const auto near_diagonal = fit_bands(NormalizationKind::orthogonal, moments_of({{1, 3, 1, 3}, {1, 3, 3, 3}}));
  EXPECT_DOUBLE_EQ(near_diagonal[0].gain, 0.25 + std::sqrt(1.0625));
  const auto mirrored = fit_bands(NormalizationKind::orthogonal, moments_of({{0, 1, 2, 5}, {5, 4, 3, 0}}));
  EXPECT_EQ(mirrored[0].gain, -1.0);
  EXPECT_EQ(mirrored[0].offset, 5.0);
  EXPECT_EQ(mirrored[0].correlation, -1.0);
}

TEST(BandNormalization, FitsExactLinesWithoutResidual) {
  Band after, before;
  for (int k = 0; k < 100; ++k) {
    after.push_back(3 * (k % 17) + k);
    before.push_back(7 * after.back() + 11);
  }
  const MomentSummary moments = moments_of({before, after});
  for (auto kind : {NormalizationKind::zscore, NormalizationKind::regression, NormalizationKind::orthogonal}) {
    const auto fits = fit_bands(kind, moments);
    EXPECT_NEAR(fits[0].gain, 7.0, 1e-14);
    EXPECT_NEAR(fits[0].offset, 11.0, 1e-12);
    EXPECT_EQ(fits[0].sigma, 0.0);
    EXPECT_FALSE(fits[0].differs());
    EXPECT_EQ(to_band_fit(fits[0], moments, 0, true).weight, 0.0f);
  }
}

TEST(BandNormalization, KnowsIdenticalDates) {
  const MomentSummary moments = moments_of({kBefore1, kBefore2, kBefore1, kBefore2});
  for (auto kind : {NormalizationKind::none, NormalizationKind::zscore, NormalizationKind::regression,
                    NormalizationKind::orthogonal}) {
    const auto fits = fit_bands(kind, moments);
    for (std::int32_t b = 0; b < 2; ++b) {
      EXPECT_EQ(fits[b].gain, 1.0);
      EXPECT_EQ(fits[b].offset, 0.0);
      EXPECT_EQ(fits[b].rmse_before, 0.0);
      EXPECT_FALSE(fits[b].differs());
      const BandFit fit = to_band_fit(fits[b], moments, b, true);
      EXPECT_EQ(fit.weight * fit.difference(123.0f, 123.0f), 0.0f);
    }
  }
}

TEST(BandNormalization, NamesBandAndDateOfAConstant) {
  const Band constant(kBefore1.size(), 9);
  for (auto kind : {NormalizationKind::zscore, NormalizationKind::regression, NormalizationKind::orthogonal}) {
    const auto message = [&](const std::vector<Band>& z) -> std::string {
      try {
        fit_bands(kind, moments_of(z));
      } catch (const std::domain_error& error) {
        return error.what();
      }
      return "no error";
    };
    EXPECT_THAT(message({kBefore1, kBefore2, kAfter1, constant}),
                testing::AllOf(testing::HasSubstr("band 2"), testing::HasSubstr("after")));
    EXPECT_THAT(message({constant, kBefore2, kAfter1, kAfter2}),
                testing::AllOf(testing::HasSubstr("band 1"), testing::HasSubstr("before")));
    EXPECT_THAT(message({{1}, {2}}), testing::HasSubstr("fewer than 2"));
  }
  EXPECT_NO_THROW(fit_bands(NormalizationKind::none, moments_of({constant, kBefore2, kAfter1, kAfter2})));
}

TEST(BandNormalization, RefusesAnOrthogonalFitWithoutASlope) {
  const MomentSummary moments = moments_of({{0, 10, 0, 10}, {4, 4, 6, 6}});  // uncorrelated, before spread wider
  EXPECT_THROW(fit_bands(NormalizationKind::orthogonal, moments), std::domain_error);
  const MomentSummary flat = moments_of({{4, 4, 6, 6}, {0, 10, 0, 10}});
  EXPECT_EQ(fit_bands(NormalizationKind::orthogonal, flat)[0].gain, 0.0);
}

TEST(BandNormalization, FitsNegativeAndFlatRelations) {
  // variances 2 and 8, covariance -4: slope -1/2 for every orthogonal kind.
  for (auto kind : {NormalizationKind::orthogonal, NormalizationKind::huber, NormalizationKind::pif,
                    NormalizationKind::contextual}) {
    const auto fall = fit_bands(kind, moments_of({{7, 5, 3, 5}, {6, 10, 14, 10}}));
    EXPECT_EQ(fall[0].gain, -0.5);
    EXPECT_EQ(fall[0].offset, 10.0);
    EXPECT_EQ(fall[0].sigma, 0.0);
    const MomentSummary upright = moments_of({{0, 10, 0, 10}, {4, 4, 6, 6}});
    EXPECT_THROW(fit_bands(kind, upright), std::domain_error);
    EXPECT_EQ(fit_bands(kind, moments_of({{4, 4, 6, 6}, {0, 10, 0, 10}}))[0].gain, 0.0);
    EXPECT_THROW(fit_bands(kind, moments_of({{4, 4, 6, 6}, {4, 6, 4, 6}})), std::domain_error);  // equal variances
  }
}

TEST(BandNormalization, OfWeightsIsThatOfRepeatedPixels) {
  // Weights 3, 1, 2 (of 3): the fit of the pixels taken 3, 1 and 2 times.
  TileGram tile;
  tile.count = 3;
  const std::int64_t unit = kWeightOne / 3;
  const std::int64_t weight[] = {3 * unit, unit, 2 * unit}, x[] = {10, 14, 21}, y[] = {3, 9, 8};
  tile.integer_sums.resize(6);
  for (int k = 0; k < 3; ++k) {
    const std::int64_t terms[] = {1, x[k], y[k], x[k] * x[k], x[k] * y[k], y[k] * y[k]};
    for (std::size_t i = 0; i < 6; ++i) tile.integer_sums[i].add(weight[k] * terms[i]);
  }
  PairGram gram(PixelType::u8, 2);
  gram.add(tile);
  const auto weighted = fit_bands(NormalizationKind::contextual, gram.summary()).front();
  const auto repeated =
      fit_bands(NormalizationKind::orthogonal, moments_of({{10, 10, 10, 14, 21, 21}, {3, 3, 3, 9, 8, 8}})).front();
  EXPECT_NEAR(weighted.gain, repeated.gain, 1e-13);
  EXPECT_NEAR(weighted.offset, repeated.offset, 1e-12);
  EXPECT_NEAR(weighted.sigma, repeated.sigma, 1e-12);
  EXPECT_NEAR(weighted.correlation, repeated.correlation, 1e-13);
  EXPECT_EQ(weighted.count, 3);
  EXPECT_DOUBLE_EQ(weighted.effective_count, 2.0);
  EXPECT_EQ(repeated.effective_count, 6.0);
}

TEST(BandNormalization, LeavesMappedBandsAloneForHistogram) {
  const Band constant(kBefore1.size(), 9);
  const auto fits = fit_bands(NormalizationKind::histogram, moments_of({kBefore1, kBefore2, kAfter1, constant}));
  for (const auto& fit : fits) {
    EXPECT_EQ(fit.gain, 1.0);
    EXPECT_EQ(fit.offset, 0.0);
    EXPECT_EQ(fit.rmse_after, fit.rmse_before);
    EXPECT_EQ(fit.sigma, fit.rmse_before);
  }
}

TEST(HoldOut, JudgesAFitOnOtherPixels) {
  const auto first = [](const Band& band) { return Band(band.begin(), band.begin() + 8); };
  const auto rest = [](const Band& band) { return Band(band.begin() + 8, band.end()); };
  const MomentSummary train = moments_of({first(kBefore1), first(kBefore2), first(kAfter1), first(kAfter2)});
  const MomentSummary held = moments_of({rest(kBefore1), rest(kBefore2), rest(kAfter1), rest(kAfter2)});
  for (auto kind : {NormalizationKind::none, NormalizationKind::zscore, NormalizationKind::orthogonal}) {
    const HoldOut out = evaluate_fit(kind, train, held);
    const auto fits = fit_bands(kind, train);
    ASSERT_EQ(out.size(), 2u);
    for (std::size_t b = 0; b < 2; ++b) {
      const Band x = rest(b == 0 ? kBefore1 : kBefore2), y = rest(b == 0 ? kAfter1 : kAfter2);
      double raw = 0.0, fitted = 0.0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        const double before = static_cast<double>(x[k]), after = static_cast<double>(y[k]);
        raw += (after - before) * (after - before) / static_cast<double>(x.size());
        const double d = fits[b].gain * after + fits[b].offset - before;
        fitted += d * d / static_cast<double>(x.size());
      }
      ASSERT_TRUE(out[b]);
      EXPECT_NEAR(out[b]->before, std::sqrt(raw), 1e-9);
      EXPECT_NEAR(out[b]->after, std::sqrt(fitted), 1e-9);
    }
  }
}

TEST(HoldOut, IsEmptyWithoutAFitOrPixels) {
  const Band constant(kBefore1.size(), 9);
  const MomentSummary train = moments_of({kBefore1, kBefore2, kAfter1, constant});
  const HoldOut out = evaluate_fit(NormalizationKind::pif, train, train);
  EXPECT_TRUE(out[0]);
  EXPECT_FALSE(out[1]);
  const MomentSummary nothing = PairGram(PixelType::u8, 4).summary();
  for (const auto& band : evaluate_fit(NormalizationKind::zscore, train, nothing)) EXPECT_FALSE(band);
  EXPECT_THROW(evaluate_fit(NormalizationKind::pif, train, moments_of({kBefore1, kAfter1})), std::invalid_argument);
}

TEST(BandFit, CentresWithoutChangingTheDifference) {
  const MomentSummary moments = moments_of({kBefore1, kBefore2, kAfter1, kAfter2});
  const auto fits = fit_bands(NormalizationKind::orthogonal, moments);
  for (std::int32_t b = 0; b < 2; ++b) {
    const BandFit fit = to_band_fit(fits[b], moments, b, true);
    const Band& before = b == 0 ? kBefore1 : kBefore2;
    const Band& after = b == 0 ? kAfter1 : kAfter2;
    EXPECT_EQ(fit.before_center, b == 0 ? 161.0f : 1310.0f);
    EXPECT_EQ(fit.after_center, b == 0 ? 335.0f : 3464.0f);  // 334.5 and 3463.75
    EXPECT_FLOAT_EQ(fit.weight, static_cast<float>(1.0 / fits[b].sigma));
    for (std::size_t k = 0; k < before.size(); ++k) {
      const auto x = static_cast<double>(before[k]);
      const auto y = static_cast<double>(after[k]);
      const double normalized = fits[b].gain * y + fits[b].offset;
      EXPECT_NEAR(fit.normalized_after(static_cast<float>(y)), normalized, 2e-7 * std::fabs(normalized));
      EXPECT_NEAR(fit.difference(static_cast<float>(x), static_cast<float>(y)), normalized - x, 2e-4);
    }
    EXPECT_EQ(to_band_fit(fits[b], moments, b, false).weight, 1.0f);
  }
}

TEST(BandFit, IsExactForNone) {
  const MomentSummary moments = moments_of({kBefore1, kBefore2, kAfter1, kAfter2});
  const auto fits = fit_bands(NormalizationKind::none, moments);
  const BandFit fit = to_band_fit(fits[1], moments, 1, false);
  EXPECT_EQ(fit.before_center, 0.0f);
  EXPECT_EQ(fit.after_center, 0.0f);
  EXPECT_EQ(fit.difference(65535.0f, 1.0f), -65534.0f);
  EXPECT_EQ(fit.normalized_after(65535.0f), 65535.0f);
  EXPECT_FLOAT_EQ(to_band_fit(fits[1], moments, 1, true).weight, 1.0f / 2184.828139694287f);
}

}  // namespace
}  // namespace groundshift

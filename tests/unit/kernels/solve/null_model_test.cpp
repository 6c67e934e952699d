// SPDX-License-Identifier: Apache-2.0
// The scaled F fitted to seeded draws and exact histograms; p-values against scipy and against their own tails.
#include "kernels/solve/null_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "kernels/api/pair_tile.hpp"
#include "kernels/math/float_bins.hpp"
#include "kernels/solve/distributions.hpp"
#include "kernels/solve/float_histogram.hpp"

namespace groundshift {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::uint64_t> no_bins() { return std::vector<std::uint64_t>(kFloatBins, 0); }

/// A million values of k F(p, nu) without noise: each bin gets its share.
std::vector<std::uint64_t> exact_bins(double p, double k, double nu) {
  std::vector<std::uint64_t> bins = no_bins();
  double above = 1.0;
  for (std::uint32_t bin = 0x8000; bin < 0xff80; ++bin) {
    const double high = f_survival(p, nu, static_cast<double>(float_bin_range(bin).high) / k);
    bins[bin] = static_cast<std::uint64_t>(std::floor(1e6 * above) - std::floor(1e6 * high));
    above = high;
  }
  return bins;
}

TEST(FitScaledF, GivesBackDraws) {
  // 400,000 draws of 7 F(p, nu) each
  for (const std::int32_t p : {2, 4, 6, 13}) {
    for (const double nu : {2.0, 5.0, 12.0}) {
      SCOPED_TRACE(testing::Message() << "p " << p << " nu " << nu);
      std::mt19937_64 random(static_cast<std::uint64_t>(p));
      std::chi_squared_distribution<double> upper(p), lower(nu);
      std::vector<std::uint64_t> bins = no_bins();
      for (int i = 0; i < 400000; ++i) {
        const double t = 7.0 * (upper(random) / p) / (lower(random) / nu);
        ++bins[float_bin(static_cast<float>(t))];
      }
      const std::optional<ScaledF> fit = fit_scaled_f(bins, p);
      ASSERT_TRUE(fit.has_value());
      EXPECT_NEAR(fit->nu, nu, 0.1 * nu);
      EXPECT_NEAR(fit->k, 7.0, 0.1);
    }
  }
}

TEST(FitScaledF, IsSharpWithoutNoise) {
  for (const std::int32_t p : {1, 3, 6}) {
    for (const double nu : {1.0, 4.0, 30.0}) {
      SCOPED_TRACE(testing::Message() << "p " << p << " nu " << nu);
      const std::optional<ScaledF> fit = fit_scaled_f(exact_bins(p, 0.02, nu), p);
      ASSERT_TRUE(fit.has_value());
      EXPECT_NEAR(fit->nu, nu, 2e-3 * nu * std::max(nu, 1.0) / 2.0);
      EXPECT_NEAR(fit->k, 0.02, 0.02 * 1e-3);
    }
  }
}

TEST(FitScaledF, CallsChiSquareInfinite) {
  // half a per cent narrower than chi-square, so that the rounding of the bins cannot decide
  std::vector<std::uint64_t> bins = no_bins();
  for (int i = 0; i < 10000; ++i) {
    const double t = chi2_isf(4.0, (i + 0.5) / 1e4);
    ++bins[float_bin(static_cast<float>(3.0 * std::pow(t / 3.35669, 0.995)))];
  }
  const std::optional<ScaledF> fit = fit_scaled_f(bins, 4);
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->nu, kInfinity);
  EXPECT_NEAR(fit->k, 3.0 * 4.0 / 3.35669, 0.003);  // median 3 = k times the median of chi2_4 / 4
}

TEST(FitScaledF, EndsAtTheHeaviestTail) {
  std::vector<std::uint64_t> bins = no_bins();
  bins[float_bin(1e-20f)] = 100;
  bins[float_bin(1.0f)] = 300;
  EXPECT_NEAR(fit_scaled_f(bins, 3)->nu, 0.1, 1e-6);
}

TEST(FitScaledF, NeedsValuesAndAboveZero) {
  std::vector<std::uint64_t> bins = no_bins();
  EXPECT_FALSE(fit_scaled_f(bins, 3).has_value());
  bins[float_bin(1.0f)] = 99;
  EXPECT_FALSE(fit_scaled_f(bins, 3).has_value());
  bins[float_bin(1.0f)] = 100;
  EXPECT_TRUE(fit_scaled_f(bins, 3).has_value());
  bins[float_bin(-1.0f)] = 50;  // the lower quantile is below 0
  EXPECT_FALSE(fit_scaled_f(bins, 3).has_value());
  bins = no_bins();
  bins[float_bin(1.0f)] = 100;
  bins[float_bin(std::numeric_limits<float>::infinity())] = 200;
  EXPECT_FALSE(fit_scaled_f(bins, 3).has_value());
  EXPECT_THROW(fit_scaled_f(std::vector<std::uint64_t>(10, 100), 3), std::invalid_argument);
  EXPECT_THROW(fit_scaled_f(bins, 0), std::invalid_argument);
}

struct PValue {
  float r;
  double p;
};

void expect_p_values(const PValueTable& table, const std::vector<PValue>& expected) {
  for (const PValue& e : expected) EXPECT_NEAR(static_cast<double>(table(e.r)), e.p, 1e-3 * e.p) << e.r;
}

TEST(PValueTable, MatchesScipy) {
  // scipy 1.10.1: stats.chi2.sf(r*r, p); stats.f.sf(r*r/k, p, nu)
  expect_p_values(PValueTable(1, {}), {{0.01f, 0.9920212873707368},
                                       {1.0f, 0.31731050786291115},
                                       {3.0f, 0.0026997960632601883},
                                       {7.0f, 2.559625087771672e-12},
                                       {11.0f, 3.821319148997354e-28}});
  expect_p_values(PValueTable(4, {}), {{0.01f, 0.9999999987500416},
                                       {1.0f, 0.9097959895689501},
                                       {3.0f, 0.06109948096033269},
                                       {7.0f, 5.838823856396162e-10},
                                       {11.0f, 3.2663217335526563e-25}});
  expect_p_values(PValueTable(4, ScaledF{4.7, 12.0}), {{0.1f, 0.9999894770096333},
                                                       {1.0f, 0.9263145807833016},
                                                       {3.0f, 0.17261764795984433},
                                                       {20.0f, 1.0590527410200295e-08},
                                                       {500.0f, 2.252188354145891e-25}});
  expect_p_values(PValueTable(3, ScaledF{300.0, 3.5}), {{0.1f, 0.9999996813557444},
                                                        {3.0f, 0.9918112804722039},
                                                        {20.0f, 0.39381014285043703},
                                                        {500.0f, 1.806978857470146e-05}});
}

TEST(PValueTable, StaysWithinItsErrorEverywhere) {
  struct Case {
    std::int32_t dof;
    std::optional<ScaledF> null;
  };
  const std::vector<Case> cases = {{1, {}},
                                   {2, {}},
                                   {13, {}},
                                   {242, {}},
                                   {1000, {}},
                                   {3, ScaledF{1.0, 0.5}},
                                   {6, ScaledF{1e-6, 2.0}},
                                   {13, ScaledF{3e8, 40.0}},
                                   {4, ScaledF{4.0, 1e4}},
                                   {4, ScaledF{4.0, kInfinity}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << "dof " << c.dof << " nu " << (c.null ? c.null->nu : 0.0));
    const PValueTable table(c.dof, c.null);
    float last = 1.0f;
    for (double x = 1e-12; x < 1e19; x *= 1.0037) {
      const auto r = static_cast<float>(x);
      const double t = static_cast<double>(r) * static_cast<double>(r);
      const double exact = c.null ? f_survival(c.dof, c.null->nu, t / c.null->k) : chi2_survival(c.dof, t);
      const float p = table(r);
      ASSERT_GT(p, 0.0f);
      ASSERT_LE(p, 1.0f);
      ASSERT_LE(p, last * 1.000001f) << r;
      last = p;
      if (exact >= 1e-30) {
        ASSERT_NEAR(static_cast<double>(p), exact, 1e-3 * exact) << r;
      }
    }
  }
}

TEST(PValueTable, HoldsAtTheEnds) {
  const PValueTable table(3, {});
  EXPECT_EQ(table(0.0f), 1.0f);
  EXPECT_EQ(table(std::numeric_limits<float>::denorm_min()), 1.0f);
  EXPECT_EQ(table(std::numeric_limits<float>::max()), std::numeric_limits<float>::min());
  EXPECT_EQ(table(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::min());
  EXPECT_TRUE(std::isnan(table(std::numeric_limits<float>::quiet_NaN())));
}

TEST(PValueTable, ThresholdIsTheInverse) {
  // scipy 1.10.1: sqrt(stats.chi2.isf(.01, p)); sqrt(4.7 * stats.f.isf(.01, 4, 12))
  EXPECT_NEAR(PValueTable(1, {}).threshold(0.01), 2.5758293035489013, 1e-10);
  EXPECT_NEAR(PValueTable(4, {}).threshold(0.01), 3.643721193503645, 1e-10);
  EXPECT_NEAR(PValueTable(4, ScaledF{4.7, 12.0}).threshold(0.01), 5.043428570132004, 1e-10);
  for (const auto& null : {std::optional<ScaledF>{}, std::optional<ScaledF>{ScaledF{2.5, 6.0}}}) {
    const PValueTable table(6, null);
    for (const double alpha : {0.999, 0.5, 0.05, 1e-4, 1e-20}) {
      EXPECT_NEAR(static_cast<double>(table(static_cast<float>(table.threshold(alpha)))), alpha, 1e-3 * alpha);
    }
    EXPECT_THROW(table.threshold(0.0), std::invalid_argument);
    EXPECT_THROW(table.threshold(1.0), std::invalid_argument);
  }
}

TEST(NullModel, TailAndThresholdAreInverse) {
  // scipy 1.10.1: stats.chi2.sf(9, 3), stats.f.sf(9 / 4.7, 4, 12)
  EXPECT_NEAR((NullModel{3, {}}).p_value(3.0), 0.02929088653488826, 1e-13);
  EXPECT_NEAR((NullModel{4, ScaledF{4.7, 12.0}}).p_value(3.0), 0.17261764795984433, 1e-12);
  for (const NullModel& null : {NullModel{1, {}}, NullModel{6, {}}, NullModel{6, ScaledF{2.5, 6.0}}}) {
    EXPECT_EQ(null.p_value(0.0), 1.0);
    for (const double alpha : {0.999, 0.5, 0.05, 1e-4, 1e-20}) {
      EXPECT_NEAR(null.p_value(null.threshold(alpha)), alpha, 1e-10 * alpha);
    }
  }
  EXPECT_THROW((NullModel{0, {}}).p_value(1.0), std::invalid_argument);
}

TEST(PValueTable, RefusesWhatIsNoDistribution) {
  EXPECT_THROW(PValueTable(0, {}), std::invalid_argument);
  EXPECT_THROW(PValueTable(3, (ScaledF{0.0, 3.0})), std::invalid_argument);
  EXPECT_THROW(PValueTable(3, (ScaledF{kInfinity, 3.0})), std::invalid_argument);
  EXPECT_THROW(PValueTable(3, (ScaledF{1.0, 0.0})), std::invalid_argument);
  EXPECT_THROW(PValueTable(3, (ScaledF{1.0, std::nan("")})), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The bin map's inverse, extremes and quantiles of the streamed float histogram.
#include "kernels/solve/float_histogram.hpp"

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

namespace groundshift {
namespace {

std::vector<std::uint64_t> empty_bins() { return std::vector<std::uint64_t>(kFloatBins, 0); }

TEST(FloatBinRange, InvertsTheMap) {
  float last = -std::numeric_limits<float>::infinity();
  for (std::uint32_t bin = 0x0080; bin <= 0xff7f; ++bin) {
    const FloatBinRange range = float_bin_range(bin);
    ASSERT_EQ(float_bin(range.low), bin);
    ASSERT_EQ(float_bin(range.high), bin);
    ASSERT_LE(range.low, range.high);
    // neighbours touch; only -0 lies between bins 0x7fff and 0x8000, and it counts as 0
    const float next = std::nextafter(last, std::numeric_limits<float>::infinity());
    ASSERT_EQ(range.low, bin == 0x8000u ? 0.0f : next) << bin;
    last = range.high;
  }
  EXPECT_EQ(last, std::numeric_limits<float>::max());
}

TEST(FloatBinRange, KnowsInfinitiesAndNans) {
  EXPECT_EQ(float_bin_range(0xff80).high, std::numeric_limits<float>::infinity());
  EXPECT_EQ(float_bin_range(0x007f).low, -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(float_bin_range(0xff81).low));
  EXPECT_TRUE(std::isnan(float_bin_range(0).low));
}

TEST(OccupiedBins, FindsBothEnds) {
  auto bins = empty_bins();
  EXPECT_FALSE(occupied_bins(bins).has_value());
  bins[float_bin(3.0f)] = 1;
  bins[float_bin(-2.0f)] = 1;
  const auto found = occupied_bins(bins);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->first, float_bin(-2.0f));
  EXPECT_EQ(found->last, float_bin(3.0f));
}

TEST(Quantile, StaysWithinABinOfTheSortedValues) {
  std::mt19937_64 random(3);
  std::normal_distribution<float> normal(50.0f, 40.0f);
  auto bins = empty_bins();
  std::vector<float> values(10001);
  for (float& value : values) {
    value = normal(random);
    ++bins[float_bin(value)];
  }
  std::sort(values.begin(), values.end());
  for (double q : {0.0, 0.01, 0.1, 0.5, 0.9, 0.999, 1.0}) {
    const double exact = values[static_cast<std::size_t>(std::lround(q * 10000.0))];
    EXPECT_NEAR(*quantile(bins, q), exact, std::fabs(exact) / 128.0 + 1e-6) << q;
  }
}

TEST(Quantile, IsLinearInsideABin) {
  auto bins = empty_bins();
  bins[float_bin(1.0f)] = 4;  // [1, 1 + 1/128)
  const FloatBinRange range = float_bin_range(float_bin(1.0f));
  const double width = static_cast<double>(range.high) - 1.0;
  EXPECT_DOUBLE_EQ(*quantile(bins, 0.0), 1.0 + width / 8.0);
  EXPECT_DOUBLE_EQ(*quantile(bins, 1.0), 1.0 + width * 7.0 / 8.0);
  EXPECT_DOUBLE_EQ(*quantile(bins, 0.5), 1.0 + width * 5.0 / 8.0);  // rank 1.5 rounds up
}

TEST(Quantile, HandlesEmptyAndImpossible) {
  auto bins = empty_bins();
  EXPECT_FALSE(quantile(bins, 0.5).has_value());
  EXPECT_THROW(quantile(bins, 1.5), std::invalid_argument);
  EXPECT_THROW(quantile(bins, std::nan("")), std::invalid_argument);
  EXPECT_THROW(quantile(std::vector<std::uint64_t>(10), 0.5), std::invalid_argument);
  bins[float_bin(std::numeric_limits<float>::infinity())] = 2;
  EXPECT_EQ(*quantile(bins, 0.5), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Threshold rules against a numpy implementation written from the definitions, and where they have little to go by.
#include "kernels/solve/thresholds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/solve/log_histogram.hpp"
#include "kernels/solve/otsu.hpp"

namespace groundshift {
namespace {

using Counts = std::vector<std::uint64_t>;

Counts no_counts() { return Counts(static_cast<std::size_t>(kLogBins), 0); }

/// The generator of tests/support/threshold_reference.py.
class Draws {
 public:
  std::int32_t below(std::int32_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::int32_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }
  std::int32_t lobe(std::int32_t center, std::int32_t width) {
    std::int32_t sum = center - 2 * width;
    for (int i = 0; i < 4; ++i) sum += below(width);
    return sum;
  }
  std::int32_t tail(std::int32_t start, std::int32_t width) {
    const std::int32_t a = below(width), b = below(width);
    return start + a * b / width;
  }

 private:
  std::uint64_t state_ = 20240601;
};

std::int32_t draw(Draws& draws, const std::string& kind) {
  if (kind == "two lobes") return draws.below(10) < 7 ? draws.lobe(1500, 300) : draws.lobe(2600, 200);
  if (kind == "rare change") return draws.below(1000) < 990 ? draws.lobe(1800, 250) : draws.lobe(3000, 150);
  if (kind == "skewed") return draws.tail(900, 2500);
  if (kind == "one class") return draws.lobe(2000, 120);
  if (kind == "zeros and a lobe") return draws.below(10) < 3 ? 0 : draws.lobe(2200, 300);
  return std::min(draws.lobe(3600, 400), kLogBins - 1);
}

Counts make(const std::string& kind) {
  Draws draws;
  Counts counts = no_counts();
  for (int i = 0; i < 20000; ++i) ++counts[static_cast<std::size_t>(draw(draws, kind))];
  return counts;
}

constexpr std::array kRules = {otsu_of_log_bins, triangle_of_log_bins, rosin_of_log_bins, isodata_of_log_bins,
                               ki_of_log_bins,   ki_sqrt_of_log_bins,  auto_of_log_bins};

double above_bin(std::int32_t bin) { return static_cast<double>(log_bin_threshold(bin)); }

constexpr std::int32_t kFallsBack = -1;  // Kittler-Illingworth has no interior minimum: Otsu's answer

/// Last bin of the lower class by each rule; ki_equal on bins 0..4095 as values.
struct Expected {
  std::string kind;
  std::int32_t otsu, triangle, rosin, isodata, ki, ki_sqrt, ki_equal;
};

// Output of tests/support/threshold_reference.py (numpy 1.24.2).
const std::vector<Expected>& expected_bins() {
  static const std::vector<Expected> all = {
      {"two lobes", 2387, 1938, 1938, 2387, 1897, 2001, 2044},
      {"rare change", 2240, 2171, 2171, 2761, 2240, 2240, 2240},
      {"skewed", 2755, 1661, 1661, 2756, 1720, 1674, 1246},
      {"one class", 2014, 2134, 2134, 2014, 2164, kFallsBack, kFallsBack},
      {"zeros and a lobe", 2133, 33, 33, 2131, kFallsBack, kFallsBack, kFallsBack},
      {"cut at the top", 3771, 4020, 4020, 3771, 3879, kFallsBack, kFallsBack},
  };
  return all;
}

TEST(Thresholds, MatchNumpyOnLogBins) {
  for (const Expected& e : expected_bins()) {
    SCOPED_TRACE(e.kind);
    const Counts counts = make(e.kind);
    EXPECT_EQ(*otsu_of_log_bins(counts), above_bin(e.otsu));
    EXPECT_EQ(*triangle_of_log_bins(counts), above_bin(e.triangle));
    EXPECT_EQ(*rosin_of_log_bins(counts), above_bin(e.rosin));
    EXPECT_EQ(*isodata_of_log_bins(counts), above_bin(e.isodata));
    EXPECT_EQ(*ki_of_log_bins(counts), above_bin(e.ki == kFallsBack ? e.otsu : e.ki));
    EXPECT_EQ(*ki_sqrt_of_log_bins(counts), above_bin(e.ki_sqrt == kFallsBack ? e.otsu : e.ki_sqrt));
    EXPECT_EQ(*auto_of_log_bins(counts), above_bin(std::max(e.otsu, e.triangle)));
  }
}

TEST(Thresholds, MatchNumpyOnEqualBins) {
  for (const Expected& e : expected_bins()) {
    SCOPED_TRACE(e.kind);
    const Counts counts = make(e.kind);
    const double minimum = -3.0, maximum = 5.0, width = 8.0 / 4096.0;
    const double by_ki = minimum + (e.ki_equal + 0.5) * width;
    const double wanted = e.ki_equal == kFallsBack ? *otsu_threshold(counts, minimum, maximum) : by_ki;
    EXPECT_DOUBLE_EQ(*ki_threshold(counts, minimum, maximum), wanted);
  }
}

TEST(Thresholds, LeaveTheCountsAboveAsTheUpperClass) {
  LogHistogram histogram;
  std::vector<float> scores;
  Draws draws;
  for (int i = 0; i < 20000; ++i) scores.push_back(static_cast<float>(log_bin_center(draw(draws, "two lobes"))));
  histogram.add({scores.data(), 200, 100, 200});
  const Counts counts = histogram.window().counts;
  ASSERT_EQ(counts, make("two lobes"));
  const double threshold = *otsu_of_log_bins(counts);
  const auto changed = std::count_if(scores.begin(), scores.end(), [&](float s) { return s > threshold; });
  std::uint64_t upper = 0;
  for (std::size_t k = 2388; k < counts.size(); ++k) upper += counts[k];
  EXPECT_EQ(static_cast<std::uint64_t>(changed), upper);
  EXPECT_DOUBLE_EQ(histogram.share_above(threshold), static_cast<double>(upper) / 20000.0);
}

TEST(Thresholds, SplitTwoSpikesAfterTheLowerOne) {
  Counts counts = no_counts();
  counts[1000] = 900;
  counts[3000] = 100;
  EXPECT_EQ(*otsu_of_log_bins(counts), above_bin(1000));
  EXPECT_EQ(*ki_of_log_bins(counts), above_bin(1000));  // no spread in either class: as otsu
  EXPECT_EQ(*ki_sqrt_of_log_bins(counts), above_bin(1000));
  EXPECT_EQ(*triangle_of_log_bins(counts), above_bin(1033));  // the first bin whose box has left the peak
}

TEST(Thresholds, CutTheTailOfTheTriangle) {
  Counts counts = no_counts();
  for (std::size_t k = 0; k < 1000; ++k) counts[1000 + k] = 1000 * (1000 - k);
  const double without = *triangle_of_log_bins(counts);
  counts[4000] = 4000;  // below 1e-5 of 5e8
  EXPECT_EQ(*triangle_of_log_bins(counts), without);
  counts[4000] = 6000;
  EXPECT_GT(*triangle_of_log_bins(counts), without);
}

TEST(Thresholds, FollowTheTailToItsEndByRosin) {
  // The ramp, smoothed, is highest at bin 1032 with 65 x 968,000. To bin 4000 the line falls by 21,199 a bin; the
  // smoothed counts fall by what leaves the box, 1000 (1032 - j) from bin 1000 + j: less than the line from j = 1011
  // on.
  Counts counts = no_counts();
  for (std::size_t k = 0; k < 1000; ++k) counts[1000 + k] = 1000 * (1000 - k);
  counts[4000] = 1;  // far below 1e-5 of all: nothing to the triangle
  const double corner = *rosin_of_log_bins(counts);
  EXPECT_EQ(corner, above_bin(2011));
  EXPECT_NE(*triangle_of_log_bins(counts), corner);
  counts[4000] = 0;
  EXPECT_EQ(*rosin_of_log_bins(counts), *triangle_of_log_bins(counts));
}

TEST(Thresholds, SettleHalfwayBetweenTheMeansByIsodata) {
  Counts counts = no_counts();
  counts[2048] = 30;  // center 2^(1/512), bins of 2^(1/256)
  counts[2560] = 10;  // four times as much
  // The midpoint is 2.5 times the lower center: log2(2.5) = 1.3219 octaves, 338.4 bins above it.
  EXPECT_EQ(*isodata_of_log_bins(counts), above_bin(2048 + 338));
  // A third spike 16 times as high: up to the second, (1 + 10) / 2 = 5.5 lies above it (no fixed point); from it on,
  // (1.75 + 16) / 2 = 8.875, 3.1497 octaves or 806.3 bins above the first.
  counts[3072] = 10;
  EXPECT_EQ(*isodata_of_log_bins(counts), above_bin(2048 + 806));
}

TEST(Thresholds, CountUpToThePercentile) {
  Counts counts = no_counts();
  counts[0] = 10;
  counts[100] = 30;
  counts[4095] = 60;
  EXPECT_EQ(*percentile_of_log_bins(counts, 1e-9), above_bin(0));
  EXPECT_EQ(*percentile_of_log_bins(counts, 10.0), above_bin(0));  // 10 % are there
  EXPECT_EQ(*percentile_of_log_bins(counts, 10.0001), above_bin(100));
  EXPECT_EQ(*percentile_of_log_bins(counts, 40.0), above_bin(100));
  EXPECT_EQ(*percentile_of_log_bins(counts, 40.0001), above_bin(4095));
  EXPECT_EQ(*percentile_of_log_bins(counts, 99.9999), above_bin(4095));
  for (const double percent : {0.0, 100.0, -1.0, 101.0, std::nan("")}) {
    EXPECT_THROW(percentile_of_log_bins(counts, percent), std::invalid_argument) << percent;
  }
  EXPECT_FALSE(percentile_of_log_bins(no_counts(), 50.0).has_value());
  EXPECT_THROW(percentile_of_log_bins(Counts(100, 1), 50.0), std::invalid_argument);
}

TEST(Thresholds, FindNothingAboveASingleBin) {
  for (const std::int32_t bin : {0, 1, 40, 2048, kLogBins - 2, kLogBins - 1}) {
    SCOPED_TRACE(bin);
    Counts counts = no_counts();
    counts[static_cast<std::size_t>(bin)] = 7;
    for (const auto rule : kRules) {
      EXPECT_EQ(*rule(counts), above_bin(bin));
    }
  }
  EXPECT_EQ(above_bin(kLogBins - 1), static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(Thresholds, FindNoneInNoCounts) {
  const Counts counts = no_counts();
  for (const auto rule : kRules) {
    EXPECT_FALSE(rule(counts).has_value());
    EXPECT_THROW(rule(Counts(100, 1)), std::invalid_argument);
  }
  EXPECT_FALSE(ki_threshold(counts, 0.0, 1.0).has_value());
  EXPECT_FALSE(ki_threshold({}, 0.0, 1.0).has_value());
}

TEST(Thresholds, HoldForCountsOfAWholeContinent) {
  Counts counts = make("two lobes");
  for (auto& count : counts) count <<= 31;  // 2^45 and a bit in all
  EXPECT_EQ(*otsu_of_log_bins(counts), above_bin(2387));
  EXPECT_EQ(*triangle_of_log_bins(counts), above_bin(1938));
  EXPECT_EQ(*rosin_of_log_bins(counts), above_bin(1938));
  EXPECT_EQ(*isodata_of_log_bins(counts), above_bin(2387));
  EXPECT_EQ(*ki_of_log_bins(counts), above_bin(1897));
}

TEST(Thresholds, StandAClassOfAlmostNoSpread) {
  Counts counts = make("one class");
  counts[1] = std::uint64_t{1} << 44;
  counts[2] = 1;
  for (const auto rule : kRules) {
    EXPECT_GE(*rule(counts), above_bin(1));
    EXPECT_LT(*rule(counts), above_bin(3000));
  }
}

TEST(KiThreshold, TakesEqualBinsOfOneValue) {
  const Counts one = {0, 0, 5, 0};
  EXPECT_DOUBLE_EQ(*ki_threshold(one, 0.0, 4.0), 2.5);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Threshold rules against a numpy implementation written from the definitions, and where they have little to go by.
#include "kernels/solve/thresholds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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

double above_bin(std::int32_t bin) { return static_cast<double>(log_bin_threshold(bin)); }

constexpr std::int32_t kFallsBack = -1;  // Kittler-Illingworth has no interior minimum: Otsu's answer

/// Last bin of the lower class by each rule; ki_equal on bins 0..4095 as values.
struct Expected {
  std::string kind;
  std::int32_t otsu, triangle, ki, ki_sqrt, ki_equal;
};

// Output of tests/support/threshold_reference.py (numpy 1.24.2).
const std::vector<Expected>& expected_bins() {
  static const std::vector<Expected> all = {
      {"two lobes", 2387, 1938, 1897, 2001, 2044},
      {"rare change", 2240, 2171, 2240, 2240, 2240},
      {"skewed", 2755, 1661, 1720, 1674, 1246},
      {"one class", 2014, 2134, 2164, kFallsBack, kFallsBack},
      {"zeros and a lobe", 2133, 33, kFallsBack, kFallsBack, kFallsBack},
      {"cut at the top", 3771, 4020, 3879, kFallsBack, kFallsBack},
  };
  return all;
}

TEST(Thresholds, MatchNumpyOnLogBins) {
  for (const Expected& e : expected_bins()) {
    SCOPED_TRACE(e.kind);
    const Counts counts = make(e.kind);
    EXPECT_EQ(*otsu_of_log_bins(counts), above_bin(e.otsu));
    EXPECT_EQ(*triangle_of_log_bins(counts), above_bin(e.triangle));
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

TEST(Thresholds, FindNothingAboveASingleBin) {
  for (const std::int32_t bin : {0, 1, 40, 2048, kLogBins - 2, kLogBins - 1}) {
    SCOPED_TRACE(bin);
    Counts counts = no_counts();
    counts[static_cast<std::size_t>(bin)] = 7;
    for (const auto rule :
         {otsu_of_log_bins, triangle_of_log_bins, ki_of_log_bins, ki_sqrt_of_log_bins, auto_of_log_bins}) {
      EXPECT_EQ(*rule(counts), above_bin(bin));
    }
  }
  EXPECT_EQ(above_bin(kLogBins - 1), static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(Thresholds, FindNoneInNoCounts) {
  const Counts counts = no_counts();
  for (const auto rule :
       {otsu_of_log_bins, triangle_of_log_bins, ki_of_log_bins, ki_sqrt_of_log_bins, auto_of_log_bins}) {
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
  EXPECT_EQ(*ki_of_log_bins(counts), above_bin(1897));
}

TEST(Thresholds, StandAClassOfAlmostNoSpread) {
  Counts counts = make("one class");
  counts[1] = std::uint64_t{1} << 44;
  counts[2] = 1;
  for (const auto rule :
       {otsu_of_log_bins, triangle_of_log_bins, ki_of_log_bins, ki_sqrt_of_log_bins, auto_of_log_bins}) {
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

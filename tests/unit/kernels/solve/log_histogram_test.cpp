// SPDX-License-Identifier: Apache-2.0
// The log2 histogram at its exact edges, beyond its range, and its shares.
#include "kernels/solve/log_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace groundshift {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

LogHistogram histogram_of(const std::vector<float>& scores) {
  LogHistogram out;
  const auto width = static_cast<std::int32_t>(scores.size());
  out.add({scores.data(), width, 1, width});
  return out;
}

/// The bin of one score; -1 when it was not counted.
std::int32_t bin_of(float score) {
  const std::vector<std::uint64_t> counts = histogram_of({score}).window().counts;
  const auto found = std::find(counts.begin(), counts.end(), 1u);
  return found == counts.end() ? -1 : static_cast<std::int32_t>(found - counts.begin());
}

TEST(LogHistogram, EdgesAreRoundedPowersOfTwo) {
  for (std::int32_t k = 0; k <= kLogBins; ++k) {
    const long double power = std::exp2(static_cast<long double>(k) / kLogBinsPerOctave - 8.0);
    ASSERT_EQ(log_bin_edge(k), static_cast<float>(power)) << k;
  }
  EXPECT_EQ(log_bin_edge(0), 0x1p-8f);
  EXPECT_EQ(log_bin_edge(kLogBins), 0x1p8f);
  EXPECT_EQ(log_bin_edge(8 * 256), 1.0f);
}

TEST(LogHistogram, CentersAreInTheMiddleOfTheLogarithm) {
  for (std::int32_t k = 0; k < kLogBins; ++k) {
    const double power = std::exp2((k + 0.5) / kLogBinsPerOctave - 8.0);
    ASSERT_NEAR(log_bin_center(k), power, 1e-15 * power) << k;
  }
}

// Every edge belongs to the bin it opens, the float32 before it to the bin it closes.
TEST(LogHistogram, IsExactAtEveryEdge) {
  std::vector<float> at, below;
  for (std::int32_t k = 1; k < kLogBins; ++k) {
    at.push_back(log_bin_edge(k));
    below.push_back(std::nextafter(log_bin_edge(k), 0.0f));
    ASSERT_EQ(log_bin_threshold(k - 1), below.back());
  }
  const std::vector<std::uint64_t> from = histogram_of(at).window().counts, to = histogram_of(below).window().counts;
  for (std::size_t k = 0; k < static_cast<std::size_t>(kLogBins); ++k) {
    ASSERT_EQ(from[k], k == 0 ? 0u : 1u) << k;
    ASSERT_EQ(to[k], k + 1 == static_cast<std::size_t>(kLogBins) ? 0u : 1u) << k;
  }
}

TEST(LogHistogram, FindsTheBinOfAnyScore) {
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    const float score = std::exp2(static_cast<float>(random() % 1600000) * 1e-5f - 8.0f);
    const std::int32_t bin = bin_of(score);
    ASSERT_LE(log_bin_edge(bin), score);
    ASSERT_GT(log_bin_edge(bin + 1), score);
  }
}

TEST(LogHistogram, KeepsWhatIsBeyondItsRangeAtTheEnds) {
  for (const float low : {0.0f, -0.0f, -3.0f, -kInfinity, 1e-40f, 0x1p-9f, 0x1p-8f}) EXPECT_EQ(bin_of(low), 0) << low;
  for (const float high : {255.99f, 256.0f, 1e30f, kInfinity}) EXPECT_EQ(bin_of(high), kLogBins - 1) << high;
}

TEST(LogHistogram, LeavesOutNans) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(bin_of(nan), -1);
  EXPECT_EQ(bin_of(std::copysign(nan, -1.0f)), -1);
  const LogHistogram some = histogram_of({nan, 0.0f, nan, 2.0f, nan});
  EXPECT_EQ(some.total(), 2u);
  EXPECT_EQ(some.window().counts[0], 1u);
}

TEST(LogHistogram, CountsTheSameThroughWindowsAndMerges) {
  constexpr std::int32_t kWidth = 2051, kHeight = 7;  // odd, and wider than what is counted at a time
  std::vector<float> scores(static_cast<std::size_t>(kWidth) * kHeight);
  std::mt19937 random(4);
  for (float& score : scores) score = static_cast<float>(random() % 5000) * 0.01f;
  const RasterView<const float> all{scores.data(), kWidth, kHeight, kWidth};
  LogHistogram whole, left, right;
  whole.add(all);
  left.add(all.window(0, 0, 1025, kHeight));
  right.add(all.window(1025, 0, kWidth - 1025, kHeight));
  left.merge(right);
  EXPECT_EQ(whole.window().counts, left.window().counts);
  EXPECT_EQ(whole.total(), scores.size());
  whole.add(all.window(0, 0, 0, 0));
  EXPECT_EQ(whole.total(), scores.size());
}

TEST(LogHistogram, TellsSharesExactlyAtThresholds) {
  std::vector<float> scores;
  std::mt19937 random(5);
  for (int i = 0; i < 9973; ++i) scores.push_back(std::exp2(static_cast<float>(random() % 12000) * 1e-3f - 6.0f));
  const LogHistogram histogram = histogram_of(scores);
  for (std::int32_t bin = 0; bin < kLogBins - 1; bin += 17) {
    const float threshold = log_bin_threshold(bin);
    const auto above = std::count_if(scores.begin(), scores.end(), [&](float score) { return score > threshold; });
    ASSERT_DOUBLE_EQ(histogram.share_above(static_cast<double>(threshold)), static_cast<double>(above) / 9973.0) << bin;
  }
}

TEST(LogHistogram, WindowsHoldSixteenOctavesAndTheRestAtTheirEnds) {
  const LogHistogram histogram = histogram_of({0.0f, 0x1p-10f, 0x1p-2f, 3.0f, 1000.0f, 1e6f});
  const LogWindow usual = histogram.window(), high = histogram.window(20), low = histogram.window(2);
  EXPECT_EQ(usual.scale, 1.0);
  EXPECT_EQ(high.scale, 4096.0);
  EXPECT_EQ(low.scale, 0x1p-6);
  EXPECT_EQ(usual.counts.front(), 2u);
  EXPECT_EQ(usual.counts.back(), 2u);
  EXPECT_EQ(high.counts.front(), 4u);                                                       // from 2^4 on
  EXPECT_EQ(high.counts[static_cast<std::size_t>((9 - 4) * kLogBinsPerOctave + 247)], 1u);  // 1000 = 2^9.9658
  EXPECT_EQ(low.counts.front(), 1u);                                                        // from 2^-14 on
  EXPECT_EQ(low.counts[static_cast<std::size_t>(4 * kLogBinsPerOctave)], 1u);
  EXPECT_EQ(low.counts.back(), 2u);
  EXPECT_THROW(histogram.window(40), std::invalid_argument);
}

TEST(LogHistogram, SharesAreLinearInsideABin) {
  const LogHistogram one = histogram_of({1.0f, 1.0f, 4.0f, 4.0f});
  const double low = 1.0, high = static_cast<double>(log_bin_edge(8 * 256 + 1));
  EXPECT_NEAR(one.share_above(low + 0.25 * (high - low)), 0.5 + 0.75 * 0.5, 1e-4);
  EXPECT_EQ(one.share_above(2.0), 0.5);
  EXPECT_EQ(one.share_above(0.5), 1.0);
  EXPECT_EQ(one.share_above(300.0), 0.0);
  EXPECT_EQ(one.share_above(-1.0), 1.0);
}

TEST(LogHistogram, SharesHoldAtTheEnds) {
  EXPECT_EQ(LogHistogram().share_above(1.0), 0.0);
  const LogHistogram zeros = histogram_of({0.0f, 0.0f});
  EXPECT_EQ(zeros.share_above(-1e-9), 1.0);
  EXPECT_NEAR(zeros.share_above(0x1p-33), 0.5, 0.01);
  EXPECT_EQ(zeros.share_above(static_cast<double>(log_bin_threshold(0))), 0.0);
  EXPECT_EQ(histogram_of({1e10f}).share_above(4e9), 1.0);
  EXPECT_EQ(histogram_of({1e10f}).share_above(0x1p32), 0.0);
  EXPECT_THROW(zeros.share_above(std::nan("")), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift

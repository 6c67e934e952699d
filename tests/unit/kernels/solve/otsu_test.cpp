// SPDX-License-Identifier: Apache-2.0
// Otsu's threshold by hand, against skimage, and against the textbook formula on random histograms.
#include "kernels/solve/otsu.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace groundshift {
namespace {

/// skimage.filters.threshold_otsu (0.19) written out: class weights and means in double, first maximum.
double textbook(const std::vector<std::uint64_t>& counts, double minimum, double maximum) {
  const double width = (maximum - minimum) / static_cast<double>(counts.size());
  double best = -1.0;
  double threshold = 0.0;
  for (std::size_t k = 0; k + 1 < counts.size(); ++k) {
    double weight[2] = {0, 0}, sum[2] = {0, 0};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const int upper = i > k ? 1 : 0;
      weight[upper] += static_cast<double>(counts[i]);
      sum[upper] += static_cast<double>(counts[i]) * (minimum + (static_cast<double>(i) + 0.5) * width);
    }
    if (weight[0] == 0 || weight[1] == 0) continue;
    const double gap = sum[0] / weight[0] - sum[1] / weight[1];
    const double variance = weight[0] * weight[1] * gap * gap;
    if (variance > best * (1.0 + 1e-12)) {  // empty bins tie up to rounding: the first one counts
      best = variance;
      threshold = minimum + (static_cast<double>(k) + 0.5) * width;
    }
  }
  return threshold;
}

TEST(Otsu, SplitsTwoSpikesAtTheLowerOne) {
  std::vector<std::uint64_t> counts(10, 0);
  counts[2] = 30;
  counts[7] = 10;
  EXPECT_DOUBLE_EQ(*otsu_threshold(counts, 0.0, 10.0), 2.5);
  counts[4] = 1;  // closer to the lower spike
  EXPECT_DOUBLE_EQ(*otsu_threshold(counts, 0.0, 10.0), 4.5);
}

TEST(Otsu, MatchesSkimage) {
  // skimage 0.19.3: threshold_otsu(hist=(counts, centres of linspace(2, 10, 17)))
  const std::vector<std::uint64_t> counts = {0, 3, 9, 25, 40, 31, 12, 5, 2, 1, 0, 4, 11, 17, 8, 2};
  EXPECT_DOUBLE_EQ(*otsu_threshold(counts, 2.0, 10.0), 6.25);
}

TEST(Otsu, MatchesTheTextbookOnRandomHistograms) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint64_t> counts(64);
    for (auto& count : counts) count = random() % 3 == 0 ? 0 : random() % 1000;
    EXPECT_DOUBLE_EQ(*otsu_threshold(counts, -3.0, 5.0), textbook(counts, -3.0, 5.0)) << round;
  }
}

TEST(Otsu, DoesNotOverflow) {
  std::vector<std::uint64_t> counts(4096, 0);
  counts[10] = std::uint64_t{1} << 44;
  counts[4000] = std::uint64_t{1} << 40;
  EXPECT_DOUBLE_EQ(*otsu_threshold(counts, 0.0, 4096.0), 10.5);
}

TEST(Otsu, HandlesOneValueAndNone) {
  std::vector<std::uint64_t> counts(8, 0);
  EXPECT_FALSE(otsu_threshold(counts, 0.0, 8.0).has_value());
  EXPECT_FALSE(otsu_threshold({}, 0.0, 8.0).has_value());
  counts[3] = 5;
  EXPECT_DOUBLE_EQ(*otsu_threshold(counts, 0.0, 8.0), 3.5);
  EXPECT_DOUBLE_EQ(*otsu_threshold(counts, 4.0, 4.0), 4.0);
}

}  // namespace
}  // namespace groundshift

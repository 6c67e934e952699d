// SPDX-License-Identifier: Apache-2.0
// Benjamini and Hochberg on a histogram against the sorted list, and where it finds nothing or everything.
#include "kernels/solve/false_discovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

namespace groundshift {
namespace {

const NullModel kNormal{1, {}};  ///< r = |z|
constexpr double kNothing = std::numeric_limits<float>::max();

LogWindow window_of(const std::vector<float>& scores, std::int32_t top = kLogTop) {
  LogHistogram histogram;
  const auto width = static_cast<std::int32_t>(scores.size());
  histogram.add({scores.data(), width, 1, width});
  return histogram.window(top);
}

/// The lower edge of the score's bin; 0 in the first.
float edge_below(float score, double scale) {
  static const std::vector<float> edges = [] {
    std::vector<float> all{0.0f};
    for (std::int32_t bin = 1; bin < kLogBins; ++bin) all.push_back(log_bin_edge(bin));
    return all;
  }();
  const auto s = static_cast<float>(static_cast<double>(score) / scale);  // by a power of two
  return static_cast<float>(scale) * *(std::upper_bound(edges.begin(), edges.end(), s) - 1);
}

/// How many the rule finds of a list: sorted p-values, the largest k with p_(k) <= k q / m.
std::size_t found_in(std::vector<double> p, double q) {
  std::sort(p.begin(), p.end());
  for (std::size_t k = p.size(); k > 0; --k) {
    if (p[k - 1] <= static_cast<double>(k) * q / static_cast<double>(p.size())) return k;
  }
  return 0;
}

std::size_t count_above(const std::vector<float>& scores, double threshold) {
  return static_cast<std::size_t>(std::count_if(scores.begin(), scores.end(), [&](float s) { return s > threshold; }));
}

/// Scores whose p-values fall evenly from 1, with `changed` of them made large.
std::vector<float> even_scores(std::size_t count, std::size_t changed, const NullModel& null) {
  std::vector<float> scores;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    const double r = null.threshold(share);
    scores.push_back(static_cast<float>(i % (count / changed) == 0 ? r + 4.0 + 3.0 * share : r));
  }
  return scores;
}

TEST(FalseDiscovery, FindsWhatTheSortedListGives) {
  for (const NullModel& null : {kNormal, NullModel{6, {}}, NullModel{4, ScaledF{4.7, 12.0}}}) {
    for (const double q : {0.001, 0.05, 0.3, 0.9}) {
      for (const std::int32_t top : {kLogTop, 12}) {
        SCOPED_TRACE(::testing::Message() << null.degrees_of_freedom << " " << q << " " << top);
        const std::vector<float> scores = even_scores(3000, 300, null);
        const LogWindow window = window_of(scores, top);
        const double threshold = false_discovery_of_log_bins(window, q, null) * window.scale;
        std::vector<double> at_edges, exact;
        for (const float s : scores) {
          at_edges.push_back(null.p_value(static_cast<double>(edge_below(s, window.scale))));
          exact.push_back(null.p_value(static_cast<double>(s)));
        }
        const std::size_t found = count_above(scores, threshold);
        EXPECT_EQ(found, found_in(at_edges, q));
        EXPECT_LE(found, found_in(exact, q));
        EXPECT_GE(static_cast<double>(found), 0.97 * static_cast<double>(found_in(exact, q)));
      }
    }
  }
}

TEST(FalseDiscovery, TakesThreeOfFourByHand) {
  // p <= k q / m at q = 0.1: .025, .05, .075, .1. z = 2.4 has p .0164, 2.1 .0357, 1.8 .0719, 1.0 .317.
  EXPECT_EQ(count_above({2.4f, 2.1f, 1.8f, 1.0f},
                        false_discovery_of_log_bins(window_of({2.4f, 2.1f, 1.8f, 1.0f}), 0.1, kNormal)),
            3u);
  // 1.7 has p .0891 > .075, 2.1 still .0357 <= .05.
  EXPECT_EQ(count_above({2.4f, 2.1f, 1.7f, 1.0f},
                        false_discovery_of_log_bins(window_of({2.4f, 2.1f, 1.7f, 1.0f}), 0.1, kNormal)),
            2u);
  // The first alone would not do (.0285 > .025); the second carries it.
  EXPECT_EQ(count_above({2.19f, 2.1f, 1.0f, 1.0f},
                        false_discovery_of_log_bins(window_of({2.19f, 2.1f, 1.0f, 1.0f}), 0.1, kNormal)),
            2u);
}

TEST(FalseDiscovery, GivesTheLargestFloatWhereNothingIsFound) {
  for (const std::vector<float>& scores : {std::vector<float>{}, {0.0f}, {0.5f, 1.0f, 1.5f}, {0.0f, 0.0f, 0.0f}}) {
    EXPECT_EQ(false_discovery_of_log_bins(window_of(scores), 0.05, kNormal), kNothing);
  }
}

TEST(FalseDiscovery, FindsEverythingFarOut) {
  const float infinite = std::numeric_limits<float>::infinity();
  const std::vector<float> scores = {30.0f, 100.0f, 1e9f, 1e30f, infinite};
  const double threshold = false_discovery_of_log_bins(window_of(scores), 0.05, kNormal);
  EXPECT_EQ(count_above(scores, threshold), scores.size());
}

TEST(FalseDiscovery, RefusesWhatIsNoRate) {
  const LogWindow window = window_of({1.0f});
  for (const double q : {0.0, 1.0, -0.1, 2.0, std::nan("")}) {
    EXPECT_THROW(false_discovery_of_log_bins(window, q, kNormal), std::invalid_argument) << q;
  }
  EXPECT_THROW(false_discovery_of_log_bins({{1, 2, 3}, 1.0}, 0.05, kNormal), std::invalid_argument);
  EXPECT_THROW(false_discovery_of_log_bins(window, 0.05, NullModel{0, {}}), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift

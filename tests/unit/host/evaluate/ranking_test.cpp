// SPDX-License-Identifier: Apache-2.0
// Ranking measures against brute force over all pairs and thresholds, and against numbers worked out by hand.
#include "host/evaluate/ranking.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

struct Sample {
  std::vector<float> unchanged, changed;
};

/// Scores on a coarse lattice (many ties), changed ones higher on the whole; some of both infinite.
Sample random_sample(unsigned seed, std::size_t unchanged_count, std::size_t changed_count, int levels) {
  std::mt19937 random(seed);
  const auto draw = [&](int lift) {
    const auto raw = static_cast<int>(random() % static_cast<unsigned>(levels)) + lift;
    return random() % 40 == 0 ? kInf : static_cast<float>(raw) * 0.25f;
  };
  Sample s;
  for (std::size_t i = 0; i < unchanged_count; ++i) s.unchanged.push_back(draw(0));
  for (std::size_t i = 0; i < changed_count; ++i) s.changed.push_back(draw(levels / 3));
  std::sort(s.unchanged.begin(), s.unchanged.end());
  std::sort(s.changed.begin(), s.changed.end());
  return s;
}

double pairs_won(const Sample& s) {
  double wins = 0.0;
  for (const float c : s.changed) {
    for (const float u : s.unchanged) wins += c > u ? 1.0 : (c == u ? 0.5 : 0.0);
  }
  return wins / (double(s.changed.size()) * double(s.unchanged.size()));
}

std::set<float> distinct(const Sample& s) {
  std::set<float> all(s.unchanged.begin(), s.unchanged.end());
  all.insert(s.changed.begin(), s.changed.end());
  return all;
}

std::int64_t at_least(const std::vector<float>& scores, float t) {
  return std::count_if(scores.begin(), scores.end(), [t](float v) { return v >= t; });
}

class RankingOfRandomScores : public ::testing::TestWithParam<unsigned> {
 protected:
  Sample s = random_sample(GetParam(), 40 + GetParam() * 37 % 300, 1 + GetParam() * 53 % 120, 5 + int(GetParam()) * 11);
};

TEST_P(RankingOfRandomScores, AucIsTheShareOfPairsInOrder) {
  EXPECT_DOUBLE_EQ(*area_under_roc(s.unchanged, s.changed), pairs_won(s));
}

TEST_P(RankingOfRandomScores, AveragePrecisionIsTheSumOverThresholds) {
  const auto all = distinct(s);
  double sum = 0.0;
  std::int64_t hits_before = 0;
  for (auto t = all.rbegin(); t != all.rend(); ++t) {
    const std::int64_t hits = at_least(s.changed, *t);
    const std::int64_t alarms = hits + at_least(s.unchanged, *t);
    sum += double(hits - hits_before) / double(s.changed.size()) * double(hits) / double(alarms);
    hits_before = hits;
  }
  EXPECT_NEAR(*average_precision(s.unchanged, s.changed), sum, 1e-14);
}

TEST_P(RankingOfRandomScores, OracleIsTheBestKappaOfAllThresholds) {
  double best = -2.0, best_threshold = 0.0;
  for (const float t : distinct(s)) {  // ascending, so >= keeps the highest of equals
    const double kappa = *cohen_kappa(confusion_at(s.unchanged, s.changed, t));
    if (kappa >= best) {
      best = kappa;
      best_threshold = t;
    }
  }
  const auto oracle = oracle_threshold(s.unchanged, s.changed);
  ASSERT_TRUE(oracle);
  EXPECT_EQ(oracle->threshold, best_threshold);
  EXPECT_EQ(oracle->confusion, confusion_at(s.unchanged, s.changed, best_threshold));
}

TEST_P(RankingOfRandomScores, RecallAtARateIsTheBestAllowed) {
  for (const double limit : {0.0, 0.01, 0.1, 0.5, 1.0}) {
    double best = 0.0;
    for (const float t : distinct(s)) {
      if (double(at_least(s.unchanged, t)) / double(s.unchanged.size()) <= limit) {
        best = std::max(best, double(at_least(s.changed, t)) / double(s.changed.size()));
      }
    }
    EXPECT_DOUBLE_EQ(*recall_at_false_positive_rate(s.unchanged, s.changed, limit), best) << limit;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RankingOfRandomScores, ::testing::Range(1u, 13u));

TEST(Ranking, ByHand) {
  // Highest first: 0.8 changed, 0.4 unchanged, 0.35 changed, 0.1 unchanged: 3 of 4 pairs in order;
  // AP = 1/2 * 1 + 1/2 * 2/3.
  const std::vector<float> unchanged{0.1f, 0.4f}, changed{0.35f, 0.8f};
  EXPECT_DOUBLE_EQ(*area_under_roc(unchanged, changed), 0.75);
  EXPECT_DOUBLE_EQ(*average_precision(unchanged, changed), 5.0 / 6.0);
  EXPECT_DOUBLE_EQ(*recall_at_false_positive_rate(unchanged, changed, 0.01), 0.5);
}

TEST(Ranking, PerfectOrderAndItsReverse) {
  const std::vector<float> low{1.0f, 2.0f, 3.0f}, high{4.0f, kInf};
  EXPECT_EQ(*area_under_roc(low, high), 1.0);
  EXPECT_EQ(*average_precision(low, high), 1.0);
  EXPECT_EQ(oracle_threshold(low, high)->threshold, 3.0);
  EXPECT_EQ(oracle_threshold(low, high)->confusion, (Confusion{2, 0, 3, 0}));
  EXPECT_EQ(*area_under_roc(high, low), 0.0);
  EXPECT_EQ(*cohen_kappa(oracle_threshold(high, low)->confusion), 0.0);
}

TEST(Ranking, AllEqualScoresRankNothing) {
  const std::vector<float> unchanged(7, 2.0f), changed(3, 2.0f);
  EXPECT_EQ(*area_under_roc(unchanged, changed), 0.5);
  EXPECT_DOUBLE_EQ(*average_precision(unchanged, changed), 0.3);
  EXPECT_EQ(*recall_at_false_positive_rate(unchanged, changed, 0.99), 0.0);
  EXPECT_EQ(oracle_threshold(unchanged, changed)->confusion, (Confusion{0, 0, 7, 3}));
}

TEST(Ranking, ZerosOfBothSignsTie) {
  const std::vector<float> minus{-0.0f}, plus{0.0f};
  EXPECT_EQ(*area_under_roc(minus, plus), 0.5);
}

TEST(Ranking, IsAbsentWithoutAClass) {
  const std::vector<float> some{1.0f};
  EXPECT_FALSE(area_under_roc({}, some));
  EXPECT_FALSE(area_under_roc(some, {}));
  EXPECT_FALSE(average_precision(some, {}));
  EXPECT_FALSE(recall_at_false_positive_rate({}, some, 0.5));
  EXPECT_FALSE(oracle_threshold(some, {}));
  EXPECT_FALSE(oracle_threshold({}, some));
}

TEST(Ranking, CountsPairsBeyond32Bits) {
  // 100,000 x 100,000 pairs = 1e10; unchanged below all but the top quarter of changed.
  std::vector<float> unchanged(100000, 1.0f), changed(100000, 0.0f);
  std::fill(changed.begin() + 75000, changed.end(), 2.0f);
  EXPECT_EQ(*area_under_roc(unchanged, changed), 0.25);
}

}  // namespace
}  // namespace groundshift

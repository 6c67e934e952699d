// SPDX-License-Identifier: Apache-2.0
// Counts and ratios worked out by hand.
#include "host/evaluate/confusion.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(Confusion, CountsScoresStrictlyAboveTheThreshold) {
  const std::vector<float> unchanged{0.0f, 1.0f, 1.0f, 3.0f};
  const std::vector<float> changed{1.0f, 2.0f, 5.0f};
  EXPECT_EQ(confusion_at(unchanged, changed, 1.0), (Confusion{2, 1, 3, 1}));
  EXPECT_EQ(confusion_at(unchanged, changed, 0.999), (Confusion{3, 3, 1, 0}));
  EXPECT_EQ(confusion_at(unchanged, changed, 5.0), (Confusion{0, 0, 4, 3}));
  EXPECT_EQ(confusion_at(unchanged, changed, -1.0), (Confusion{3, 4, 0, 0}));
}

TEST(Confusion, ComparesInDouble) {
  // 0.1f is 0.100000001490116; as a float the double 0.1 would equal it and the pixel would be lost.
  const std::vector<float> changed{0.1f};
  EXPECT_EQ(confusion_at({}, changed, 0.1).true_positive, 1);
}

TEST(Confusion, OrdersInfiniteScores) {
  const std::vector<float> unchanged{-kInf, 0.0f};
  const std::vector<float> changed{1.0f, kInf};
  EXPECT_EQ(confusion_at(unchanged, changed, 1e300), (Confusion{1, 0, 2, 1}));
  EXPECT_EQ(confusion_at(unchanged, changed, -1e300), (Confusion{2, 1, 1, 0}));
}

TEST(Confusion, RatiosByHand) {
  const Confusion c{20, 10, 60, 10};  // tp fp tn fn
  EXPECT_DOUBLE_EQ(*overall_accuracy(c), 0.8);
  EXPECT_DOUBLE_EQ(*precision(c), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(*recall(c), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(*false_positive_rate(c), 1.0 / 7.0);
  EXPECT_DOUBLE_EQ(*f1_score(c), 2.0 / 3.0);
  // chance = 0.3 * 0.3 + 0.7 * 0.7 = 0.58; kappa = (0.8 - 0.58) / 0.42
  EXPECT_DOUBLE_EQ(*cohen_kappa(c), 0.22 / 0.42);
}

TEST(Confusion, KappaIsOneWhenAllIsRightAndMinusOneWhenAllIsWrong) {
  EXPECT_DOUBLE_EQ(*cohen_kappa({5, 0, 5, 0}), 1.0);
  EXPECT_DOUBLE_EQ(*cohen_kappa({0, 5, 0, 5}), -1.0);
  EXPECT_DOUBLE_EQ(*cohen_kappa({0, 0, 7, 3}), 0.0);
}

TEST(Confusion, UndefinedRatiosAreAbsent) {
  EXPECT_FALSE(overall_accuracy({}));
  EXPECT_FALSE(precision({0, 0, 7, 3}));
  EXPECT_FALSE(recall({0, 2, 7, 0}));
  EXPECT_FALSE(false_positive_rate({1, 0, 0, 1}));
  EXPECT_FALSE(f1_score({0, 0, 7, 0}));
  EXPECT_FALSE(cohen_kappa({0, 0, 7, 0}));
}

}  // namespace
}  // namespace groundshift

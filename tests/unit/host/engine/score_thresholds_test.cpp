// SPDX-License-Identifier: Apache-2.0
// Which rules a run's summary lists, and that the rules with a number do with it what their name says.
#include "host/engine/score_thresholds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace groundshift {
namespace {

using Names = std::vector<std::string>;

const Names kShapeRules = {"auto", "otsu", "ki", "ki-sqrt", "triangle", "rosin", "isodata"};

LogHistogram histogram_of(const std::vector<float>& scores) {
  LogHistogram histogram;
  const auto width = static_cast<std::int32_t>(scores.size());
  histogram.add({scores.data(), width, 1, width});
  return histogram;
}

/// 0.01, 0.02 ... 10
std::vector<float> even_scores(float unit = 0.01f) {
  std::vector<float> scores;
  for (int i = 1; i <= 1000; ++i) scores.push_back(unit * static_cast<float>(i));
  return scores;
}

Method irmad() {
  Method m;
  m.scores = {ScoreName::irmad};
  m.smooth = {1};
  return m;
}

ScoreThresholds thresholds(const Method& method, const std::vector<float>& scores,
                           const std::optional<ScaledF>& null = {}) {
  return *thresholds_of(histogram_of(scores), *std::max_element(scores.begin(), scores.end()), method, 4, null);
}

Names names(const ScoreThresholds& t) {
  Names out;
  for (const ThresholdRecord& record : t.all) out.push_back(record.rule);
  return out;
}

double share_above(const std::vector<float>& scores, double threshold) {
  const auto above = std::count_if(scores.begin(), scores.end(), [&](float s) { return s > threshold; });
  return static_cast<double>(above) / static_cast<double>(scores.size());
}

TEST(ScoreThresholds, ListsEveryRuleOfTheShape) {
  Method m;
  m.scores = {ScoreName::cva};
  m.smooth = {3};
  for (const ThresholdRule rule : {ThresholdRule::automatic, ThresholdRule::rosin, ThresholdRule::isodata}) {
    m.threshold = {rule, 0.0};
    const std::vector<float> scores = even_scores();
    const ScoreThresholds t = thresholds(m, scores, ScaledF{1.0, 10.0});
    EXPECT_EQ(names(t), kShapeRules);
    EXPECT_EQ(t.used.rule, name_of(rule));
    for (const ThresholdRecord& record : t.all) {
      EXPECT_DOUBLE_EQ(record.changed_fraction, share_above(scores, record.value)) << record.rule;
    }
  }
}

TEST(ScoreThresholds, ListsSignificanceWhereTheNullIsKnown) {
  Names with_null = kShapeRules;
  with_null.insert(with_null.end(), {"p:0.01", "fdr:0.05"});
  Method m = irmad();
  EXPECT_EQ(names(thresholds(m, even_scores(), ScaledF{1.0, 10.0})), with_null);
  EXPECT_EQ(names(thresholds(m, even_scores())), kShapeRules);  // no F was fitted
  m.options.null = NullKind::chi_square;
  EXPECT_EQ(names(thresholds(m, even_scores())), with_null);
  m.smooth = {3};
  EXPECT_EQ(names(thresholds(m, even_scores())), kShapeRules);
}

TEST(ScoreThresholds, TakesTheNumberOfTheRule) {
  const std::vector<float> scores = even_scores();
  Method m = irmad();
  m.threshold = {ThresholdRule::value, 2.5};
  EXPECT_EQ(thresholds(m, scores).used.value, 2.5);
  m.threshold = {ThresholdRule::percentile, 90.0};
  const ThresholdRecord percentile = thresholds(m, scores).used;
  EXPECT_EQ(percentile.rule, "percentile");
  EXPECT_GE(percentile.value, 9.0);
  EXPECT_LT(percentile.value, 9.0 * 1.003);  // a bin
  EXPECT_DOUBLE_EQ(percentile.changed_fraction, share_above(scores, percentile.value));
  EXPECT_LE(percentile.changed_fraction, 0.1);
}

TEST(ScoreThresholds, FindsChangeBySignificanceUnderEitherNull) {
  std::vector<float> scores = even_scores(0.003f);  // up to 3
  for (int i = 0; i < 20; ++i) scores.push_back(20.0f);
  Method m = irmad();
  m.options.null = NullKind::chi_square;
  m.threshold = {ThresholdRule::fdr, 0.05};
  const ThresholdRecord chi2 = thresholds(m, scores, ScaledF{1.0, 2.0}).used;
  EXPECT_DOUBLE_EQ(chi2.changed_fraction, 20.0 / 1020.0);
  // Under F(4, 2) a T of 400 has p = 0.0025 > 20 / 1020 of 0.05: nothing is found.
  m.options.null = NullKind::scaled_f;
  const ThresholdRecord f = thresholds(m, scores, ScaledF{1.0, 2.0}).used;
  EXPECT_EQ(f.rule, "fdr");
  EXPECT_EQ(f.changed_fraction, 0.0);
  EXPECT_EQ(f.value, static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(ScoreThresholds, StayFiniteAndFollowTheUnit) {
  Method m;
  m.scores = {ScoreName::cva};  // in the images' own units: the window moves with the largest score
  m.smooth = {1};
  m.threshold = {ThresholdRule::percentile, 50.0};
  for (const float unit : {1e-6f, 0.01f, 1e5f}) {
    const std::vector<float> scores = even_scores(unit);
    const ScoreThresholds t = thresholds(m, scores);
    EXPECT_NEAR(t.used.value, 500.0 * static_cast<double>(unit), 0.003 * t.used.value);
    for (const ThresholdRecord& record : t.all) {
      EXPECT_LE(record.value, static_cast<double>(std::numeric_limits<float>::max())) << record.rule;
    }
  }
  const ScoreThresholds one = thresholds(m, {0x1.fffffep31f, 0x1.fffffep31f});  // all in the window's last bin
  EXPECT_EQ(one.used.value, static_cast<double>(std::numeric_limits<float>::max()));
  EXPECT_EQ(one.used.changed_fraction, 0.0);
}

TEST(ScoreThresholds, AreNoneWithoutScores) {
  EXPECT_FALSE(thresholds_of(LogHistogram(), 0.0, irmad(), 4, {}).has_value());
}

}  // namespace
}  // namespace groundshift

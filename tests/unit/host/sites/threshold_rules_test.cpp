// SPDX-License-Identifier: Apache-2.0
// Rules by name.
#include "host/sites/threshold_rules.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "kernels/solve/thresholds.hpp"

namespace groundshift::test {
namespace {

LogHistogram two_groups(float scale) {
  std::vector<float> scores;
  for (int i = 0; i < 1000; ++i) scores.push_back(scale * (1.0f + 0.0005f * static_cast<float>(i % 100)));
  for (int i = 0; i < 100; ++i) scores.push_back(scale * (8.0f + 0.01f * static_cast<float>(i)));
  LogHistogram histogram;
  histogram.add({scores.data(), static_cast<std::int32_t>(scores.size()), 1, 0});
  return histogram;
}

TEST(ThresholdRules, AreParsedByName) {
  EXPECT_EQ(threshold_choice_of("ki-sqrt").rule, "ki-sqrt");
  EXPECT_EQ(threshold_choice_of("value:-1.5e2").rule, "value");
  EXPECT_EQ(threshold_choice_of("value:-1.5e2").value, -150.0);
  for (const char* bad : {"", "value:", "value:x", "value:1 ", "value:nan", "value:inf", "otsu2"}) {
    EXPECT_THROW(threshold_choice_of(bad), UsageError) << bad;
  }
}

TEST(ThresholdRules, SeparateTheGroupsWhateverTheUnit) {
  for (const float scale : {1e-3f, 1.0f, 3000.0f}) {
    const auto found = thresholds_by_rule(two_groups(scale), 9.0 * double{scale}, "my own score");
    ASSERT_EQ(found.size(), threshold_rules().size());
    EXPECT_EQ(found[0].rule, "auto");
    for (const ThresholdValue& t : found) {
      if (t.rule != "otsu") continue;
      EXPECT_GT(t.value, 1.04 * double{scale});
      EXPECT_LT(t.value, 8.0 * double{scale});
      EXPECT_NEAR(t.changed_fraction, 100.0 / 1100.0, 1e-12);
    }
  }
}

TEST(ThresholdRules, UseTheWindowOfDetectWhereTheUnitIsKnown) {
  const LogHistogram histogram = two_groups(1.0f);
  const auto found = thresholds_by_rule(histogram, 9.0, "mad score, normalize none, smooth 1, unit: sigma");
  EXPECT_EQ(found[1].value, otsu_of_log_bins(histogram.window(8).counts).value());
  const auto own = thresholds_by_rule(histogram, 9.0, "cva score, normalize none, smooth 1, unit: input units");
  EXPECT_EQ(own[1].value, otsu_of_log_bins(histogram.window(4).counts).value() * std::ldexp(1.0, 4 - 8));
}

TEST(ThresholdRules, OfNoScoresAreNone) { EXPECT_TRUE(thresholds_by_rule(LogHistogram(), 0.0, "").empty()); }

}  // namespace
}  // namespace groundshift::test

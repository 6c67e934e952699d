// SPDX-License-Identifier: Apache-2.0
// What presets decide, what options change of it, and what is refused.
#include "host/engine/method.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

using Scores = std::vector<ScoreName>;
using Sides = std::vector<std::int32_t>;

Method method(const MethodOptions& options, SceneFacts facts = {30.0, 6, 6}) { return resolve_method(options, facts); }

TEST(Method, ChoosesThePresetFromPixelSizeAndBands) {
  const struct {
    SceneFacts facts;
    Preset expected;
  } rows[] = {{{30.0, 6, 6}, Preset::multispectral},
              {{10.0, 4, 4}, Preset::multispectral},
              {{30.0, 3, 3}, Preset::general},
              {{30.0, 6, 3}, Preset::general},
              {{5.0, 4, 4}, Preset::general},
              {{2.0, 3, 3}, Preset::vhr},
              {{0.3, 8, 8}, Preset::vhr},
              {{std::nullopt, 6, 6}, Preset::general}};
  for (const auto& row : rows) {
    MethodOptions options;
    options.normalize = NormalizationKind::none;
    options.scores = {ScoreName::mad};  // takes unequal band counts
    EXPECT_EQ(method(options, row.facts).preset, row.expected) << row.facts.pixel_size.value_or(-1.0);
  }
  MethodOptions told;
  told.pixel_size = 1.5;
  EXPECT_EQ(method(told, {std::nullopt, 3, 3}).preset, Preset::vhr);
}

TEST(Method, TakesFromThePresetWhatIsNotSaid) {
  const Method m = method({});
  EXPECT_EQ(m.normalize, NormalizationKind::contextual);
  EXPECT_EQ(m.scores, (Scores{ScoreName::scva, ScoreName::mad}));
  EXPECT_EQ(m.smooth, (Sides{3}));
  EXPECT_EQ(m.threshold.rule, ThresholdRule::ki_sqrt);
  EXPECT_EQ(m.weights, WeightSource::contextual);
  MethodOptions options;
  options.preset = Preset::sar;
  options.smooth = {5};
  const Method sar = method(options);
  EXPECT_EQ(sar.scores, (Scores{ScoreName::log_ratio}));
  EXPECT_EQ(sar.window, 3);
  EXPECT_EQ(sar.normalize, NormalizationKind::none);
  EXPECT_EQ(sar.smooth, (Sides{5}));
}

TEST(Method, LeavesOutANormalizationThatChangesNothing) {
  MethodOptions options;
  options.scores = {ScoreName::irmad};
  const Method m = method(options);
  EXPECT_EQ(m.normalize, NormalizationKind::none);
  EXPECT_EQ(m.weights, WeightSource::none);
  EXPECT_NE(m.why.find("needs no normalization"), std::string::npos);
  options.normalize = NormalizationKind::contextual;  // asked for: the scores take its weights
  EXPECT_EQ(method(options).weights, WeightSource::contextual);
}

TEST(Method, KnowsWindowsAndTolerancesOfScores) {
  MethodOptions options;
  options.scores = {ScoreName::ssim};
  EXPECT_EQ(method(options).window, 7);
  options.scores = {ScoreName::ncc};
  EXPECT_EQ(method(options).window, 9);
  options.scores = {ScoreName::irmad};
  EXPECT_EQ(method(options).irmad_tolerance, 1e-4);
  options.irmad = IrmadMode::canty;
  EXPECT_EQ(method(options).irmad_tolerance, 1e-3);
}

TEST(Method, RefusesUnequalBandCountsWhereBandsArePaired) {
  MethodOptions options;
  options.normalize = NormalizationKind::none;
  for (const ScoreName score : {ScoreName::mad, ScoreName::irmad, ScoreName::chronochrome, ScoreName::hacd}) {
    options.scores = {score};
    EXPECT_NO_THROW(method(options, {30.0, 4, 6})) << name_of(score);
  }
  for (const ScoreName score :
       {ScoreName::cva, ScoreName::scva, ScoreName::mahalanobis, ScoreName::isfa, ScoreName::ssim}) {
    options.scores = {score};
    EXPECT_THROW(method(options, {30.0, 4, 6}), InputError) << name_of(score);
  }
  options.scores = {ScoreName::mad};
  options.normalize = NormalizationKind::zscore;
  EXPECT_THROW(method(options, {30.0, 4, 6}), InputError);
}

TEST(Method, TakesRulesOfPValuesForScoresThatHaveThem) {
  for (const ThresholdRule rule : {ThresholdRule::p, ThresholdRule::fdr}) {
    MethodOptions options;
    options.scores = {ScoreName::mad};
    options.smooth = {1};
    options.threshold = Threshold{rule, 0.05};
    EXPECT_TRUE(has_p_values(method(options)));
    options.scores = {ScoreName::irmad};
    EXPECT_TRUE(has_p_values(method(options)));
    MethodOptions other = options;
    other.scores = {ScoreName::cva};
    EXPECT_THROW(method(other), UsageError);
    other.scores = {ScoreName::mad, ScoreName::irmad};
    EXPECT_THROW(method(other), UsageError);
    other = options;
    other.smooth = {3};
    EXPECT_THROW(method(other), UsageError);
    other = options;
    other.local_contrast = 21;
    EXPECT_THROW(method(other), UsageError);
    other = options;
    other.tolerate_shift = 1;
    EXPECT_THROW(method(other), UsageError);
    other.threshold = Threshold{ThresholdRule::percentile, 99.0};
    EXPECT_FALSE(has_p_values(method(other)));
  }
}

TEST(Method, NamesEveryThresholdRule) {
  using enum ThresholdRule;
  const std::pair<ThresholdRule, const char*> rows[] = {
      {automatic, "auto"},        {otsu, "otsu"},   {ki, "ki"},           {ki_sqrt, "ki-sqrt"},
      {triangle, "triangle"},     {rosin, "rosin"}, {isodata, "isodata"}, {value, "value"},
      {percentile, "percentile"}, {p, "p"},         {fdr, "fdr"}};
  for (const auto& [rule, name] : rows) EXPECT_STREQ(name_of(rule), name);
  for (const ThresholdRule rule : {value, percentile, p, fdr}) EXPECT_TRUE(has_number(rule)) << name_of(rule);
  for (const ThresholdRule rule : {automatic, isodata, triangle}) EXPECT_FALSE(has_number(rule)) << name_of(rule);
}

TEST(Method, NamesEveryScoreAndNormalization) {
  Method m;
  m.scores = {ScoreName::scva, ScoreName::mad};
  m.smooth = {3, 9};
  EXPECT_EQ(score_text(m), "scva+mad");
  EXPECT_EQ(smooth_text(m), "3,9");
  EXPECT_STREQ(unit_of(m), "1");
  m.scores = {ScoreName::index};
  m.options.index = "ndvi";
  EXPECT_EQ(score_text(m), "index:ndvi");
  EXPECT_STREQ(name_of(ScoreName::log_ratio), "log-ratio");
  EXPECT_STREQ(name_of(ScoreName::index), "index");
  EXPECT_STREQ(name_of(Preset::sar), "sar");
  EXPECT_STREQ(name_of(NormalizationKind::contextual), "contextual");
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The rules by name.
#include "host/engine/score_thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "kernels/solve/thresholds.hpp"

namespace groundshift {
namespace {

constexpr int kLowestTop = -16, kHighestTop = 32;  ///< what a LogHistogram has windows for
constexpr int kUsualTop = 8;                       ///< scores of sigmas and ratios lie in 2^-8..2^8; source : RECIPES 1

int top_octave(double largest, const Method& method) {
  int exponent = 0;
  std::frexp(largest, &exponent);  // largest < 2^exponent
  const bool own_units = std::string_view(unit_of(method)) == "input units";
  return std::clamp(own_units ? exponent : std::max(exponent, kUsualTop), kLowestTop, kHighestTop);
}

}  // namespace

std::optional<ScoreThresholds> thresholds_of(const LogHistogram& scores, double largest, const Method& method,
                                             std::int32_t degrees_of_freedom, const std::optional<ScaledF>& null) {
  const LogWindow window = scores.window(top_octave(largest, method));
  const auto record = [&](const char* rule, double value) {
    return ThresholdRecord{rule, value, scores.share_above(value)};
  };
  ScoreThresholds out;
  const std::pair<ThresholdRule, std::optional<double>> values[] = {
      {ThresholdRule::automatic, auto_of_log_bins(window.counts)},
      {ThresholdRule::otsu, otsu_of_log_bins(window.counts)},
      {ThresholdRule::triangle, triangle_of_log_bins(window.counts)},
      {ThresholdRule::ki, ki_of_log_bins(window.counts)},
      {ThresholdRule::ki_sqrt, ki_sqrt_of_log_bins(window.counts)}};
  for (const auto& [rule, value] : values) {
    if (!value) return std::nullopt;
    out.all.push_back(record(name_of(rule), *value * window.scale));
    if (rule == method.threshold.rule) out.used = out.all.back();
  }
  if (method.threshold.rule == ThresholdRule::value) out.used = record("value", method.threshold.value);
  if (method.threshold.rule == ThresholdRule::p) {
    const auto model = method.options.null == NullKind::scaled_f ? null : std::nullopt;
    out.used = record("p", PValueTable(degrees_of_freedom, model).threshold(method.threshold.value));
  }
  return out;
}

}  // namespace groundshift

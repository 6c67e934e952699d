// SPDX-License-Identifier: Apache-2.0
// The rules by name.
#include "host/engine/score_thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "kernels/solve/false_discovery.hpp"
#include "kernels/solve/thresholds.hpp"

namespace groundshift {
namespace {

constexpr double kNoChange = std::numeric_limits<float>::max();

/// A threshold in the window's unit as a score. The bound of the last bin stays the largest float32.
double in_scores(double threshold, const LogWindow& window) {
  return threshold < kNoChange ? std::min(threshold * window.scale, kNoChange) : kNoChange;
}

}  // namespace

bool has_null(const Method& method, const NullModel& null) {
  return has_p_values(method) && null.degrees_of_freedom > 0 && (null.f || method.options.null == NullKind::chi_square);
}

LogWindow thresholds_window(const LogHistogram& scores, double largest, const Method& method) {
  return scores.window(threshold_window_top(largest, std::string_view(unit_of(method)) == "input units"));
}

std::optional<ScoreThresholds> thresholds_of(const LogHistogram& scores, double largest, const Method& method,
                                             std::int32_t degrees_of_freedom, const std::optional<ScaledF>& null) {
  const LogWindow window = thresholds_window(scores, largest, method);
  const NullModel model{degrees_of_freedom, method.options.null == NullKind::scaled_f ? null : std::nullopt};
  const auto record = [&](std::string rule, double value) {
    return ThresholdRecord{std::move(rule), value, scores.share_above(value)};
  };
  const auto by_number = [&](ThresholdRule rule, double number) {
    switch (rule) {
      case ThresholdRule::percentile: return in_scores(*percentile_of_log_bins(window.counts, number), window);
      case ThresholdRule::p: return std::min(model.threshold(number), kNoChange);
      case ThresholdRule::fdr: return in_scores(false_discovery_of_log_bins(window, number, model), window);
      default: return number;
    }
  };
  ScoreThresholds out;
  const std::pair<ThresholdRule, std::optional<double>> values[] = {
      {ThresholdRule::automatic, auto_of_log_bins(window.counts)},
      {ThresholdRule::otsu, otsu_of_log_bins(window.counts)},
      {ThresholdRule::ki, ki_of_log_bins(window.counts)},
      {ThresholdRule::ki_sqrt, ki_sqrt_of_log_bins(window.counts)},
      {ThresholdRule::triangle, triangle_of_log_bins(window.counts)},
      {ThresholdRule::rosin, rosin_of_log_bins(window.counts)},
      {ThresholdRule::isodata, isodata_of_log_bins(window.counts)}};
  for (const auto& [rule, value] : values) {
    if (!value) return std::nullopt;
    out.all.push_back(record(name_of(rule), in_scores(*value, window)));
    if (rule == method.threshold.rule) out.used = out.all.back();
  }
  if (has_null(method, model)) {
    out.all.push_back(record("p:0.01", by_number(ThresholdRule::p, 0.01)));
    out.all.push_back(record("fdr:0.05", by_number(ThresholdRule::fdr, 0.05)));
  }
  const auto [rule, number] = method.threshold;
  if (has_number(rule)) out.used = record(name_of(rule), by_number(rule, number));
  return out;
}

}  // namespace groundshift

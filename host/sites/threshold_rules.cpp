// SPDX-License-Identifier: Apache-2.0
// The table of rules.
#include "host/sites/threshold_rules.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "kernels/solve/thresholds.hpp"

namespace groundshift {
namespace {

constexpr ThresholdRuleOnBins kRules[] = {{"auto", auto_of_log_bins},         {"otsu", otsu_of_log_bins},
                                          {"triangle", triangle_of_log_bins}, {"ki", ki_of_log_bins},
                                          {"ki-sqrt", ki_sqrt_of_log_bins},   {"rosin", rosin_of_log_bins},
                                          {"isodata", isodata_of_log_bins}};

/// Whether scores are in the images' own units, as far as the band says.
bool in_own_units(const std::string& description) {
  return description.find("unit: ") == std::string::npos || description.find("unit: input units") != std::string::npos;
}

}  // namespace

std::span<const ThresholdRuleOnBins> threshold_rules() { return kRules; }

ThresholdChoice threshold_choice_of(const std::string& text) {
  constexpr std::string_view kValue = "value:";
  if (text.starts_with(kValue)) {
    ThresholdChoice out{"value", 0.0};
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + kValue.size(), last, out.value);
    if (error != std::errc() || end != last || !std::isfinite(out.value)) {
      throw UsageError(fmt::format("--threshold {}: value: is followed by a number", text));
    }
    return out;
  }
  std::string names;
  for (const ThresholdRuleOnBins& rule : kRules) {
    if (text == rule.name) return {text, 0.0};
    names += std::string(rule.name) + ", ";
  }
  throw UsageError(fmt::format("--threshold {}: this version has {}value:X", text, names));
}

std::vector<ThresholdValue> thresholds_by_rule(const LogHistogram& scores, double largest,
                                               const std::string& description) {
  std::vector<ThresholdValue> out;
  if (scores.total() == 0) return out;
  const LogWindow window = scores.window(threshold_window_top(largest, in_own_units(description)));
  for (const ThresholdRuleOnBins& rule : kRules) {
    const double value = rule.on_log_bins(window.counts).value() * window.scale;
    out.push_back({rule.name, value, scores.share_above(value)});
  }
  return out;
}

}  // namespace groundshift

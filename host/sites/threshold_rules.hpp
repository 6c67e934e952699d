// SPDX-License-Identifier: Apache-2.0
// Threshold rules that need nothing but the histogram of the scores, by name.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/solve/log_histogram.hpp"

namespace groundshift {

/// on_log_bins : one of kernels/solve/thresholds.hpp
struct ThresholdRuleOnBins {
  const char* name;
  std::optional<double> (*on_log_bins)(std::span<const std::uint64_t>);
};

/// All of them, `auto` first. A rule added to this table is known to the verb `sites`.
std::span<const ThresholdRuleOnBins> threshold_rules();

/// A rule's name, or "value" and the value.
struct ThresholdChoice {
  std::string rule = "auto";
  double value = 0.0;
};
/// "otsu", "value:1.5". Throws UsageError with the names.
ThresholdChoice threshold_choice_of(const std::string& text);

/// changed_fraction : share of the scores above the value, 0..1
struct ThresholdValue {
  std::string rule;
  double value = 0.0;
  double changed_fraction = 0.0;
};

/// Every rule on the scores; empty when there are none.
/// largest     : of the scores
/// description : of the heatmap's band; where it names a unit other than the input's own ("unit: sigma"), the window of
///               16 octaves ends at 2^8 or at the largest score where that is above, as in `detect`; else at the
///               largest
std::vector<ThresholdValue> thresholds_by_rule(const LogHistogram& scores, double largest,
                                               const std::string& description);

}  // namespace groundshift

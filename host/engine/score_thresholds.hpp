// SPDX-License-Identifier: Apache-2.0
// Where change begins on this run's scores, by every rule, and which one the run uses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/engine/method.hpp"
#include "kernels/solve/log_histogram.hpp"
#include "kernels/solve/null_model.hpp"

namespace groundshift {

/// changed_fraction : of the scored pixels, those above the value, 0..1
struct ThresholdRecord {
  std::string rule;
  double value = 0.0;
  double changed_fraction = 0.0;
};

struct ScoreThresholds {
  ThresholdRecord used;
  /// Every rule that needs no number, by its name, and p:0.01 and fdr:0.05 where T has a fitted null or is to be taken
  /// as chi-square's.
  std::vector<ThresholdRecord> all;
};

/// Whether p-values are those that were asked for: chi-square's do not stand in for a scaled F that was not fitted.
bool has_null(const Method& method, const NullModel& null);

/// The part of the histogram that the rules look at: 16 octaves that end at 2^8, or at the largest score where that is
/// above or where scores are in the images' own units.
LogWindow thresholds_window(const LogHistogram& scores, double largest, const Method& method);

/// All rules on that part of the histogram of the scores; nothing when there are none.
/// null, degrees_of_freedom : of T = score^2, for the rules p and fdr. Without a null they take chi-square.
/// A rule that finds no change gives the largest finite float32.
std::optional<ScoreThresholds> thresholds_of(const LogHistogram& scores, double largest, const Method& method,
                                             std::int32_t degrees_of_freedom, const std::optional<ScaledF>& null);

}  // namespace groundshift

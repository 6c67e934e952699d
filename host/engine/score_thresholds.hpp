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
  std::vector<ThresholdRecord> all;  ///< auto, otsu, triangle, ki, ki-sqrt
};

/// All rules on the histogram of the scores; nothing when there are none.
/// null, degrees_of_freedom : of T = score^2, for the rule p
/// The histogram's window of 16 octaves ends at 2^8, or at the largest score where that is above or where scores are in
/// the images' own units.
std::optional<ScoreThresholds> thresholds_of(const LogHistogram& scores, double largest, const Method& method,
                                             std::int32_t degrees_of_freedom, const std::optional<ScaledF>& null);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// How well scores rank changed above unchanged pixels: measures without a chosen threshold, and the best threshold.
#pragma once

#include <optional>
#include <span>

#include "host/evaluate/confusion.hpp"

namespace groundshift {

// In all of these: scores ascending, no NaN, infinities order as usual; linear time, no memory.

/// Probability that a changed pixel scores above an unchanged one, ties counting half: exact ranks in integers, one
/// division at the end. 0..1; absent when a class is empty. Source: Mann & Whitney 1947; Hanley & McNeil 1982.
std::optional<double> area_under_roc(std::span<const float> unchanged, std::span<const float> changed);

/// Sum over distinct scores, highest first, of (recall gained) * (precision there); no interpolation. 0..1; absent when
/// no pixel is changed. Source: Salton & McGill 1983, as in scikit-learn's average_precision_score.
std::optional<double> average_precision(std::span<const float> unchanged, std::span<const float> changed);

/// Highest true-positive rate that a threshold on a score reaches with a false-positive rate <= `limit` (0..1); no
/// interpolation. Absent when a class is empty.
std::optional<double> recall_at_false_positive_rate(std::span<const float> unchanged, std::span<const float> changed,
                                                    double limit);

struct OracleThreshold {
  double threshold = 0.0;  ///< "changed" = score > threshold; one of the scores
  Confusion confusion;
};

/// The threshold among all distinct scores that maximises Cohen's kappa; the highest of equals. An upper bound that no
/// rule blind to the truth can pass. Absent when a class is empty.
std::optional<OracleThreshold> oracle_threshold(std::span<const float> unchanged, std::span<const float> changed);

}  // namespace groundshift

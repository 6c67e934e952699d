// SPDX-License-Identifier: Apache-2.0
// Counts of right and wrong at one threshold, and the measures made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace groundshift {

/// Labelled pixels by truth and by "score > threshold". Positive = changed. All counts of pixels.
struct Confusion {
  std::int64_t true_positive = 0;   ///< changed, said changed
  std::int64_t false_positive = 0;  ///< unchanged, said changed
  std::int64_t true_negative = 0;   ///< unchanged, said unchanged
  std::int64_t false_negative = 0;  ///< changed, said unchanged

  friend bool operator==(const Confusion&, const Confusion&) = default;
};

/// Counts at `score > threshold`, compared in double. Scores ascending, no NaN; infinities order as usual.
Confusion confusion_at(std::span<const float> unchanged, std::span<const float> changed, double threshold);

/// (TP + TN) / all, 0..1; absent when there is no pixel.
std::optional<double> overall_accuracy(const Confusion& c);
/// TP / (TP + FP), 0..1; absent when nothing was said to be changed.
std::optional<double> precision(const Confusion& c);
/// TP / (TP + FN), 0..1, also the true-positive rate; absent when no pixel is changed.
std::optional<double> recall(const Confusion& c);
/// FP / (FP + TN), 0..1; absent when no pixel is unchanged.
std::optional<double> false_positive_rate(const Confusion& c);
/// 2 TP / (2 TP + FP + FN), 0..1; absent when that is 0/0.
std::optional<double> f1_score(const Confusion& c);
/// Agreement beyond chance, -1..1, as 2 (TP TN - FP FN) / ((TP + FP)(FP + TN) + (TP + FN)(FN + TN)), which equals
/// (OA - chance) / (1 - chance); absent when truth and map are one and the same single class. Source: Cohen 1960.
std::optional<double> cohen_kappa(const Confusion& c);

}  // namespace groundshift

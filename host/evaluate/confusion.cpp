// SPDX-License-Identifier: Apache-2.0
// Counting by binary search in sorted scores; ratios in double.
#include "host/evaluate/confusion.hpp"

#include <algorithm>

namespace groundshift {
namespace {

std::optional<double> ratio(double part, double whole) {
  if (whole == 0.0) return std::nullopt;
  return part / whole;
}

std::int64_t count_above(std::span<const float> sorted, double threshold) {
  const auto first = std::upper_bound(sorted.begin(), sorted.end(), threshold,
                                      [](double limit, float score) { return limit < static_cast<double>(score); });
  return sorted.end() - first;
}

}  // namespace

Confusion confusion_at(std::span<const float> unchanged, std::span<const float> changed, double threshold) {
  Confusion c;
  c.true_positive = count_above(changed, threshold);
  c.false_positive = count_above(unchanged, threshold);
  c.false_negative = static_cast<std::int64_t>(changed.size()) - c.true_positive;
  c.true_negative = static_cast<std::int64_t>(unchanged.size()) - c.false_positive;
  return c;
}

std::optional<double> overall_accuracy(const Confusion& c) {
  const std::int64_t right = c.true_positive + c.true_negative;
  return ratio(double(right), double(right + c.false_positive + c.false_negative));
}

std::optional<double> precision(const Confusion& c) {
  return ratio(double(c.true_positive), double(c.true_positive + c.false_positive));
}

std::optional<double> recall(const Confusion& c) {
  return ratio(double(c.true_positive), double(c.true_positive + c.false_negative));
}

std::optional<double> false_positive_rate(const Confusion& c) {
  return ratio(double(c.false_positive), double(c.false_positive + c.true_negative));
}

std::optional<double> f1_score(const Confusion& c) {
  return ratio(2.0 * double(c.true_positive), double(2 * c.true_positive + c.false_positive + c.false_negative));
}

std::optional<double> cohen_kappa(const Confusion& c) {
  const double tp = double(c.true_positive), fp = double(c.false_positive);
  const double tn = double(c.true_negative), fn = double(c.false_negative);
  return ratio(2.0 * (tp * tn - fp * fn), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn));
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// One walk over the distinct scores for each measure.
#include "host/evaluate/ranking.hpp"

#include <algorithm>
#include <limits>

#include "host/evaluate/score_steps.hpp"

namespace groundshift {

std::optional<double> area_under_roc(std::span<const float> unchanged, std::span<const float> changed) {
  if (unchanged.empty() || changed.empty()) return std::nullopt;
  const auto unchanged_count = static_cast<std::int64_t>(unchanged.size());
  const auto changed_count = static_cast<std::int64_t>(changed.size());
  // Twice the number of (changed, unchanged) pairs in the right order, ties counting one. 128 bits: 2 n m may pass
  // 2^63.
  unsigned __int128 twice_wins = 0;
  std::int64_t unchanged_below = unchanged_count;
  for_each_score_step(unchanged, changed, [&](const ScoreStep& step) {
    unchanged_below -= step.unchanged;
    twice_wins += static_cast<unsigned __int128>(step.changed) *
                  static_cast<unsigned __int128>(2 * unchanged_below + step.unchanged);
  });
  return static_cast<double>(twice_wins) / (2.0 * double(unchanged_count) * double(changed_count));
}

std::optional<double> average_precision(std::span<const float> unchanged, std::span<const float> changed) {
  if (changed.empty()) return std::nullopt;
  const double changed_count = double(changed.size());
  std::int64_t hits = 0, alarms = 0;
  double sum = 0.0;
  for_each_score_step(unchanged, changed, [&](const ScoreStep& step) {
    hits += step.changed;
    alarms += step.changed + step.unchanged;
    sum += double(step.changed) * (double(hits) / double(alarms));
  });
  return sum / changed_count;
}

std::optional<double> recall_at_false_positive_rate(std::span<const float> unchanged, std::span<const float> changed,
                                                    double limit) {
  if (unchanged.empty() || changed.empty()) return std::nullopt;
  std::int64_t hits = 0, false_alarms = 0, best_hits = 0;
  for_each_score_step(unchanged, changed, [&](const ScoreStep& step) {
    hits += step.changed;
    false_alarms += step.unchanged;
    if (double(false_alarms) / double(unchanged.size()) <= limit) best_hits = hits;
  });
  return double(best_hits) / double(changed.size());
}

std::optional<OracleThreshold> oracle_threshold(std::span<const float> unchanged, std::span<const float> changed) {
  if (unchanged.empty() || changed.empty()) return std::nullopt;
  OracleThreshold best;
  double best_kappa = -std::numeric_limits<double>::infinity();
  Confusion c{0, 0, std::int64_t(unchanged.size()), std::int64_t(changed.size())};
  for_each_score_step(unchanged, changed, [&](const ScoreStep& step) {
    // Here c counts the scores above step.score: the state at the threshold step.score. Both classes are there, so
    // kappa is defined.
    const double kappa = *cohen_kappa(c);
    if (kappa > best_kappa) {
      best_kappa = kappa;
      best = {static_cast<double>(step.score), c};
    }
    c.true_positive += step.changed;
    c.false_negative -= step.changed;
    c.false_positive += step.unchanged;
    c.true_negative -= step.unchanged;
  });
  return best;
}

}  // namespace groundshift

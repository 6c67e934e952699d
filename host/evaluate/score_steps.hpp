// SPDX-License-Identifier: Apache-2.0
// The walk that every ranking measure takes: distinct scores from the highest down.
#pragma once

#include <cstdint>
#include <span>

namespace groundshift {

/// One distinct score and how many labelled pixels have it.
struct ScoreStep {
  float score = 0.0f;
  std::int64_t unchanged = 0;
  std::int64_t changed = 0;
};

/// Calls visit(ScoreStep) once a distinct score, highest first. Both inputs ascending, no NaN; infinities are scores
/// like others, +0 and -0 are one score. Linear time, no memory.
template <class Visit>
void for_each_score_step(std::span<const float> unchanged, std::span<const float> changed, Visit&& visit) {
  auto u = static_cast<std::int64_t>(unchanged.size());
  auto c = static_cast<std::int64_t>(changed.size());
  while (u > 0 || c > 0) {
    ScoreStep step;
    if (c == 0 || (u > 0 && unchanged[u - 1] >= changed[c - 1])) {
      step.score = unchanged[u - 1];
    } else {
      step.score = changed[c - 1];
    }
    for (; u > 0 && unchanged[u - 1] == step.score; --u) ++step.unchanged;
    for (; c > 0 && changed[c - 1] == step.score; --c) ++step.changed;
    visit(step);
  }
}

}  // namespace groundshift

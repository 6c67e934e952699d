// SPDX-License-Identifier: Apache-2.0
// Walking the distinct scores into thinned curves.
#include "host/evaluate/curves.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/base/error.hpp"
#include "host/evaluate/score_steps.hpp"

namespace groundshift {

void CurveThinner::flush() {
  if (!open_) return;
  std::array<Kept, 4> kept{first_, lowest_, highest_, last_};
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.order < b.order; });
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (i == 0 || kept[i].order != kept[i - 1].order) points_.push_back(kept[i].point);
  }
  open_ = false;
}

void CurveThinner::add(double key, const CurvePoint& point) {
  const auto cell = std::min(cell_count_ - 1, static_cast<std::size_t>(std::max(0.0, key) * double(cell_count_)));
  if (open_ && cell != cell_) flush();
  const Kept here{seen_++, point};
  if (!open_) {
    first_ = lowest_ = highest_ = here;
    open_ = true;
    cell_ = cell;
  }
  if (point.y < lowest_.point.y) lowest_ = here;
  if (point.y > highest_.point.y) highest_ = here;
  last_ = here;
}

std::vector<CurvePoint> CurveThinner::finish() {
  flush();
  return std::move(points_);
}

std::vector<CurvePoint> roc_curve(std::span<const float> unchanged, std::span<const float> changed,
                                  std::size_t max_points) {
  expects(max_points >= 4, "a curve needs four points");
  if (unchanged.empty() || changed.empty()) return {};
  CurveThinner thinner(max_points / 4);
  thinner.add(0.0, {0.0, 0.0});
  std::int64_t hits = 0, false_alarms = 0;
  for_each_score_step(unchanged, changed, [&](const ScoreStep& step) {
    hits += step.changed;
    false_alarms += step.unchanged;
    const CurvePoint p{double(false_alarms) / double(unchanged.size()), double(hits) / double(changed.size())};
    thinner.add(0.5 * (p.x + p.y), p);  // both rates rise, so their mean measures the way along the curve
  });
  return thinner.finish();
}

std::vector<CurvePoint> precision_recall_curve(std::span<const float> unchanged, std::span<const float> changed,
                                               std::size_t max_points) {
  expects(max_points >= 4, "a curve needs four points");
  if (unchanged.empty() || changed.empty()) return {};
  CurveThinner thinner(max_points / 4);
  std::int64_t hits = 0, alarms = 0;
  for_each_score_step(unchanged, changed, [&](const ScoreStep& step) {
    hits += step.changed;
    alarms += step.changed + step.unchanged;
    const CurvePoint p{double(hits) / double(changed.size()), double(hits) / double(alarms)};
    thinner.add(p.x, p);
  });
  return thinner.finish();
}

}  // namespace groundshift

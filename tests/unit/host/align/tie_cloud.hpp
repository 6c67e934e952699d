// SPDX-License-Identifier: Apache-2.0
// Tie points with shifts out of a formula, for tests of what is fitted through them.
#pragma once

#include <functional>
#include <vector>

#include "host/align/tie_points.hpp"
#include "host/synth/noise.hpp"

namespace groundshift::test {

/// One accepted point for each window of `grid`, plus uniform errors of +-error on each axis out of a hash.
inline std::vector<TiePoint> tie_cloud(const TieGrid& grid, const std::function<Shift(double, double)>& truth,
                                       double error = 0.0) {
  std::vector<TiePoint> points;
  for (std::int64_t i = 0; i < grid.count(); ++i) {
    const Window w = grid.window(i);
    TiePoint p;
    p.x = w.x + (w.width - 1) / 2.0;
    p.y = w.y + (w.height - 1) / 2.0;
    p.shift = truth(p.x, p.y);
    p.shift.dx += error * double(synth::signed_unit(synth::hash(1, w.x, w.y)));
    p.shift.dy += error * double(synth::signed_unit(synth::hash(2, w.x, w.y)));
    p.reliability = 90.0;
    p.valid_share = 1.0;
    p.state = TieState::accepted;
    points.push_back(p);
  }
  return points;
}

}  // namespace groundshift::test

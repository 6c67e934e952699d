// SPDX-License-Identifier: Apache-2.0
// Which way the spectral change vector points, as one angle.
#pragma once

#include "kernels/math/transcendental.hpp"
#include "kernels/ops/angle_of_vector.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Angle between d = after' - before and (1, ..., 1): arc cosine of sum_b d_b / (sqrt(p) |d|). 0: all bands rose alike,
/// pi: all fell alike. Computed as atan2(sqrt(p |d|^2 - (sum d)^2), sum d) from sums in double: the arc cosine of a
/// float loses half its digits near 0 and pi, and this does not.
/// returns : radians, 0..pi; NaN (undefined) where nothing changed
/// agreement : exact (+ - * sqrt in double, the project's own atan2)
/// source : Bovolo, Marchesi, Bruzzone, TGRS 50(6) 2012 2196-2212
struct ChangeDirection {
  struct State {
    double sum;
    double squares;
  };
  GS_HD State start() const { return {0.0, 0.0}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const double d = fit.difference(before, after);
    s.sum = s.sum + d;
    s.squares = s.squares + d * d;
  }
  GS_HD AngleOfVector parts(const State& s, float band_count) const {
    const double cross = static_cast<double>(band_count) * s.squares - s.sum * s.sum;
    const double across = math::sqrt(cross > 0.0 ? cross : 0.0);
    return {static_cast<float>(s.squares > 0.0 ? across : double{math::quiet_nan()}), static_cast<float>(s.sum)};
  }
  GS_HD float finish(const State& s, float band_count) const { return parts(s, band_count).angle(); }
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Angle between the spectra of the two dates.
#pragma once

#include "kernels/math/transcendental.hpp"
#include "kernels/ops/angle_of_vector.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Angle between before and after' as vectors over the bands, by atan2(|x ^ y|, x . y) from three sums in double:
/// the arc cosine of a float loses half its digits near 0, and this does not (error below 1e-7 rad).
/// returns : radians, 0..pi; NaN (undefined, counted by the caller) where a spectrum is all zero
/// agreement : exact (+ - * sqrt in double, the project's own atan2)    source : Kruse et al. 1993
struct SpectralAngle {
  struct State {
    double xx, yy, xy;
  };
  GS_HD State start() const { return {0.0, 0.0, 0.0}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const double x = before;
    const double y = fit.normalized_after(after);
    s.xx = s.xx + x * x;
    s.yy = s.yy + y * y;
    s.xy = s.xy + x * y;
  }
  GS_HD AngleOfVector parts(const State& s, float /*band_count*/) const {
    const double cross = s.xx * s.yy - s.xy * s.xy;
    const double across = math::sqrt(cross > 0.0 ? cross : 0.0);
    const double least = s.xx < s.yy ? s.xx : s.yy;
    return {static_cast<float>(least > 0.0 ? across : double{math::quiet_nan()}), static_cast<float>(s.xy)};
  }
  GS_HD float finish(const State& s, float band_count) const { return parts(s, band_count).angle(); }
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Mean absolute log-ratio over the bands.
#pragma once

#include "kernels/math/transcendental.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Mean over bands of |log((after' + epsilon) / (before + epsilon))|, natural logarithm.
/// returns : unitless, >= 0; NaN (undefined, counted by the caller) where a band is not > -epsilon on both dates
/// agreement : exact (+ - * /, the project's own log)
struct LogRatio {
  float epsilon;

  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const float x = before + epsilon;
    const float y = fit.normalized_after(after) + epsilon;
    const float r = math::log(y / x);
    const float a = r < 0.0f ? -r : r;
    s.sum = s.sum + ((x > 0.0f && y > 0.0f) ? a : math::quiet_nan());
  }
  GS_HD float finish(const State& s, float band_count) const { return s.sum / band_count; }
};

}  // namespace groundshift

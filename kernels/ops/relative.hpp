// SPDX-License-Identifier: Apache-2.0
// Mean absolute relative difference over the bands.
#pragma once

#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Mean over bands of |after' - before| / max(|before| + |after'|, epsilon).
/// returns : unitless, 0..1 (epsilon > 0)    agreement : exact (+ - * / abs, bands in order)
struct Relative {
  float epsilon;

  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const float y = fit.normalized_after(after);
    const float d = fit.difference(before, after);
    const float scale = (before < 0.0f ? -before : before) + (y < 0.0f ? -y : y);
    s.sum = s.sum + (d < 0.0f ? -d : d) / (scale > epsilon ? scale : epsilon);
  }
  GS_HD float finish(const State& s, float band_count) const { return s.sum / band_count; }
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Length of the spectral change vector, plain and scaled by the no-change sigma.
#pragma once

#include "kernels/math/transcendental.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// sqrt( sum_b (weight_b (after'_b - before_b))^2 ): CVA with weights 1, sCVA with weights 1 / sigma_b.
/// returns : units of before (CVA) or sigmas (sCVA), >= 0
/// agreement : exact (+ - * sqrt, bands in order)    source : Malila 1980; sigma scaling: ALGORITHMS of the project,
/// sCVA
struct ChangeVector {
  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const float d = fit.weight * fit.difference(before, after);
    s.sum = s.sum + d * d;
  }
  GS_HD float finish(const State& s, float /*band_count*/) const { return math::sqrt(s.sum); }
};

}  // namespace groundshift

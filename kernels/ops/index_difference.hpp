// SPDX-License-Identifier: Apache-2.0
// How far a normalised difference of two bands (NDVI, NBR and their kin) moved.
#pragma once

#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// |I(after') - I(before)| with I = (a - b) / (a + b), a and b the first two bands; further bands have no part.
/// I is clamped to -1..1: negative reflectances of dark pixels would let it go anywhere.
/// epsilon : > 0, units of before
/// returns : unitless, 0..2; NaN (undefined) where |a + b| < epsilon on either date
/// agreement : exact (+ - * /, bands in order)
struct IndexDifference {
  float epsilon;

  struct State {
    float before[2];
    float after[2];
    std::int32_t band;
  };
  GS_HD State start() const { return {{0.0f, 0.0f}, {0.0f, 0.0f}, 0}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const float y = fit.normalized_after(after);
    s.before[0] = s.band == 0 ? before : s.before[0];
    s.after[0] = s.band == 0 ? y : s.after[0];
    s.before[1] = s.band == 1 ? before : s.before[1];
    s.after[1] = s.band == 1 ? y : s.after[1];
    s.band += 1;
  }
  GS_HD float finish(const State& s, float /*band_count*/) const {
    const float d = index(s.after[0], s.after[1]) - index(s.before[0], s.before[1]);
    return math::fabs(d);
  }

 private:
  GS_HD float index(float a, float b) const {
    const float sum = a + b;
    const float ratio = (a - b) / sum;
    const float above = ratio < -1.0f ? -1.0f : ratio;
    const float clamped = above > 1.0f ? 1.0f : above;
    return math::fabs(sum) < epsilon ? math::quiet_nan() : clamped;
  }
};

}  // namespace groundshift

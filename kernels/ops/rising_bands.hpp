// SPDX-License-Identifier: Apache-2.0
// Which bands got brighter, as one number a pixel.
#pragma once

#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Sum of 2^b over the bands b (0-based) with after' > before. A class of change, no measure of it.
/// returns : an integer, 0 .. 2^p - 1, exact in float32 for p <= kMostBands
/// agreement : exact (comparisons, sums of powers of two)
struct RisingBands {
  static constexpr int kMostBands = 24;

  struct State {
    float sum;
    float power;
  };
  GS_HD State start() const { return {0.0f, 1.0f}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    s.sum = s.sum + (fit.difference(before, after) > 0.0f ? s.power : 0.0f);
    s.power = s.power + s.power;
  }
  GS_HD float finish(const State& s, float /*band_count*/) const { return s.sum; }
};

}  // namespace groundshift

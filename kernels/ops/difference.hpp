// SPDX-License-Identifier: Apache-2.0
// Mean absolute difference over the bands.
#pragma once

#include "kernels/view/band_fit.hpp"

namespace groundshift {

/// Mean over bands of |after' - before|.
/// A pixel score is run as: state = start(); add(state, before, after, fit) band by band in order; finish(state, p).
/// before, after : pixel values as float    returns : units of before, >= 0
/// nodata : not its business, only valid pixels count    agreement : exact (+ - * / abs, bands in order)
struct Difference {
  struct State {
    float sum;
  };
  GS_HD State start() const { return {0.0f}; }
  GS_HD void add(State& s, float before, float after, const BandFit& fit) const {
    const float d = fit.difference(before, after);
    s.sum = s.sum + (d < 0.0f ? -d : d);
  }
  GS_HD float finish(const State& s, float band_count) const { return s.sum / band_count; }
};

}  // namespace groundshift

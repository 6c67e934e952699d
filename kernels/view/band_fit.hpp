// SPDX-License-Identifier: Apache-2.0
// How one band of AFTER is put on the radiometry of BEFORE, in the form the pixel loop uses.
#pragma once

#include "kernels/view/hd.hpp"

namespace groundshift {

/// after' = gain * (after - after_center) + offset                              (units of before)
/// d      = (gain * (after - after_center) + bias) - (before - before_center)   (= after' - before, centred first so
///          that large pixel values lose no digits), times `weight` (1, or 1/sigma of no-change for the scaled score).
/// With centres 0, gain 1, bias and offset 0, weight 1 the difference of integers is exact.
struct BandFit {
  float before_center = 0.0f;
  float after_center = 0.0f;
  float gain = 1.0f;
  float bias = 0.0f;
  float offset = 0.0f;
  float weight = 1.0f;

  GS_HD float normalized_after(float after) const { return gain * (after - after_center) + offset; }
  GS_HD float difference(float before, float after) const {
    return (gain * (after - after_center) + bias) - (before - before_center);
  }
};

}  // namespace groundshift

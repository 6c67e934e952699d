// SPDX-License-Identifier: Apache-2.0
// The last pass over one tile: score every pixel, smooth the scores, count them.
#pragma once

#include <cstdint>

#include "kernels/recipes/pair_planes.hpp"

namespace groundshift {

/// Scores of `core` into `out` (core.width x core.height) and their histogram.
/// radius : of the box mean, 0 = off; the planes reach `radius` pixels around the core or end at the image's border
/// raw    : scratch for the scores of all pixels of the planes, unused with radius 0
/// nodata : an invalid pixel, and one whose score is undefined, is NaN in `out` (0x7fc00000), adds nothing to a mean
///          and is not counted
/// Ex     : for_each_pixel(op, planes, out), box_mean(raw, core, radius, out), histogram(values)
template <class Ex, class T, class Op>
void score_tile(Ex& ex, const PairPlanes<T>& planes, const Op& op, const Window& core, std::int32_t radius,
                const RasterView<float>& raw, const RasterView<float>& out) {
  if (radius == 0) {
    ex.for_each_pixel(op, planes.window(core), out);
  } else {
    ex.for_each_pixel(op, planes, raw);
    ex.box_mean(raw, core, radius, out);
  }
  ex.histogram(out);
}

}  // namespace groundshift

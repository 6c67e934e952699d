// SPDX-License-Identifier: Apache-2.0
// The texture of both dates over a window of a tile: a channel of the score, and variables of the Gram.
#pragma once

#include "kernels/api/gram_recipe.hpp"
#include "kernels/ops/texture.hpp"
#include "kernels/recipes/grown.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift {

/// L of ops/texture.hpp of both dates at the pixels of `at` into `before` and `after` (as large as `at`); NaN where the
/// pixel is not valid.
/// fits   : one a band, weight = 1 / no-change sigma, as the executor holds them
/// planes : reach kTextureRadius pixels around `at`, or end at the image's border
/// levels : scratch, as large as `at` grown by kTextureRadius
/// Ex     : for_each_pixel(op, fits, planes, out), texture(levels, window, out)
template <class Ex, class T>
void texture_planes(Ex& ex, const typename Ex::Fits& fits, const PairPlanes<T>& planes, const Window& at,
                    const RasterView<float>& levels, const RasterView<float>& before, const RasterView<float>& after) {
  const Window reach = grown(at, kTextureRadius, planes.valid.width, planes.valid.height);
  const RasterView<float> level = levels.window(0, 0, reach.width, reach.height);
  ex.for_each_pixel(LevelBefore{}, fits, planes.window(reach), level);
  ex.texture(level, within(at, reach), before);
  ex.for_each_pixel(LevelAfter{}, fits, planes.window(reach), level);
  ex.texture(level, within(at, reach), after);
}

}  // namespace groundshift

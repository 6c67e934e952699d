// SPDX-License-Identifier: Apache-2.0
// Quadratic forms averaged over their neighbours: what contextual weights are made of.
#pragma once

#include "kernels/api/gram_recipe.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift {

/// Box mean of T_0 of the rule's form at the pixels of `core` into `means` (core.width x core.height), not scaled.
/// planes : the core and what its windows reach of the image
/// raw    : scratch, as large as the planes; holds T_0 afterwards
/// nodata : NaN where the validity is not 1 or T_0 is not defined; such a pixel has no part in a mean
/// Ex     : forms(planes, rule, out), box_mean(raw, core, radius, out)
template <class Ex, class T>
void form_means(Ex& ex, const PairPlanes<T>& planes, const WeightRule& rule, const Window& core,
                const RasterView<float>& raw, const RasterView<float>& means) {
  ex.forms(planes, rule, raw);
  ex.box_mean(raw, core, rule.halo(), means);
}

}  // namespace groundshift

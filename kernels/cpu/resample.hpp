// SPDX-License-Identifier: Apache-2.0
// Resampling on the CPU.
#pragma once

#include "kernels/api/resample_recipe.hpp"

namespace groundshift::cpu {

/// Resamples a tile that check_resample() has passed; ops/resample.hpp says what a pixel is. Called from a worker.
void resample(const ResampleTile& tile, const ResampleWeights& weights);

}  // namespace groundshift::cpu

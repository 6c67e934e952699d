// SPDX-License-Identifier: Apache-2.0
// The score recipe on the CPU executor; included by one file a pixel type, which instantiates it.
#pragma once

#include "kernels/cpu/executor.hpp"
#include "kernels/recipes/score_tile.hpp"

namespace groundshift::cpu {

template <class T>
void run_score(Executor& executor, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
               const ScorePlanes& scratch, const RasterView<float>& out) {
  score_tile(executor, planes, recipe, core, scratch, out);
}

}  // namespace groundshift::cpu

// SPDX-License-Identifier: Apache-2.0
// From the name of a score to the functor that computes it, outside every pixel loop.
#pragma once

#include "kernels/api/score_recipe.hpp"
#include "kernels/ops/pixel_scores.hpp"

namespace groundshift {

/// Calls f(op) with the pixel functor of `recipe.kind`. cva and scva are one functor: the weights are in the fits.
template <class F>
decltype(auto) with_score_op(const ScoreRecipe& recipe, F&& f) {
  switch (recipe.kind) {
    case ScoreKind::difference: return f(Difference{});
    case ScoreKind::relative: return f(Relative{recipe.epsilon});
    case ScoreKind::log_ratio: return f(LogRatio{recipe.epsilon});
    case ScoreKind::angle: return f(SpectralAngle{});
    case ScoreKind::cva:
    case ScoreKind::scva: break;
  }
  return f(ChangeVector{});
}

}  // namespace groundshift

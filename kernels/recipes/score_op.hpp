// SPDX-License-Identifier: Apache-2.0
// From the name of a score to the functor that computes it, outside every pixel loop.
#pragma once

#include <stdexcept>

#include "kernels/api/score_recipe.hpp"
#include "kernels/ops/pixel_scores.hpp"

namespace groundshift {

/// Calls f(op) with the pixel functor of `term.kind`. cva and scva are one functor: the weights are in the fits.
/// Throws std::invalid_argument for a kind that is no pixel score of band fits.
template <class F>
decltype(auto) with_score_op(const ScoreTerm& term, F&& f) {
  switch (term.kind) {
    case ScoreKind::difference: return f(Difference{});
    case ScoreKind::relative: return f(Relative{term.epsilon});
    case ScoreKind::log_ratio: return f(LogRatio{term.epsilon});
    case ScoreKind::angle: return f(SpectralAngle{});
    case ScoreKind::cva:
    case ScoreKind::scva: return f(ChangeVector{});
    case ScoreKind::index: return f(IndexDifference{term.epsilon});
    case ScoreKind::rising_bands: return f(RisingBands{});
    case ScoreKind::direction: return f(ChangeDirection{});
    case ScoreKind::projection:
    case ScoreKind::ssim:
    case ScoreKind::ncc: break;
  }
  throw std::invalid_argument("not a pixel score of band fits");
}

}  // namespace groundshift

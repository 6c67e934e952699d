// SPDX-License-Identifier: Apache-2.0
// The last pass over one tile: score every pixel by every term, smooth, combine, set against the surroundings, count.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/ops/geometric_mean.hpp"
#include "kernels/recipes/term_scores.hpp"

namespace groundshift {

/// Planes of one tile that its score needs beside the result. Each is as large as the tile's planes.
/// raw     : a term's scores before smoothing; unused by one term that is not smoothed
/// product : of the factors so far; used by several terms only
/// spare   : of window scores, shift tolerance and local contrast
struct ScorePlanes {
  RasterView<float> raw;
  RasterView<double> product;
  SparePlanes spare;
};

/// Which factors of the geometric mean a call brings.
struct FactorPart {
  bool first = true;  ///< of all: the product starts here
  bool last = true;   ///< of all: the result is the root of the product
  std::int32_t factor_count = 2;
};

/// Whether the scores of the only term are the result as they are.
inline bool is_unsmoothed(const ScoreRecipe& recipe) {
  return recipe.terms.size() == 1 && recipe.smooth == std::vector<std::int32_t>{1};
}

inline std::int32_t widest(const std::vector<std::int32_t>& sides) {
  return *std::max_element(sides.begin(), sides.end());
}

/// The recipe's combined scores at the pixels of `at` into `out` (as large as `at`).
/// Ex : box_mean(raw, window, radius, out), multiply_means(raw, window, sides, part, product, out)
template <class Ex, class T>
void combined_scores(Ex& ex, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& at,
                     const ScorePlanes& scratch, const RasterView<float>& out) {
  const std::int32_t radius = widest(recipe.smooth) / 2;
  const Window scored = grown(at, radius, planes.valid.width, planes.valid.height);
  const Window inner = within(at, scored);
  const RasterView<float> raw = scratch.raw.window(0, 0, scored.width, scored.height);
  const auto scores_of = [&](std::size_t t, const RasterView<float>& into) {
    term_scores(ex, recipe.terms[t], ex.term(t), planes, scored, recipe.tolerate_shift, scratch.spare, into);
  };
  if (is_unsmoothed(recipe)) return scores_of(0, out);
  if (recipe.terms.size() * recipe.smooth.size() == 1) {
    scores_of(0, raw);
    return ex.box_mean(raw, inner, radius, out);
  }
  const RasterView<double> product = scratch.product.window(0, 0, at.width, at.height);
  const auto factor_count = static_cast<std::int32_t>(recipe.terms.size() * recipe.smooth.size());
  for (std::size_t t = 0; t < recipe.terms.size(); ++t) {
    scores_of(t, raw);
    const FactorPart part{t == 0, t + 1 == recipe.terms.size(), factor_count};
    ex.multiply_means(raw, inner, recipe.smooth, part, product, out);
  }
}

/// Scores of `core` into `out` (core.width x core.height).
/// planes : reach recipe.halo() pixels around the core, or end at the image's border
/// nodata : an invalid pixel, and one whose score is undefined, is NaN in `out` (0x7fc00000) and adds nothing to a mean
/// Ex     : Fits, Term, term(t), and the verbs named above
template <class Ex, class T>
void score_tile(Ex& ex, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
                const ScorePlanes& scratch, const RasterView<float>& out) {
  const std::int32_t contrast = recipe.local_contrast / 2;
  if (contrast == 0) {
    combined_scores(ex, planes, recipe, core, scratch, out);
  } else {
    const Window wide = grown(core, contrast, planes.valid.width, planes.valid.height);
    const Window inner = within(core, wide);
    const RasterView<float>& plane = is_unsmoothed(recipe) ? scratch.raw : scratch.spare.plane[0];  // the one left free
    const RasterView<float> combined = plane.window(0, 0, wide.width, wide.height);
    combined_scores(ex, planes, recipe, wide, scratch, combined);
    ex.box_mean(combined, inner, contrast, out);
    ex.map(LocalContrast{}, out, window_of(combined, inner), out);
  }
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Refuses score recipes that no executor can run, with the same words from each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "kernels/api/pair_tile.hpp"
#include "kernels/api/score_recipe.hpp"
#include "kernels/ops/rising_bands.hpp"

namespace groundshift {

/// Terms of one recipe at most.
inline constexpr std::size_t kMostTerms = 4;

inline void require_score(bool condition, const char* why) {
  if (!condition) throw std::invalid_argument(why);
}

/// Whether a recipe needs the planes that a workspace with `window_scores` has.
inline bool needs_spare_planes(const ScoreRecipe& recipe) {
  bool needed =
      recipe.terms.size() * recipe.smooth.size() > 1 || recipe.tolerate_shift > 0 || recipe.local_contrast > 1;
  for (const ScoreTerm& term : recipe.terms) needed = needed || term.window > 1 || term.texture.has_value();
  return needed;
}

inline void check_projection(const Projection& projection, FormCombination combination, std::int32_t band_count) {
  const auto rows = static_cast<std::size_t>(projection.row_count());
  const auto variables = static_cast<std::size_t>(2 * band_count);
  const std::size_t groups = combination == FormCombination::root ? 1 : combination == FormCombination::smaller ? 2 : 3;
  require_score(projection.variable_count == 2 * band_count, "a projection takes both dates' bands");
  require_score(projection.center.size() == variables && projection.matrix.size() == rows * variables,
                "a projection has one centre a variable and one matrix row a bias");
  require_score(projection.group_end.size() >= groups, "a combination needs its groups of rows");
  std::int32_t first = 0;
  for (const std::int32_t end : projection.group_end) {
    require_score(end >= first, "groups of rows follow each other");
    first = end;
  }
  require_score(first == projection.row_count(), "the groups hold all rows");
}

inline void check_term(const ScoreTerm& term, std::int32_t band_count) {
  const ScoreKind kind = term.kind;
  const bool windowed = kind == ScoreKind::ssim || kind == ScoreKind::ncc;
  require_score(term.window >= 1 && term.window % 2 == 1, "a window has an odd size");
  require_score(!windowed || (term.window >= 3 && term.data_range > 0.0f), "a window score needs a window and a range");
  require_score(windowed || kind == ScoreKind::log_ratio || term.window == 1, "this score has no window");
  require_score(!term.texture || kind == ScoreKind::scva, "only the scaled change vector has a texture channel");
  if (kind == ScoreKind::projection) return check_projection(term.projection, term.combination, band_count);
  require_score(term.fits.size() == static_cast<std::size_t>(band_count), "a score needs one fit a band");
  require_score(kind != ScoreKind::index || band_count >= 2, "an index needs two bands");
  require_score(kind != ScoreKind::rising_bands || band_count <= RisingBands::kMostBands, "too many bands to rise");
}

/// Throws std::invalid_argument for a recipe or a view of scores that does not fit the tile.
inline void check_score(const PairTile& tile, const ScoreRecipe& recipe, const RasterView<float>& score) {
  const std::size_t factors = recipe.terms.size() * recipe.smooth.size();
  require_score(score.width == tile.core.width && score.height == tile.core.height, "scores are as large as the core");
  require_score(factors == 1 || factors == 2 || factors == 4, "a score is a mean of 1, 2 or 4 factors");
  for (const std::int32_t side : recipe.smooth) {
    require_score(side >= 1 && side % 2 == 1, "the box mean has an odd size");
  }
  require_score(recipe.local_contrast >= 1 && recipe.local_contrast % 2 == 1, "the local contrast has an odd size");
  require_score(recipe.tolerate_shift >= 0, "a shift's radius is not negative");
  for (const ScoreTerm& term : recipe.terms) {
    check_term(term, tile.band_count);
    require_score(recipe.tolerate_shift == 0 || term.halo() == 0, "only pixel scores tolerate shifts");
  }
}

}  // namespace groundshift

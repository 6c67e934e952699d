// SPDX-License-Identifier: Apache-2.0
// What the last pass computes for every pixel: which scores, on which radiometry, smoothed and combined how.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/view/band_fit.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// index        : |(a1 - b1) / (a1 + b1) - (a0 - b0) / (a0 + b0)|, the pair holding bands A and B in this order
/// projection   : any score that is a combination of quadratic forms (MAD, IR-MAD, ISFA, Mahalanobis, chronochrome,
/// HACD) ssim, ncc    : 1 - mean over bands of the window statistic rising_bands : sum of 2^b over the bands b that
/// rose (after' > before), at most 24 bands; no change score direction    : angle between the change vector and (1,
/// ..., 1), radians, 0..pi; NaN where nothing changed
enum class ScoreKind : std::uint8_t {
  difference,
  relative,
  log_ratio,
  cva,
  scva,
  angle,
  index,
  projection,
  ssim,
  ncc,
  rising_bands,
  direction
};

/// One channel that stands beside the bands in the sum of squares of scva: e = (L(after) - L(before) - mean) *
/// inverse_std, L the texture of ops/texture.hpp.
struct TextureChannel {
  float mean = 0.0f;
  float inverse_std = 0.0f;
};

/// fits        : one a band (all kinds but projection); `weight` is 1 except for scva (1 / no-change sigma)
/// epsilon     : floor of the denominators of relative, log_ratio and index (there: sums below it have no score), > 0
/// window      : odd side; ssim and ncc: of the local statistics; log_ratio: of the mean of each date before the ratio
///               (1 = off); others 1
/// data_range  : ssim: L of its constants (0.01 L)^2, (0.03 L)^2; ncc: variance floor is (data_range * 2^-12)^2
/// projection  : variable_count = 2 x band count of the tile
struct ScoreTerm {
  ScoreKind kind = ScoreKind::scva;
  std::vector<BandFit> fits;
  float epsilon = 1.0f;
  std::int32_t window = 1;
  float data_range = 0.0f;
  Projection projection;
  FormCombination combination = FormCombination::root;
  std::optional<TextureChannel> texture;

  std::int32_t halo() const { return std::max(window / 2, texture ? kTextureRadius : 0); }
};

/// score = geometric mean of (box_n(term) + 1e-6) over all terms and all sizes n; with one term and one size that mean
/// itself, nothing added. Terms x sizes is 1, 2 or 4.
/// smooth         : odd sides of box means, 1 = off
/// tolerate_shift : radius in pixels of local co-registration adjustment, 0 = off; for pixel scores (no window, no
///                  texture): max(min_j s(before_i, after_j), min_j s(before_j, after_i)), j within the radius, valid
/// local_contrast : odd side; the score is divided by its box mean (where that mean is 0: 0), 1 = off
struct ScoreRecipe {
  std::vector<ScoreTerm> terms;
  std::vector<std::int32_t> smooth{1};
  std::int32_t tolerate_shift = 0;
  std::int32_t local_contrast = 1;

  std::int32_t halo() const {
    std::int32_t term_halo = 0, box = 0;
    for (const ScoreTerm& term : terms) term_halo = std::max(term_halo, term.halo());
    for (const std::int32_t side : smooth) box = std::max(box, side / 2);
    return term_halo + tolerate_shift + box + local_contrast / 2;
  }
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The passes before the scores: everything global that normalization and scores are solved from.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/fit_passes.hpp"
#include "host/engine/normalization_fit.hpp"
#include "host/engine/pair_tiles.hpp"
#include "kernels/api/score_recipe.hpp"
#include "kernels/solve/histogram_match.hpp"
#include "kernels/solve/irmad.hpp"
#include "kernels/solve/null_model.hpp"
#include "kernels/solve/pair_gram.hpp"

namespace groundshift {

/// What the passes found; the summary quotes it, the score pass uses `fits`, `recipe` and `null`.
struct PairFit {
  FitSample sample;
  std::vector<BandNormalization> fits;  ///< one a band; identity where nothing was fitted
  std::vector<BandFit> band_maps;       ///< the same in the form of the pixel loop, weights 1
  std::vector<float> minimum;           ///< per band, of both dates
  std::int64_t clipped = 0;             ///< pixels kept out of the statistics, 0 when they were few
  double data_range = 0.0;
  double epsilon = 0.0;
  std::optional<IrmadReport> irmad;     ///< of the score, or else of the normalization's start
  std::optional<WarmStart> warm_start;  ///< of IR-MAD, where it had one
  std::vector<double> mad_rho;          ///< of a mad or irmad score
  std::optional<ScaledF> null;          ///< of T where a null was fitted
  std::int32_t degrees_of_freedom = 0;  ///< of T, for mad and irmad
  int contextual_turns = 0, isfa_passes = 0;
  std::optional<TextureChannel> texture;
  std::vector<ValueMap> value_maps;  ///< histogram matching, one a band
  ScoreRecipe recipe;
};

/// Runs the passes. Throws InputError (nothing valid, normalization or score impossible) and what passes throw.
PairFit fit_pair(const DetectPlan& plan, PairTiles& tiles, const JobContext& context);

/// The maps alone, for `normalize`.
PairFit fit_normalization(const DetectPlan& plan, PairTiles& tiles, const JobContext& context);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// From a method and the pair's statistics to the recipe that scores a pixel.
#pragma once

#include <vector>

#include "host/engine/method.hpp"
#include "kernels/api/score_recipe.hpp"

namespace groundshift {

/// The recipe's shape: terms with their windows, smoothing, halo. Its fits and projections are still empty.
ScoreRecipe recipe_frame(const Method& method);

/// The map of every band in the form of the pixel loop. scaled : weights 1 / sigma.
std::vector<BandFit> band_fits(const std::vector<BandNormalization>& fits, const MomentSummary& moments, bool scaled);

/// A pair of one band out of a pair's moments.
MomentSummary moments_of_band(const MomentSummary& moments, std::int32_t band);

/// A rule that weights pixels by chi-square of T, with T of this form.
WeightRule chi2_rule(const Projection& form, std::int32_t degrees_of_freedom, double scale);

}  // namespace groundshift

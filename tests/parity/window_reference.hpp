// SPDX-License-Identifier: Apache-2.0
// Scores of windows over both dates of a whole image, by plain loops written from the definitions.
#pragma once

#include <vector>

#include "kernels/api/score_recipe.hpp"
#include "tests/parity/scene.hpp"

namespace groundshift::parity {

/// SSIM or NCC of `term` at every pixel, row-major; NaN where the pixel is not valid, or the window has fewer than two
/// valid pixels or fewer than half of those inside the image.
std::vector<float> reference_similarity(const Scene& scene, const ScoreTerm& term);

/// Log ratio of the means over the term's window.
std::vector<float> reference_multilook(const Scene& scene, const ScoreTerm& term);

/// Texture of one date, levels by the functors of kernels/ops one pixel at a time; NaN where the pixel is not valid.
std::vector<float> reference_texture(const Scene& scene, const std::vector<BandFit>& fits, bool after_date);

/// Scaled change vector with the change of texture beside the bands.
std::vector<float> reference_textured(const Scene& scene, const ScoreTerm& term);

}  // namespace groundshift::parity

// SPDX-License-Identifier: Apache-2.0
// The score recipe over a whole image, by plain loops written from the definitions and sharing no executor code.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/api/score_recipe.hpp"
#include "tests/parity/executors.hpp"
#include "tests/parity/scene.hpp"

namespace groundshift::parity {

struct Place {
  std::int32_t x = 0;
  std::int32_t y = 0;
};

/// T of one group of a projection, of the pixel of BEFORE at one place and that of AFTER at another.
float reference_form(const Scene& scene, const Projection& projection, std::size_t group, const Place& before,
                     const Place& after);

/// Pixel scores by the functors of kernels/ops one pixel at a time (their values have unit tests), windows, tolerance,
/// means and their combination by nested loops.
ImageScores reference_scores(const Scene& scene, const ScoreRecipe& recipe);

}  // namespace groundshift::parity

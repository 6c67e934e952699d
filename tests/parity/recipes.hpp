// SPDX-License-Identifier: Apache-2.0
// Score recipes under test: numbers that differ from band to band and from row to row, and every way to combine scores.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api/score_recipe.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift::parity {

/// A term with a different fit for each band.
ScoreTerm make_term(ScoreKind kind, std::int32_t band_count);
/// One such term, smoothed by one size.
ScoreRecipe make_recipe(ScoreKind kind, std::int32_t band_count, std::int32_t smooth);

/// Size of ordinary pixel values of a type (tests/parity/scene.hpp).
float value_scale(PixelType type);

/// Forms with so many rows a group, of pixels of this type; one coefficient in four is 0.
Projection make_projection(PixelType type, std::int32_t band_count, const std::vector<std::int32_t>& group_rows);

struct NamedRecipe {
  std::string name;
  ScoreRecipe recipe;
};

/// One term each: the kinds and options that pixel scores of band fits leave out.
std::vector<NamedRecipe> single_recipes(PixelType type, std::int32_t band_count);
/// Several terms, several sizes, tolerance and local contrast, and what they meet in one another.
std::vector<NamedRecipe> combined_recipes(PixelType type, std::int32_t band_count);

}  // namespace groundshift::parity

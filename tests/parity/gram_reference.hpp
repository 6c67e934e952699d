// SPDX-License-Identifier: Apache-2.0
// What every executor must give for weighted sums and histograms of forms and bands, written from the definitions.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/backend.hpp"
#include "tests/parity/scene.hpp"

namespace groundshift::parity {

/// T of the rule at every pixel of the image, NaN where the validity is not 1.
std::vector<float> reference_forms(const Scene& scene, const WeightRule& rule);

/// Sums over the whole image; its first pixel is (recipe.origin_x, recipe.origin_y) of the grid. No texture.
TileGram reference_gram(const Scene& scene, const GramRecipe& recipe);

/// The same with the textures of both dates as variables.
TileGram reference_texture_gram(const Scene& scene, const GramRecipe& recipe);

std::vector<std::uint64_t> reference_form_histogram(const Scene& scene, const WeightRule& rule);
std::vector<std::uint64_t> reference_band_histogram(const Scene& scene, Date date, std::int32_t band, PixelType source);

/// A rule whose weights lie between nothing and one for the scene's pixels.
WeightRule make_rule(const Scene& scene, WeightKind kind, std::int32_t box, std::int32_t row_count);

/// Sums of a whole image put together from its tiles: integer sums added up, cell sums in row-major order
/// of the image's cells.
TileGram image_gram(Backend& backend, const Scene& scene, const GramRecipe& recipe, std::int32_t tile_size);
std::vector<std::uint64_t> image_form_histogram(Backend& backend, const Scene& scene, const WeightRule& rule,
                                                std::int32_t tile_size);
std::vector<std::uint64_t> image_band_histogram(Backend& backend, const Scene& scene, Date date, std::int32_t band,
                                                PixelType source, std::int32_t tile_size);

}  // namespace groundshift::parity

// SPDX-License-Identifier: Apache-2.0
// What a weighted statistics pass sums over a tile, and what it gives back.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/math/exact_sum.hpp"
#include "kernels/view/band_fit.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// Weights are integers of 24 bits: 0 to kWeightOne.
inline constexpr std::uint32_t kWeightOne = (1u << 24) - 1u;
inline constexpr std::int32_t kWeightTableIntervals = 4096;

/// unit  : kWeightOne
/// table : weight_from_table(sqrt(T))
/// below : kWeightOne where T < limit, else 0
/// huber : kWeightOne where r = sqrt(T) <= limit, else round-half-even of kWeightOne * (limit / r)
enum class WeightKind : std::uint8_t { unit, table, below, huber };

/// The weight of a pixel in the statistics, from T = scale * (box mean of T_0 of `form` over valid pixels).
/// form         : its first group; unused for `unit`
/// box          : odd side of the box mean, 1 = off; the tile's halo is at least box / 2
/// table        : kWeightTableIntervals + 1 weights at r = k / inverse_step, falling; beyond the last the weight is the
///                last entry; neighbouring entries differ by less than 2^19
/// A pixel whose validity byte is not 1 has weight 0 (0 invalid; 2 valid, but kept out of the statistics). A pixel of
/// validity 2 has no part in a box mean either. A NaN gives weight 0.
struct WeightRule {
  WeightKind kind = WeightKind::unit;
  Projection form;
  std::int32_t box = 1;
  float scale = 1.0f;
  std::vector<std::uint32_t> table;
  float inverse_step = 0.0f;
  float limit = 0.0f;

  std::int32_t halo() const { return box / 2; }
};

/// everything : all pixels of the core
/// held_out   : only those whose pixel_hash(x, y) % 3 is 0 (kernels/math/pixel_hash.hpp), x and y in the grid
enum class GramSubset : std::uint8_t { everything, held_out };

/// all      : of every two planes
/// own_band : of each plane with itself, and of BEFORE and AFTER of a band; the others stay 0. Enough for maps band by
///            band, at a third of the sums of 4 bands
enum class GramProducts : std::uint8_t { all, own_band };

/// Whether products of planes i <= j of [before bands; after bands] are summed.
constexpr bool sums_product(GramProducts products, std::int32_t i, std::int32_t j, std::int32_t band_count) {
  return products == GramProducts::all || i == j || j - i == band_count;
}

/// Texture of both dates in place of their pixels (ops/texture.hpp): the variables of the Gram are then the two planes
/// L(before), L(after), float32, one band a date. fits : one a band, weight = 1 / no-change sigma. Needs a halo of
/// kTextureRadius more than the weights do.
struct TextureFits {
  std::vector<BandFit> fits;
};
inline constexpr std::int32_t kTextureRadius = 2;

/// origin_x, origin_y : the tile's first pixel (with its halo) in the grid, for pixel_hash
struct GramRecipe {
  WeightRule weight;
  GramSubset subset = GramSubset::everything;
  std::optional<TextureFits> texture;
  std::int32_t origin_x = 0;
  std::int32_t origin_y = 0;
  GramProducts products = GramProducts::all;
};

/// Weighted sums over the core of one tile, variables z = [before bands; after bands]:
/// order of a set : sum w, then sum w z_i, then the upper triangle of sum w z_i z_j row by row (i <= j):
///                  gram_count(variables) values; products that the recipe leaves out are 0
/// integer types  : `integer_sums`, one exact set for the tile
/// f32            : `cell_sums`, one set a cell of the core, cells row-major: w, z in double, products ((w * z_i) *
/// z_j),
///                  32 lanes in double, then the fixed tree of lane_sum.hpp
/// count          : pixels of weight above 0
struct TileGram {
  std::int64_t count = 0;
  std::vector<ExactSum> integer_sums;
  std::vector<double> cell_sums;
};

constexpr std::int32_t gram_count(std::int32_t variable_count) {
  return 1 + variable_count + variable_count * (variable_count + 1) / 2;
}

}  // namespace groundshift

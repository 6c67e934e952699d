// SPDX-License-Identifier: Apache-2.0
// Which products of a tile's planes a Gram holds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/api/gram_recipe.hpp"

namespace groundshift {

/// Sets products that the recipe leaves out to 0, however much a backend summed.
inline void clear_other_products(const GramRecipe& recipe, std::int32_t band_count, TileGram& gram) {
  if (recipe.products == GramProducts::all) return;
  const std::int32_t variables = 2 * band_count;
  const auto set = static_cast<std::size_t>(gram_count(variables));
  auto at = static_cast<std::size_t>(1 + variables);
  for (std::int32_t i = 0; i < variables; ++i) {
    for (std::int32_t j = i; j < variables; ++j, ++at) {
      if (sums_product(recipe.products, i, j, band_count)) continue;
      if (!gram.integer_sums.empty()) gram.integer_sums[at] = ExactSum{};
      for (std::size_t k = at; k < gram.cell_sums.size(); k += set) gram.cell_sums[k] = 0.0;
    }
  }
}

}  // namespace groundshift

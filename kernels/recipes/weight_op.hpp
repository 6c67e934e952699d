// SPDX-License-Identifier: Apache-2.0
// From the name of a weight to the functor that computes it, outside every pixel loop; and what a rule must be.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/ops/pixel_weight.hpp"

namespace groundshift {

/// Calls f(op) with the functor of `rule.kind`. table : rule.table where the functor will run
/// (kernels/ops/pixel_weight.hpp). Throws std::invalid_argument for a kind that does not exist.
template <class F>
decltype(auto) with_weight_op(const WeightRule& rule, const std::uint32_t* table, F&& f) {
  switch (rule.kind) {
    case WeightKind::unit: return f(UnitWeight{kWeightOne});
    case WeightKind::table: return f(TableWeight{table, rule.inverse_step, kWeightTableIntervals});
    case WeightKind::below: return f(WeightBelow{kWeightOne, rule.limit});
    case WeightKind::huber: return f(HuberWeight{kWeightOne, rule.limit});
  }
  throw std::invalid_argument("not a kind of weight");
}

/// Whether the weights need T at all.
inline bool needs_form(const WeightRule& rule) { return rule.kind != WeightKind::unit; }

/// Throws std::invalid_argument when T of `rule` cannot be computed from the pixels of `tile`.
inline void require_form(const WeightRule& rule, const PairTile& tile) {
  const auto require = [](bool condition, const char* why) {
    if (!condition) throw std::invalid_argument(why);
  };
  const Projection& form = rule.form;
  const auto variables = static_cast<std::size_t>(form.variable_count);
  require(form.variable_count == 2 * tile.band_count, "a form has one variable a band and date");
  require(!form.group_end.empty() && form.group_end.front() >= 1 && form.group_end.front() <= form.row_count(),
          "the first group of a form has rows");
  require(form.center.size() == variables && form.matrix.size() == variables * form.bias.size(),
          "a form has one centre a variable and one entry a row and variable");
  require(rule.box >= 1 && rule.box % 2 == 1, "the box mean has an odd side");
}

/// The same for its weights.
inline void require_weights(const WeightRule& rule, const PairTile& tile) {
  if (needs_form(rule)) require_form(rule, tile);
  if (rule.kind == WeightKind::table && rule.table.size() != std::size_t{kWeightTableIntervals} + 1) {
    throw std::invalid_argument("a table of weights has kWeightTableIntervals + 1 entries");
  }
}

}  // namespace groundshift

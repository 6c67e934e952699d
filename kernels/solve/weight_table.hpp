// SPDX-License-Identifier: Apache-2.0
// The chi-square weight of IR-MAD and its kin as a table of 24-bit integers over r = sqrt(T).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/gram_recipe.hpp"

namespace groundshift {

/// kWeightTableIntervals + 1 entries round(kWeightOne * Q_dof(r^2)) over r in [0, sqrt(isf(2^-25, dof))], the last one
/// 0.
struct WeightTable {
  std::vector<std::uint32_t> weights;
  float inverse_step = 0.0f;
};
/// source : ALGORITHMS 7.3 (4096 entries, 24 bits: T within 4e-6 (1 + T) of exact weights)
WeightTable chi2_weight_table(std::int32_t degrees_of_freedom);

/// c(p) = 1 - 2 Gamma((p+1)/2) / (sqrt(pi) p Gamma(p/2)): makes the weighted variance of IR-MAD's no-change pixels the
/// true one. c(1) = .3634, c(2) = .5, c(6) = .6875. source : ALGORITHMS 2.3
double consistency_factor(std::int32_t degrees_of_freedom);

/// s*(p), the fixed point of the textbook iteration: its T is 1 / s* too large. 0 for p <= 2, where it collapses.
double textbook_scale(std::int32_t degrees_of_freedom);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The chi-square weight of IR-MAD and its kin as a table of 24-bit integers over r = sqrt(T).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/gram_recipe.hpp"

namespace groundshift {

/// kWeightTableIntervals + 1 falling entries round-half-up(kWeightOne * Q_dof(r^2)) at r = k / inverse_step over
/// [0, sqrt(isf(2^-25, dof))], the last one 0. Neighbours differ by less than 2^19.
struct WeightTable {
  std::vector<std::uint32_t> weights;
  float inverse_step = 0.0f;
};
/// degrees_of_freedom : 1 or more; else throws std::invalid_argument (all three functions)
/// source : ALGORITHMS of the project, same bytes everywhere (4096 intervals, 24 bits: T within 4e-6 (1 + T) of exact
///          weights)
WeightTable chi2_weight_table(std::int32_t degrees_of_freedom);

/// c(p) = 1 - 2 Gamma((p+1)/2) / (sqrt(pi) p Gamma(p/2)) = E[min(T1, T2)] / p: makes the weighted variance of IR-MAD's
/// no-change pixels the true one. c(1) = .3634, c(2) = .5, c(6) = .6875. source : ALGORITHMS of the project, IR-MAD and
/// its bias
double consistency_factor(std::int32_t degrees_of_freedom);

/// s*(p), the fixed point s = E[T Q_p(T/s)] / (p E[Q_p(T/s)]) of the textbook iteration on unchanged Gaussian data: its
/// T is 1 / s* too large. s*(3) = .1880, s*(6) = .4391. 0 for p <= 2, where it collapses. source : as above
double textbook_scale(std::int32_t degrees_of_freedom);

}  // namespace groundshift

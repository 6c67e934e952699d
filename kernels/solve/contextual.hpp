// SPDX-License-Identifier: Apache-2.0
// The steps between passes of the contextual refit, and of Huber's iteration.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/solve/band_normalization.hpp"

namespace groundshift {

/// RECIPES 1: w = Q_p(0.8 p Tk / median(Tk)), Tk the 5 x 5 box mean of T = sum_b d_b^2 / s_b^2, p the bands in it.
struct ContextualSettings {
  int turns = 8;
  std::int32_t box = 5;
  double scale = 0.8;
};

/// Rule for the histogram of Tk under these fits (scale 1): one row a band, d_b = gain after + offset - before over its
/// sigma; a band whose sigma is 0 is left out. One fit a band, else std::invalid_argument; std::domain_error when no
/// band is left.
WeightRule contextual_form(const std::vector<BandNormalization>& fits, const MomentSummary& moments,
                           const ContextualSettings& settings);

/// The same rule with the median known: its table of weights and scale 0.8 p / median. bins : kFloatBins counts of Tk.
/// Throws std::domain_error when nothing was counted, when the median is 0 (below the smallest normal float: half the
/// pixels do not differ) or not finite.
WeightRule contextual_rule(WeightRule form, std::span<const std::uint64_t> bins, const ContextualSettings& settings);

/// Huber: k = 1.345, s = 1.4826 median |r| of the residual of the last fit, a pair of one band.
/// huber_form : rule whose T is r^2 of this band under its fit, r = gain after + offset - before (a factor of r, as
/// that
///              to the distance from the line, changes no weight)
/// huber_rule : with s known from the histogram of r^2: weight 1 where |r| <= k s, else k s / |r|; the limit is finite
///              and not negative, 0 where half the residuals are 0 (then those alone count). Throws std::domain_error
///              when nothing was counted.
/// source     : ALGORITHMS of the project, radiometric normalisation
inline constexpr double kHuberK = 1.345;
WeightRule huber_form(const BandNormalization& fit, const MomentSummary& band_moments);
WeightRule huber_rule(WeightRule form, std::span<const std::uint64_t> bins);

}  // namespace groundshift

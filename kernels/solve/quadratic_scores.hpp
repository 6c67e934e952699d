// SPDX-License-Identifier: Apache-2.0
// Scores that are quadratic forms of the pair: Mahalanobis, slow features, chronochrome, hyperbolic anomaly.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/solve/band_normalization.hpp"
#include "kernels/solve/mad.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// A solved projection; regularised as in MadSolution: a ridge of 1e-6 of the mean variance where a condition number
/// passes 1e8.
/// degrees_of_freedom : rows of the first group (smaller: the fewer of both), the expected value of its T where nothing
///                      changed
struct QuadraticScore {
  Projection projection;
  FormCombination combination = FormCombination::root;
  std::int32_t degrees_of_freedom = 0;
  bool regularised = false;
};

/// forward : AFTER predicted from BEFORE (finds new objects); backward : BEFORE from AFTER; smaller : min of both
enum class ChronochromeDirection : std::uint8_t { forward, backward, smaller };

/// d' Sd^-1 d with d = gain * after + offset - before - (its weighted mean), fits one a band; equal band counts.
/// All throw std::domain_error when no band has variance (of the difference, or of what the other date does not
/// predict: identical dates have no score) or moments are not finite, and std::invalid_argument when fits or band
/// counts do not match the moments; constant bands are left out, collinear ones ridged as in solve_mad.
/// source : ALGORITHMS 2.1
QuadraticScore solve_mahalanobis(const MomentSummary& moments, const std::vector<BandNormalization>& fits);

/// Slow features with the /lambda form = Mahalanobis of the z-scored difference. A band constant on a date is left out.
/// ISFA iterates it with weights Q(p/2, T/2). source : Wu, Du, Zhang, TGRS 52(5) 2014 2858-2874
QuadraticScore solve_slow_features(const MomentSummary& moments, std::int32_t band_count);

/// e' (Syy - Syx Sxx^-1 Sxy)^-1 e, e = (y - my) - Syx Sxx^-1 (x - mx); source : Schaum & Stocker 1997
QuadraticScore solve_chronochrome(const MomentSummary& moments, BandCounts bands, ChronochromeDirection direction);

/// z' S^-1 z - x' Sxx^-1 x - y' Syy^-1 y, as T_0 - T_1 - T_2 with T_0 = z' S^-1 z - x' Sxx^-1 x, which is the forward
/// chronochrome (block inversion), T_1 = y' Syy^-1 y and an empty third group: fewer rows and less cancellation in
/// float32 than three forms. combination excess; source : Theiler, Applied Optics 47 (2008)
QuadraticScore solve_hacd(const MomentSummary& moments, BandCounts bands);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Multivariate alteration detection: the canonical variates of both dates and the projection that scores a pixel.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/solve/moment_summary.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// The variables of a pair that carry bands: with unequal band counts the shorter date is padded with planes of zeros
/// up to MomentSummary::band_count, which no solver looks at.
struct BandCounts {
  std::int32_t before = 0;
  std::int32_t after = 0;
};

/// Largest correlation a solution keeps, so that no component's variance 2 (1 - rho) vanishes.
inline constexpr double kLargestRho = 1.0 - 1e-7;

/// rho : canonical correlations, descending (MAD 1 = least change), each in [0, kLargestRho]; as many as the date with
///       fewer independent bands has
/// a   : rows of before_bands loadings, a' S11 a = 1;   b : rows of after_bands loadings, b' S22 b = 1
/// regularised : a ridge was added because a date's matrix was near singular (more bands than pixels, collinear bands)
/// clamped     : a correlation reached kLargestRho and was cut there
struct MadSolution {
  std::int32_t before_bands = 0, after_bands = 0;
  std::vector<double> rho;
  std::vector<double> a, b;
  bool regularised = false;
  bool clamped = false;

  std::int32_t component_count() const { return static_cast<std::int32_t>(rho.size()); }
};

/// Solves S12 S22^-1 S21 a = rho^2 S11 a by Cholesky and one-sided Jacobi in a fixed order, only + - * / sqrt; then
/// b = S22^-1 S21 a / rho. Bands are scaled to unit variance first; a constant band (variance 0) gets loading 0 and
/// lowers the number of components. Sign: sum_j corr(x_j, U_i) > 0 (tie: largest loading positive), then corr(U_i, V_i)
/// > 0. Equal rho (gap < 1e-12): ordered by the band of the largest loading. Loadings are compared after scaling to
/// unit variance. Ridge : of 1e-6 of the mean variance where a date's condition number passes 1e8, or `always_ridge`.
/// The correlations
///         and a' S11 a = 1 hold without it: variates are scaled after the solution, and one that owes more than half
///         of its variance on a date to the ridge (a direction in which collinear bands do not vary) is left out.
/// Throws std::domain_error when a date has no band with variance, or moments are not finite; std::invalid_argument
/// when the band counts do not fit the moments.
/// source : Nielsen, Conradsen, Simpson, RSE 64 (1998) 1-19; Nielsen, TIP 16(2) 2007 463-478
MadSolution solve_mad(const MomentSummary& moments, BandCounts bands, bool always_ridge = false);

/// Rows (a_i, -b_i) / sqrt(2 (1 - rho_i)) * sqrt(scale), about the means: T = scale * sum MAD_i^2 / (2 (1 - rho_i)).
Projection mad_projection(const MadSolution& solution, const MomentSummary& moments, double scale);

}  // namespace groundshift

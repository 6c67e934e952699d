// SPDX-License-Identifier: Apache-2.0
// Multivariate alteration detection: the canonical variates of both dates and the projection that scores a pixel.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/solve/pair_moments.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// The variables of a pair that carry bands: with unequal band counts the shorter date is padded with planes of zeros
/// up to MomentSummary::band_count, which no solver looks at.
struct BandCounts {
  std::int32_t before = 0;
  std::int32_t after = 0;
};

/// rho : min(p, q) canonical correlations, descending (MAD 1 = least change), each in [0, 1 - 1e-7]
/// a   : rows of p loadings, a' S11 a = 1;   b : rows of q loadings, b' S22 b = 1
/// regularised : a ridge was added because the matrix was near singular (more bands than pixels, collinear bands)
/// clamped     : a correlation reached 1 - 1e-7 and was cut there
struct MadSolution {
  std::int32_t before_bands = 0, after_bands = 0;
  std::vector<double> rho;
  std::vector<double> a, b;
  bool regularised = false;
  bool clamped = false;

  std::int32_t component_count() const { return static_cast<std::int32_t>(rho.size()); }
};

/// Solves S12 S22^-1 S21 a = rho^2 S11 a by Cholesky and cyclic Jacobi in a fixed order, only + - * / sqrt; then
/// b = S22^-1 S21 a / rho. Bands are scaled to unit variance first; a constant band (variance 0) gets loading 0 and
/// lowers the number of components. Sign: sum_j corr(x_j, U_i) > 0 (tie: largest |a| positive), then corr(U_i, V_i) >
/// 0. Equal rho (gap < 1e-12): ordered by the index of the largest loading. Ridge: 1e-6 tr(S)/p where the condition
/// number passes 1e8. Throws std::domain_error when a date has no band with variance, or moments are not finite. source
/// : Nielsen, Conradsen, Simpson, RSE 64 (1998) 1-19; Nielsen, TIP 16(2) 2007 463-478
MadSolution solve_mad(const MomentSummary& moments, BandCounts bands);

/// Rows (a_i, -b_i) / sqrt(2 (1 - rho_i)) * sqrt(scale), about the means: T = scale * sum MAD_i^2 / (2 (1 - rho_i)).
Projection mad_projection(const MadSolution& solution, const MomentSummary& moments, double scale);

}  // namespace groundshift

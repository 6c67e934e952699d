// SPDX-License-Identifier: Apache-2.0
// The one way a covariance matrix is inverted here: bands without variance left out, collinear ones held by a ridge.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/solve/linear_algebra.hpp"
#include "kernels/solve/moment_summary.hpp"

namespace groundshift {

/// Condition number beyond which a ridge is added, and the ridge as a share of the mean variance.
/// source : ALGORITHMS 2.2
inline constexpr double kWorstCondition = 1e8;
inline constexpr double kRidge = 1e-6;

/// Variables of a covariance matrix that vary, scaled to unit variance.
/// variables   : their places in the matrix, ascending
/// deviation   : one standard deviation each
/// correlation : of these variables, unit diagonal
/// factor      : lower, factor factor' = correlation + ridge I
struct Whitening {
  std::vector<std::int32_t> variables;
  std::vector<double> deviation;
  Matrix correlation;
  Matrix factor;
  double ridge = 0.0;

  std::int32_t count() const { return static_cast<std::int32_t>(variables.size()); }
};

/// least_variance : one a variable; what is not above it counts as 0, and so does all that is not above 0
/// ridge          : 0 unless the condition number passes kWorstCondition or `always_ridge`; then kRidge, ten times more
///                  until the matrix is positive definite
/// Throws std::domain_error when an entry is not finite, or the matrix is no covariance (no ridge up to 1 helps).
Whitening whiten(const Matrix& covariance, std::span<const double> least_variance, bool always_ridge = false);
Whitening whiten(const Matrix& covariance, bool always_ridge = false);

/// Rows L^-1 D^-1 over all `variable_count` variables of the matrix: their squares sum to z' S^-1 z.
Matrix whitening_rows(const Whitening& whitening, std::int32_t variable_count);

/// Part of the covariance of a pair. Rows first_row .. first_row + rows - 1 of MomentSummary, columns alike.
Matrix covariance_block(const MomentSummary& moments, std::int32_t first_row, std::int32_t rows,
                        std::int32_t first_column, std::int32_t columns);

/// Correlations of the variables of two whitenings whose covariances are `cross`.
Matrix cross_correlation(const Matrix& cross, const Whitening& rows, const Whitening& columns);

}  // namespace groundshift

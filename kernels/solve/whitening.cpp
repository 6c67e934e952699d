// SPDX-License-Identifier: Apache-2.0
// Scaling to unit variance, the ridge, and the factor.
#include "kernels/solve/whitening.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace groundshift {
namespace {

Matrix with_ridge(Matrix a, double ridge) {
  for (std::int32_t i = 0; i < a.rows(); ++i) a(i, i) += ridge;
  return a;
}

void expect_finite(const Matrix& a) {
  for (std::int32_t i = 0; i < a.rows(); ++i) {
    for (const double value : a.row(i)) {
      if (!std::isfinite(value)) throw std::domain_error("the dates have values that are not finite");
    }
  }
}

}  // namespace

Whitening whiten(const Matrix& covariance, std::span<const double> least_variance, bool always_ridge) {
  expect_finite(covariance);
  Whitening out;
  for (std::int32_t i = 0; i < covariance.rows(); ++i) {
    const double variance = covariance(i, i);
    if (!(variance > 0.0) || !(variance > least_variance[static_cast<std::size_t>(i)])) continue;
    out.variables.push_back(i);
    out.deviation.push_back(std::sqrt(variance));
  }
  out.correlation = cross_correlation(covariance, out, out);
  for (std::int32_t i = 0; i < out.count(); ++i) out.correlation(i, i) = 1.0;
  std::optional<Matrix> factor = cholesky(out.correlation);
  if (!always_ridge && factor && condition_number(out.correlation, *factor) <= kWorstCondition) {
    out.factor = std::move(*factor);
    return out;
  }
  for (out.ridge = kRidge; out.ridge <= 1.0; out.ridge *= 10.0) {
    factor = cholesky(with_ridge(out.correlation, out.ridge));
    if (!factor) continue;
    out.factor = std::move(*factor);
    return out;
  }
  throw std::domain_error("the moments of the pair are not those of any pixels");
}

Whitening whiten(const Matrix& covariance, bool always_ridge) {
  const std::vector<double> least(static_cast<std::size_t>(covariance.rows()), 0.0);
  return whiten(covariance, least, always_ridge);
}

Matrix whitening_rows(const Whitening& whitening, std::int32_t variable_count) {
  const Matrix inverse = solve_lower(whitening.factor, identity(whitening.count()));
  Matrix out(whitening.count(), variable_count);
  for (std::int32_t i = 0; i < whitening.count(); ++i) {
    for (std::int32_t j = 0; j <= i; ++j) {
      const auto k = static_cast<std::size_t>(j);
      out(i, whitening.variables[k]) = inverse(i, j) / whitening.deviation[k];
    }
  }
  return out;
}

Matrix covariance_block(const MomentSummary& moments, std::int32_t first_row, std::int32_t rows,
                        std::int32_t first_column, std::int32_t columns) {
  Matrix out(rows, columns);
  for (std::int32_t i = 0; i < rows; ++i) {
    for (std::int32_t j = 0; j < columns; ++j) out(i, j) = moments.covariance_at(first_row + i, first_column + j);
  }
  return out;
}

Matrix cross_correlation(const Matrix& cross, const Whitening& rows, const Whitening& columns) {
  Matrix out(rows.count(), columns.count());
  for (std::int32_t i = 0; i < out.rows(); ++i) {
    const auto r = static_cast<std::size_t>(i);
    for (std::int32_t j = 0; j < out.columns(); ++j) {
      const auto c = static_cast<std::size_t>(j);
      out(i, j) = cross(rows.variables[r], columns.variables[c]) / rows.deviation[r] / columns.deviation[c];
    }
  }
  return out;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Small dense matrices in double, only + - * / sqrt in a fixed order, so that every machine solves to the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace groundshift {

/// Row-major matrix that owns its values, zero to begin with.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::int32_t rows, std::int32_t columns)
      : rows_(rows), columns_(columns), values_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)) {}

  std::int32_t rows() const { return rows_; }
  std::int32_t columns() const { return columns_; }
  double& operator()(std::int32_t row, std::int32_t column) { return values_[place(row, column)]; }
  double operator()(std::int32_t row, std::int32_t column) const { return values_[place(row, column)]; }
  std::span<double> row(std::int32_t i) { return {values_.data() + place(i, 0), static_cast<std::size_t>(columns_)}; }
  std::span<const double> row(std::int32_t i) const {
    return {values_.data() + place(i, 0), static_cast<std::size_t>(columns_)};
  }

 private:
  std::size_t place(std::int32_t row, std::int32_t column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
  }
  std::int32_t rows_ = 0, columns_ = 0;
  std::vector<double> values_;
};

Matrix identity(std::int32_t side);
Matrix transposed(const Matrix& a);
/// a b, each entry summed in the order of the inner index.
Matrix product(const Matrix& a, const Matrix& b);
/// Sum of a_k b_k in the order of k; spans of one length.
double dot(std::span<const double> a, std::span<const double> b);
/// x' a y.
double bilinear(std::span<const double> x, const Matrix& a, std::span<const double> y);

/// Lower L with L L' = a (symmetric, its lower triangle is read). Nothing when a pivot is not positive and finite.
std::optional<Matrix> cholesky(const Matrix& a);
/// L^-1 b, and L'^-1 b; L lower triangular with a diagonal without zeros.
Matrix solve_lower(const Matrix& lower, Matrix b);
Matrix solve_lower_transposed(const Matrix& lower, Matrix b);
/// Condition number of a = L L' in the 1-norm: the largest column sums of |a| and |a^-1| multiplied.
double condition_number(const Matrix& a, const Matrix& lower);

/// a = sum_i value_i left_i right_i' for an n x m matrix, n <= m.
/// left : n x n, row i is left_i;   right : n x m, row i is right_i;   both orthonormal;   value : n, >= 0, not sorted
struct SingularValues {
  Matrix left;
  std::vector<double> value;
  Matrix right;
};
/// One-sided cyclic Jacobi over the rows, pairs (i, j), i < j, in the order of i, then j: small values keep their
/// relative accuracy. Rows of `right` for values of 0 are completed to an orthonormal set.
/// Throws std::invalid_argument when n > m.     source : Hestenes, J. SIAM 6 (1958) 51-90
SingularValues singular_values(const Matrix& a);

}  // namespace groundshift

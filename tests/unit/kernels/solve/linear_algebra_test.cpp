// SPDX-License-Identifier: Apache-2.0
// Small matrices: hand-made factors, and random ones multiplied back.
#include "kernels/solve/linear_algebra.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>

namespace groundshift {
namespace {

Matrix random_matrix(std::int32_t rows, std::int32_t columns, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Matrix out(rows, columns);
  for (std::int32_t i = 0; i < rows; ++i) {
    for (double& value : out.row(i)) value = static_cast<double>(random() >> 11) * 0x1p-52 - 1.0;
  }
  return out;
}

void expect_near(const Matrix& a, const Matrix& b, double tolerance) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.columns(), b.columns());
  for (std::int32_t i = 0; i < a.rows(); ++i) {
    for (std::int32_t j = 0; j < a.columns(); ++j) EXPECT_NEAR(a(i, j), b(i, j), tolerance) << i << ", " << j;
  }
}

Matrix rebuilt(const SingularValues& s) {
  Matrix scaled = s.right;
  for (std::int32_t i = 0; i < scaled.rows(); ++i) {
    for (double& value : scaled.row(i)) value *= s.value[static_cast<std::size_t>(i)];
  }
  return product(transposed(s.left), scaled);
}

void expect_orthonormal(const Matrix& rows, double tolerance) {
  expect_near(product(rows, transposed(rows)), identity(rows.rows()), tolerance);
}

TEST(Cholesky, FactorsAHandMadeMatrix) {
  Matrix a(2, 2);
  a(0, 0) = 4.0, a(0, 1) = a(1, 0) = 6.0, a(1, 1) = 34.0;
  const auto lower = cholesky(a);
  ASSERT_TRUE(lower);
  EXPECT_EQ((*lower)(0, 0), 2.0);
  EXPECT_EQ((*lower)(0, 1), 0.0);
  EXPECT_EQ((*lower)(1, 0), 3.0);
  EXPECT_EQ((*lower)(1, 1), 5.0);
}

TEST(Cholesky, RefusesWhatIsNotPositiveDefinite) {
  Matrix a(2, 2);
  a(0, 0) = a(0, 1) = a(1, 0) = a(1, 1) = 1.0;
  EXPECT_FALSE(cholesky(a));
  a(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(cholesky(a));
  a(1, 1) = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(cholesky(a));
}

TEST(Cholesky, SolvesRandomSystems) {
  for (const std::int32_t side : {1, 2, 5, 13, 60}) {
    const Matrix half = random_matrix(side, side + 3, 5);
    const Matrix a = product(half, transposed(half));
    const auto lower = cholesky(a);
    ASSERT_TRUE(lower);
    expect_near(product(*lower, transposed(*lower)), a, 1e-13 * side);
    const Matrix b = random_matrix(side, 4, 6);
    expect_near(product(*lower, solve_lower(*lower, b)), b, 1e-12 * side);
    expect_near(product(transposed(*lower), solve_lower_transposed(*lower, b)), b, 1e-12 * side);
  }
}

TEST(ConditionNumber, IsThatOfTheOneNorm) {
  Matrix a = identity(3);
  a(2, 2) = 1e-6;
  EXPECT_NEAR(condition_number(a, *cholesky(a)), 1e6, 1e-3);
  Matrix pair(2, 2);
  pair(0, 0) = pair(1, 1) = 1.0, pair(0, 1) = pair(1, 0) = 0.5;  // inverse (4/3, -2/3): norms 3/2 and 2
  EXPECT_NEAR(condition_number(pair, *cholesky(pair)), 3.0, 1e-14);
}

TEST(SingularValues, SolvesAHandMadeMatrix) {
  Matrix a(2, 3);
  a(0, 0) = 3.0, a(1, 2) = -4.0;
  const SingularValues s = singular_values(a);
  EXPECT_EQ(s.value[0], 3.0);
  EXPECT_EQ(s.value[1], 4.0);
  expect_near(rebuilt(s), a, 0.0);
}

TEST(SingularValues, RebuildsRandomMatrices) {
  for (const std::int32_t rows : {1, 2, 3, 6, 13, 60}) {
    for (const std::int32_t extra : {0, 1, 7}) {
      const Matrix a = random_matrix(rows, rows + extra, static_cast<std::uint64_t>(rows + 100 * extra));
      const SingularValues s = singular_values(a);
      expect_near(rebuilt(s), a, 1e-13 * rows);
      expect_orthonormal(s.left, 1e-14 * (rows + 10));
      expect_orthonormal(s.right, 1e-13 * (rows + 10));
    }
  }
}

TEST(SingularValues, KeepsSmallValuesExact) {
  Matrix a = identity(3);  // diag(1, 1e-9, 1e-20) turned on the left
  a(1, 1) = 1e-9;
  a(2, 2) = 1e-20;
  const Matrix turn = singular_values(random_matrix(3, 3, 8)).left;
  const SingularValues s = singular_values(transposed(product(turn, a)));
  std::vector<double> values = s.value;
  std::sort(values.begin(), values.end(), std::greater<>());
  EXPECT_NEAR(values[0], 1.0, 1e-14);
  EXPECT_NEAR(values[1], 1e-9, 1e-22);
  EXPECT_NEAR(values[2], 1e-20, 1e-33);
}

TEST(SingularValues, CompletesRowsOfValueZero) {
  Matrix a(4, 5);
  a(0, 0) = 1.0, a(1, 0) = 2.0, a(3, 4) = 1.0;  // rank 2
  const SingularValues s = singular_values(a);
  expect_near(rebuilt(s), a, 1e-15);
  expect_orthonormal(s.right, 1e-15);
  const SingularValues nothing = singular_values(Matrix(3, 3));
  expect_orthonormal(nothing.right, 0.0);
  EXPECT_EQ(nothing.value, std::vector<double>(3, 0.0));
}

TEST(SingularValues, RefusesTallMatrices) { EXPECT_THROW(singular_values(Matrix(3, 2)), std::invalid_argument); }

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Cholesky, triangular solves and one-sided Jacobi, written out so that no library can reorder a sum.
#include "kernels/solve/linear_algebra.hpp"

#include <cmath>
#include <stdexcept>

namespace groundshift {
namespace {

/// (x, y) -> (c x - s y, s x + c y).
void rotate(std::span<double> x, std::span<double> y, double c, double s) {
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double old = x[k];
    x[k] = c * old - s * y[k];
    y[k] = s * old + c * y[k];
  }
}

/// Makes rows i and j of `rows` orthogonal, and does the same to `turned`; false when they are already.
bool orthogonalise(Matrix& rows, Matrix& turned, std::int32_t i, std::int32_t j) {
  const auto x = rows.row(i);
  const auto y = rows.row(j);
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    xx += x[k] * x[k];
    yy += y[k] * y[k];
    xy += x[k] * y[k];
  }
  const double rounding = 0x1p-52 * static_cast<double>(x.size());
  if (!(std::fabs(xy) > rounding * (std::sqrt(xx) * std::sqrt(yy)))) return false;
  const double zeta = (yy - xx) / (2.0 * xy);
  const double length = std::fabs(zeta) + std::sqrt(1.0 + zeta * zeta);
  const double tangent = zeta < 0.0 ? -1.0 / length : 1.0 / length;
  const double cosine = 1.0 / std::sqrt(1.0 + tangent * tangent);
  rotate(x, y, cosine, cosine * tangent);
  rotate(turned.row(i), turned.row(j), cosine, cosine * tangent);
  return true;
}

/// Sets row i to a unit vector orthogonal to the rows named in `done`, which are orthonormal and fewer than a row is
/// long.
void complete_row(Matrix& rows, std::int32_t i, const std::vector<std::int32_t>& done) {
  const auto target = rows.row(i);
  const auto side = static_cast<double>(target.size());
  const double share = 0.5 * (side - static_cast<double>(done.size())) / side;  // some axis keeps twice this much
  for (std::size_t axis = 0; axis < target.size(); ++axis) {
    for (double& value : target) value = 0.0;
    target[axis] = 1.0;
    for (int turn = 0; turn < 2; ++turn) {
      for (const std::int32_t other : done) {
        const auto unit = rows.row(other);
        const double along = dot(target, unit);
        for (std::size_t k = 0; k < target.size(); ++k) target[k] -= along * unit[k];
      }
    }
    const double left = dot(target, target);
    if (left < share) continue;
    for (double& value : target) value /= std::sqrt(left);
    return;
  }
}

}  // namespace

Matrix identity(std::int32_t side) {
  Matrix out(side, side);
  for (std::int32_t i = 0; i < side; ++i) out(i, i) = 1.0;
  return out;
}

Matrix transposed(const Matrix& a) {
  Matrix out(a.columns(), a.rows());
  for (std::int32_t i = 0; i < a.rows(); ++i) {
    for (std::int32_t j = 0; j < a.columns(); ++j) out(j, i) = a(i, j);
  }
  return out;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix out(a.rows(), b.columns());
  for (std::int32_t i = 0; i < a.rows(); ++i) {
    const auto sums = out.row(i);
    for (std::int32_t k = 0; k < a.columns(); ++k) {
      const double factor = a(i, k);
      const auto terms = b.row(k);
      for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += factor * terms[j];
    }
  }
  return out;
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  return sum;
}

double bilinear(std::span<const double> x, const Matrix& a, std::span<const double> y) {
  double sum = 0.0;
  for (std::int32_t i = 0; i < a.rows(); ++i) sum += x[static_cast<std::size_t>(i)] * dot(a.row(i), y);
  return sum;
}

std::optional<Matrix> cholesky(const Matrix& a) {
  const std::int32_t side = a.rows();
  Matrix lower(side, side);
  for (std::int32_t i = 0; i < side; ++i) {
    for (std::int32_t j = 0; j <= i; ++j) {
      const auto length = static_cast<std::size_t>(j);
      const double rest = a(i, j) - dot(lower.row(i).first(length), lower.row(j).first(length));
      if (i != j) {
        lower(i, j) = rest / lower(j, j);
      } else if (rest > 0.0 && std::isfinite(rest)) {
        lower(i, i) = std::sqrt(rest);
      } else {
        return std::nullopt;
      }
    }
  }
  return lower;
}

Matrix solve_lower(const Matrix& lower, Matrix b) {
  for (std::int32_t i = 0; i < b.rows(); ++i) {
    const auto target = b.row(i);
    for (std::int32_t k = 0; k < i; ++k) {
      const auto known = b.row(k);
      for (std::size_t j = 0; j < target.size(); ++j) target[j] -= lower(i, k) * known[j];
    }
    for (double& value : target) value /= lower(i, i);
  }
  return b;
}

Matrix solve_lower_transposed(const Matrix& lower, Matrix b) {
  for (std::int32_t i = b.rows() - 1; i >= 0; --i) {
    const auto target = b.row(i);
    for (std::int32_t k = i + 1; k < b.rows(); ++k) {
      const auto known = b.row(k);
      for (std::size_t j = 0; j < target.size(); ++j) target[j] -= lower(k, i) * known[j];
    }
    for (double& value : target) value /= lower(i, i);
  }
  return b;
}

double condition_number(const Matrix& a, const Matrix& lower) {
  const Matrix inverse_factor = solve_lower(lower, identity(a.rows()));
  const Matrix inverse = product(transposed(inverse_factor), inverse_factor);
  const auto norm = [](const Matrix& symmetric) {
    double largest = 0.0;
    for (std::int32_t i = 0; i < symmetric.rows(); ++i) {
      double sum = 0.0;
      for (const double value : symmetric.row(i)) sum += std::fabs(value);
      if (sum > largest || std::isnan(sum)) largest = sum;
    }
    return largest;
  };
  return norm(a) * norm(inverse);
}

SingularValues singular_values(const Matrix& a) {
  if (a.rows() > a.columns()) throw std::invalid_argument("singular_values: more rows than columns");
  SingularValues out{identity(a.rows()), std::vector<double>(static_cast<std::size_t>(a.rows())), a};
  bool turned = true;
  constexpr int kMostSweeps = 60;  // converges quadratically: 5 to 12 sweeps are what is seen
  for (int sweep = 0; sweep < kMostSweeps && turned; ++sweep) {
    turned = false;
    for (std::int32_t i = 0; i < a.rows(); ++i) {
      for (std::int32_t j = i + 1; j < a.rows(); ++j) turned |= orthogonalise(out.right, out.left, i, j);
    }
  }
  std::vector<std::int32_t> done, missing;
  for (std::int32_t i = 0; i < a.rows(); ++i) {
    const auto row = out.right.row(i);
    const double length = std::sqrt(dot(row, row));
    out.value[static_cast<std::size_t>(i)] = length;
    (length > 0.0 ? done : missing).push_back(i);
    if (length > 0.0) {
      for (double& value : row) value /= length;
    }
  }
  for (const std::int32_t i : missing) {
    complete_row(out.right, i, done);
    done.push_back(i);
  }
  return out;
}

}  // namespace groundshift

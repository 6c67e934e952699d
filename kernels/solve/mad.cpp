// SPDX-License-Identifier: Apache-2.0
// Canonical correlations: whiten both dates, singular values of what is left, order and signs.
#include "kernels/solve/mad.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>

#include "kernels/solve/linear_algebra.hpp"
#include "kernels/solve/projection_rows.hpp"
#include "kernels/solve/whitening.hpp"

namespace groundshift {
namespace {

/// Loadings of both dates on bands of unit variance.
struct Component {
  double rho = 0.0;
  std::vector<double> a, b;
};

std::size_t largest_loading(const std::vector<double>& loadings) {
  std::size_t largest = 0;
  for (std::size_t j = 1; j < loadings.size(); ++j) {
    if (std::fabs(loadings[j]) > std::fabs(loadings[largest])) largest = j;
  }
  return largest;
}

void scale_by(std::vector<double>& values, double factor) {
  for (double& value : values) value *= factor;
}

/// Undoes the ridge: variates of unit variance and their own correlation. False when a variate has no variance.
bool drop_ridge(Component& c, const Whitening& before, const Whitening& after, const Matrix& cross) {
  const double variance_u = bilinear(c.a, before.correlation, c.a);
  const double variance_v = bilinear(c.b, after.correlation, c.b);
  if (!(variance_u > 0.5 && variance_v > 0.5)) return false;
  scale_by(c.a, 1.0 / std::sqrt(variance_u));
  scale_by(c.b, 1.0 / std::sqrt(variance_v));
  c.rho = std::max(0.0, bilinear(c.a, cross, c.b));
  return true;
}

void fix_sign(Component& c, const Whitening& before) {
  double sum = 0.0;
  for (std::int32_t j = 0; j < before.count(); ++j) sum += dot(before.correlation.row(j), c.a);
  const bool tie = std::fabs(sum) <= 1e-12;
  if ((tie ? c.a[largest_loading(c.a)] : sum) < 0.0) {
    scale_by(c.a, -1.0);
    scale_by(c.b, -1.0);
  }
}

void sort_components(std::vector<Component>& components) {
  std::stable_sort(components.begin(), components.end(),
                   [](const Component& x, const Component& y) { return x.rho > y.rho; });
  for (auto first = components.begin(); first != components.end();) {
    auto last = first + 1;
    while (last != components.end() && (last - 1)->rho - last->rho < 1e-12) ++last;
    std::stable_sort(first, last, [](const Component& x, const Component& y) {
      return largest_loading(x.a) < largest_loading(y.a);
    });
    first = last;
  }
}

/// Rows L'^-1 u of the unit vectors u in the rows of `units`.
Matrix unwhitened(const Whitening& whitening, const Matrix& units) {
  return transposed(solve_lower_transposed(whitening.factor, transposed(units)));
}

/// Loadings of a date's bands in pixel units; 0 for bands that were left out.
void append_loadings(std::vector<double>& out, const std::vector<double>& scaled, const Whitening& whitening,
                     std::int32_t bands) {
  const std::size_t start = out.size();
  out.resize(start + static_cast<std::size_t>(bands), 0.0);
  for (std::size_t j = 0; j < scaled.size(); ++j) {
    out[start + static_cast<std::size_t>(whitening.variables[j])] = scaled[j] / whitening.deviation[j];
  }
}

std::vector<Component> components_of(const Whitening& before, const Whitening& after, const Matrix& cross) {
  const Matrix half = solve_lower(before.factor, cross);          // L1^-1 R12
  Matrix whitened = solve_lower(after.factor, transposed(half));  // L2^-1 R21 L1'^-1
  const bool before_is_short = before.count() <= after.count();
  if (before_is_short) whitened = transposed(whitened);
  const SingularValues values = singular_values(whitened);
  const Matrix a = unwhitened(before, before_is_short ? values.left : values.right);
  const Matrix b = unwhitened(after, before_is_short ? values.right : values.left);
  std::vector<Component> out;
  for (std::int32_t i = 0; i < whitened.rows(); ++i) {
    Component c{values.value[static_cast<std::size_t>(i)],
                {a.row(i).begin(), a.row(i).end()},
                {b.row(i).begin(), b.row(i).end()}};
    const bool ridged = before.ridge > 0.0 || after.ridge > 0.0;
    if (ridged && !drop_ridge(c, before, after, cross)) continue;
    fix_sign(c, before);
    out.push_back(std::move(c));
  }
  sort_components(out);
  return out;
}

void expect_bands(const MomentSummary& moments, BandCounts bands) {
  if (bands.before < 1 || bands.after < 1 || std::max(bands.before, bands.after) > moments.band_count) {
    throw std::invalid_argument("solve_mad: band counts do not fit the moments");
  }
}

}  // namespace

MadSolution solve_mad(const MomentSummary& moments, BandCounts bands, bool always_ridge) {
  expect_bands(moments, bands);
  const std::int32_t p = bands.before, q = bands.after, start = moments.band_count;
  const Whitening before = whiten(covariance_block(moments, 0, p, 0, p), always_ridge);
  const Whitening after = whiten(covariance_block(moments, start, q, start, q), always_ridge);
  if (before.count() == 0) throw std::domain_error("the before date has no band with variance");
  if (after.count() == 0) throw std::domain_error("the after date has no band with variance");
  const Matrix cross = cross_correlation(covariance_block(moments, 0, p, start, q), before, after);

  MadSolution out;
  out.before_bands = p;
  out.after_bands = q;
  out.regularised = before.ridge > 0.0 || after.ridge > 0.0;
  for (const Component& c : components_of(before, after, cross)) {
    if (!std::isfinite(c.rho)) throw std::domain_error("the dates have values that are not finite");
    out.clamped |= c.rho > kLargestRho;
    out.rho.push_back(std::min(c.rho, kLargestRho));
    append_loadings(out.a, c.a, before, p);
    append_loadings(out.b, c.b, after, q);
  }
  if (out.rho.empty()) throw std::domain_error("no direction varies on both dates");
  return out;
}

Projection mad_projection(const MadSolution& solution, const MomentSummary& moments, double scale) {
  ProjectionRows rows(moments);
  const auto p = static_cast<std::size_t>(solution.before_bands), q = static_cast<std::size_t>(solution.after_bands);
  std::vector<double> row(moments.mean.size());
  for (std::size_t i = 0; i < solution.rho.size(); ++i) {
    const double factor = std::sqrt(scale / (2.0 * (1.0 - solution.rho[i])));
    for (std::size_t j = 0; j < p; ++j) row[j] = factor * solution.a[i * p + j];
    for (std::size_t j = 0; j < q; ++j) {
      row[static_cast<std::size_t>(moments.band_count) + j] = -factor * solution.b[i * q + j];
    }
    rows.add(row);
  }
  rows.close_group();
  return rows.take();
}

}  // namespace groundshift

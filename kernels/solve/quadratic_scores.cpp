// SPDX-License-Identifier: Apache-2.0
// Each score as whitened rows: of the normalized difference, or of what one date does not say about the other.
#include "kernels/solve/quadratic_scores.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernels/solve/linear_algebra.hpp"
#include "kernels/solve/projection_rows.hpp"
#include "kernels/solve/whitening.hpp"

namespace groundshift {
namespace {

/// Variances of differences and residuals below this share of their terms are rounding of the subtraction in double,
/// and of their evaluation in float32.
constexpr double kRoundingShare = 0x1p-40;

/// Rows over z whose squares sum to a score, and whether a ridge was needed.
struct Rows {
  Matrix matrix;
  bool regularised = false;
};

Rows whitened(const Matrix& forms, const Matrix& covariance, const std::vector<double>& least, const char* what) {
  const Whitening whitening = whiten(covariance, least);
  if (whitening.count() == 0) throw std::domain_error(what);
  return {product(whitening_rows(whitening, forms.rows()), forms), whitening.ridge > 0.0};
}

/// Of d_b = gain_b * after_b - before_b; a band of gain NaN is left out.
Rows difference_rows(const MomentSummary& moments, const std::vector<double>& gains) {
  const std::int32_t p = moments.band_count;
  Matrix forms(p, 2 * p), covariance(p, p);
  std::vector<double> least(gains.size(), 0.0);
  const auto gain = [&](std::int32_t b) { return gains[static_cast<std::size_t>(b)]; };
  for (std::int32_t i = 0; i < p; ++i) {
    if (std::isnan(gain(i))) continue;
    forms(i, i) = -1.0;
    forms(i, p + i) = gain(i);
    for (std::int32_t j = 0; j < p; ++j) {
      if (std::isnan(gain(j))) continue;
      covariance(i, j) = gain(i) * gain(j) * moments.covariance_at(p + i, p + j) -
                         gain(i) * moments.covariance_at(p + i, j) - gain(j) * moments.covariance_at(i, p + j) +
                         moments.covariance_at(i, j);
    }
    least[static_cast<std::size_t>(i)] =
        kRoundingShare * (gain(i) * gain(i) * moments.covariance_at(p + i, p + i) + moments.covariance_at(i, i));
  }
  return whitened(forms, covariance, least, "the difference of the dates has no variance in any band");
}

/// Where the variables of a date stand in z.
struct Place {
  std::int32_t first, count;
};
Place before_of(BandCounts bands) { return {0, bands.before}; }
Place after_of(const MomentSummary& moments, BandCounts bands) { return {moments.band_count, bands.after}; }

Matrix covariance_of(const MomentSummary& moments, Place rows, Place columns) {
  return covariance_block(moments, rows.first, rows.count, columns.first, columns.count);
}

/// Of e = y - B x, B = Syx Sxx^-1, whitened by Syy - B Sxy. With y of unit variance and W = L^-1 Rxy: B = W' L^-1.
Rows residual_rows(const MomentSummary& moments, Place x, Place y) {
  const Whitening known = whiten(covariance_of(moments, x, x));
  const Whitening asked = whiten(covariance_of(moments, y, y));
  if (known.count() == 0 || asked.count() == 0) throw std::domain_error("a date has no band with variance");
  const Matrix cross = cross_correlation(covariance_of(moments, x, y), known, asked);
  const Matrix half_transposed = transposed(solve_lower(known.factor, cross));
  const Matrix predicted = product(half_transposed, transposed(half_transposed));
  const Matrix slopes = product(half_transposed, whitening_rows(known, x.count));

  const std::int32_t count = asked.count();
  Matrix forms(count, 2 * moments.band_count), covariance(count, count);
  for (std::int32_t i = 0; i < count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    for (std::int32_t j = 0; j < count; ++j) covariance(i, j) = asked.correlation(i, j) - predicted(i, j);
    for (std::int32_t j = 0; j < x.count; ++j) forms(i, x.first + j) = -slopes(i, j);
    forms(i, y.first + asked.variables[k]) += 1.0 / asked.deviation[k];
  }
  const std::vector<double> least(static_cast<std::size_t>(count), kRoundingShare);
  Rows out = whitened(forms, covariance, least, "one date predicts the other exactly");
  out.regularised |= known.ridge > 0.0;
  return out;
}

/// Of one date alone: y' Syy^-1 y.
Rows date_rows(const MomentSummary& moments, Place y) {
  const Whitening whitening = whiten(covariance_of(moments, y, y));
  const Matrix rows = whitening_rows(whitening, y.count);
  Rows out{Matrix(rows.rows(), 2 * moments.band_count), whitening.ridge > 0.0};
  for (std::int32_t i = 0; i < rows.rows(); ++i) {
    for (std::int32_t j = 0; j < y.count; ++j) out.matrix(i, y.first + j) = rows(i, j);
  }
  return out;
}

QuadraticScore single(const MomentSummary& moments, const Rows& rows) {
  ProjectionRows projection(moments);
  projection.add_group(rows.matrix);
  return {projection.take(), FormCombination::root, rows.matrix.rows(), rows.regularised};
}

void expect_bands(const MomentSummary& moments, BandCounts bands) {
  if (bands.before < 1 || bands.after < 1 || std::max(bands.before, bands.after) > moments.band_count) {
    throw std::invalid_argument("quadratic score: band counts do not fit the moments");
  }
}

}  // namespace

QuadraticScore solve_mahalanobis(const MomentSummary& moments, const std::vector<BandNormalization>& fits) {
  if (fits.size() != static_cast<std::size_t>(moments.band_count)) {
    throw std::invalid_argument("solve_mahalanobis: not one fit a band");
  }
  std::vector<double> gains;
  for (const BandNormalization& fit : fits) gains.push_back(fit.gain);
  return single(moments, difference_rows(moments, gains));
}

QuadraticScore solve_slow_features(const MomentSummary& moments, std::int32_t band_count) {
  if (band_count != moments.band_count) throw std::invalid_argument("solve_slow_features: unequal band counts");
  std::vector<double> gains;
  for (std::int32_t b = 0; b < band_count; ++b) {
    const double before = moments.covariance_at(b, b);
    const double after = moments.covariance_at(band_count + b, band_count + b);
    if (!std::isfinite(before) || !std::isfinite(after)) {
      throw std::domain_error("the dates have values that are not finite");
    }
    const bool varies = before > 0.0 && after > 0.0;
    gains.push_back(varies ? std::sqrt(before) / std::sqrt(after) : std::nan(""));
  }
  return single(moments, difference_rows(moments, gains));
}

QuadraticScore solve_chronochrome(const MomentSummary& moments, BandCounts bands, ChronochromeDirection direction) {
  expect_bands(moments, bands);
  const Place x = before_of(bands), y = after_of(moments, bands);
  if (direction == ChronochromeDirection::forward) return single(moments, residual_rows(moments, x, y));
  if (direction == ChronochromeDirection::backward) return single(moments, residual_rows(moments, y, x));
  const Rows forward = residual_rows(moments, x, y), backward = residual_rows(moments, y, x);
  ProjectionRows projection(moments);
  projection.add_group(forward.matrix);
  projection.add_group(backward.matrix);
  return {projection.take(), FormCombination::smaller, std::min(forward.matrix.rows(), backward.matrix.rows()),
          forward.regularised || backward.regularised};
}

QuadraticScore solve_hacd(const MomentSummary& moments, BandCounts bands) {
  expect_bands(moments, bands);
  const Place x = before_of(bands), y = after_of(moments, bands);
  const Rows forward = residual_rows(moments, x, y), date = date_rows(moments, y);
  ProjectionRows projection(moments);
  projection.add_group(forward.matrix);
  projection.add_group(date.matrix);
  projection.close_group();
  return {projection.take(), FormCombination::excess, forward.matrix.rows(), forward.regularised || date.regularised};
}

}  // namespace groundshift

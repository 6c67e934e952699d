// SPDX-License-Identifier: Apache-2.0
// Centres, biases and the rounding of coefficients.
#include "kernels/solve/projection_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace groundshift {
namespace {

float to_finite_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value, -kLargest, kLargest));
}

float center_of(double mean, double variance) {
  constexpr double kLeastVariance = 0x1p-6;
  const bool fine = variance > 0.0 && variance < kLeastVariance;
  return to_finite_float(std::fabs(mean) < 0x1p24 && !fine ? std::round(mean) : mean);
}

}  // namespace

ProjectionRows::ProjectionRows(const MomentSummary& moments) : mean_(moments.mean) {
  projection_.variable_count = 2 * moments.band_count;
  for (std::int32_t i = 0; i < projection_.variable_count; ++i) {
    projection_.center.push_back(center_of(mean_[static_cast<std::size_t>(i)], moments.covariance_at(i, i)));
  }
}

void ProjectionRows::add(std::span<const double> coefficients, double value_at_mean) {
  if (coefficients.size() != mean_.size()) throw std::invalid_argument("ProjectionRows: one coefficient a variable");
  double bias = value_at_mean;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    const float coefficient = to_finite_float(coefficients[i]);
    bias -= static_cast<double>(coefficient) * (mean_[i] - static_cast<double>(projection_.center[i]));
    projection_.matrix.push_back(coefficient);
  }
  projection_.bias.push_back(to_finite_float(bias));
}

void ProjectionRows::add_group(const Matrix& rows, double scale) {
  std::vector<double> scaled(mean_.size());
  for (std::int32_t r = 0; r < rows.rows(); ++r) {
    for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] = scale * rows.row(r)[i];
    add(scaled);
  }
  close_group();
}

void ProjectionRows::close_group() { projection_.group_end.push_back(projection_.row_count()); }

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// From rows solved in double to the float32 projection of the pixel loop, centred so that no digits are lost.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kernels/solve/linear_algebra.hpp"
#include "kernels/solve/moment_summary.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// Collects rows over the variables of `moments`.
/// center : the mean rounded to an integer where that is exact in float32 (|mean| < 2^24), so that z - center is exact
///          for integer pixels; float32(mean) for larger means, and for deviations below 1/8, which no integer date has
///          unless it is nearly constant, and where rounding the mean to an integer would cost floats their digits
class ProjectionRows {
 public:
  explicit ProjectionRows(const MomentSummary& moments);

  /// v = value_at_mean + sum_i coefficients_i (z_i - mean_i), one coefficient a variable. What float32 cannot hold is
  /// cut at its largest value.
  void add(std::span<const double> coefficients, double value_at_mean = 0.0);
  /// All rows of a matrix, scaled, about the means; then the group is closed.
  void add_group(const Matrix& rows, double scale = 1.0);
  /// The rows since the last call are a group (none: a group whose T is 0).
  void close_group();

  Projection take() { return std::move(projection_); }

 private:
  Projection projection_;
  std::vector<double> mean_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// One translation or affine map through tie points, outliers outweighed.
#pragma once

#include <cstdint>
#include <span>

#include "host/align/shift_field.hpp"
#include "host/align/tie_points.hpp"

namespace groundshift {

/// field : model translation or affine (none when no point is accepted)
/// scale : robust standard deviation of a residual along one axis, pixels
struct GlobalFit {
  ShiftField field;
  double scale = 0.0;
};

/// Reweighted least squares on the accepted points: 30 rounds of least absolute residuals (lengths) from the
/// component-wise median, then 20 of Tukey's biweight (4.685 scales, the scale fixed by the first part); always the
/// same number, no random numbers. Affine when there are at least 6 points, the F value of its four further parameters
/// is above 5 (p < 0.001 for 10 points or more) and it differs from the translation by more than 0.02 px RMS over the
/// grid.
GlobalFit fit_global(std::span<const TiePoint> points, std::int32_t width, std::int32_t height);

/// Marks accepted points that lie farther than max(0.5 px, 4.685 scales) from the field as off_model.
void check_model(const ShiftField& field, double scale, std::span<TiePoint> points);

/// Length of what the field leaves of a point's shift, pixels.
double residual(const ShiftField& field, const TiePoint& point);
/// Root mean square of residual() over the accepted points; 0 of none.
double residual_rms(const ShiftField& field, std::span<const TiePoint> points);

}  // namespace groundshift

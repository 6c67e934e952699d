// SPDX-License-Identifier: Apache-2.0
// By how much AFTER is displaced at each pixel of BEFORE, as plain numbers that a report can hold.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/align/shift_estimate.hpp"

namespace groundshift {

enum class ShiftModel : std::uint8_t { none, translation, affine, local };
const char* name_of(ShiftModel model);

/// Bicubic B-spline over columns x rows coefficients an axis, row-major: at (x, y), with u = x / spacing, i = floor(u),
/// coefficient i + c has the cubic basis weight c = 0..3 of u - i; likewise along y.
struct ShiftLattice {
  std::int32_t columns = 0, rows = 0;
  double spacing = 1.0;  ///< pixels
  std::vector<double> dx, dy;
  friend bool operator==(const ShiftLattice&, const ShiftLattice&) = default;
};

/// Shifts over a grid of width x height pixels. Pixel (i, j) has its centre at (i, j); what BEFORE shows at (x, y),
/// AFTER shows at (x, y) + evaluate(x, y).
///   dx = affine_x[0] + affine_x[1] (x - center_x) + affine_x[2] (y - center_y) + lattice dx(x, y)
struct ShiftField {
  ShiftModel model = ShiftModel::none;
  std::int32_t width = 0, height = 0;
  double center_x = 0.0, center_y = 0.0;
  std::array<double, 3> affine_x{}, affine_y{};
  ShiftLattice lattice;  ///< empty unless `local`

  /// Beyond the grid: the value at its nearest pixel.
  Shift evaluate(double x, double y) const;
  friend bool operator==(const ShiftField&, const ShiftField&) = default;
};

/// Root mean square length of the shifts over the grid, at 33 x 33 evenly spaced pixels. Pixels.
double rms_of(const ShiftField& field);

/// The four cubic B-spline weights at 0 <= t <= 1; their sum is 1.
std::array<double, 4> spline_weights(double t);

}  // namespace groundshift

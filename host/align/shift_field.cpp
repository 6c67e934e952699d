// SPDX-License-Identifier: Apache-2.0
// Evaluation of shift fields.
#include "host/align/shift_field.hpp"

#include <algorithm>
#include <cmath>

namespace groundshift {

const char* name_of(ShiftModel model) {
  switch (model) {
    case ShiftModel::none: return "none";
    case ShiftModel::translation: return "translation";
    case ShiftModel::affine: return "affine";
    case ShiftModel::local: return "local";
  }
  return "?";
}

std::array<double, 4> spline_weights(double t) {
  const double s = 1.0 - t;
  return {s * s * s / 6.0, (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0, (4.0 - 6.0 * s * s + 3.0 * s * s * s) / 6.0,
          t * t * t / 6.0};
}

Shift ShiftField::evaluate(double x, double y) const {
  if (model == ShiftModel::none) return {};
  x = std::clamp(x, 0.0, std::max(0.0, width - 1.0));
  y = std::clamp(y, 0.0, std::max(0.0, height - 1.0));
  const double u = x - center_x, v = y - center_y;
  Shift shift{affine_x[0] + affine_x[1] * u + affine_x[2] * v, affine_y[0] + affine_y[1] * u + affine_y[2] * v};
  if (lattice.columns == 0) return shift;
  const double column = std::floor(x / lattice.spacing), row = std::floor(y / lattice.spacing);
  const auto wx = spline_weights(x / lattice.spacing - column), wy = spline_weights(y / lattice.spacing - row);
  auto place =
      static_cast<std::size_t>(row) * static_cast<std::size_t>(lattice.columns) + static_cast<std::size_t>(column);
  for (const double weight_y : wy) {
    for (std::size_t c = 0; c < 4; ++c) {
      shift.dx += weight_y * wx[c] * lattice.dx[place + c];
      shift.dy += weight_y * wx[c] * lattice.dy[place + c];
    }
    place += static_cast<std::size_t>(lattice.columns);
  }
  return shift;
}

double rms_of(const ShiftField& field) {
  constexpr int kSteps = 32;
  double squares = 0.0;
  for (int j = 0; j <= kSteps; ++j)
    for (int i = 0; i <= kSteps; ++i) {
      const Shift s = field.evaluate((field.width - 1.0) * i / kSteps, (field.height - 1.0) * j / kSteps);
      squares += s.dx * s.dx + s.dy * s.dy;
    }
  return std::sqrt(squares / ((kSteps + 1) * (kSteps + 1)));
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// One score out of several, each of which must be large for it to be large.
#pragma once

#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/view/hd.hpp"

namespace groundshift {

/// Geometric mean of 2 or 4 factors (box mean + kFactorFloor): product in double in the order of the factors, then one
/// or two square roots, rounded to float once.
/// returns : units of the geometric mean, >= 0; NaN where a factor is NaN
/// agreement : exact (+ * sqrt in double)      source : RECIPES of the project, 1.4
struct GeometricMean {
  static constexpr double kFactorFloor = 1e-6;

  GS_HD static double start() { return 1.0; }
  GS_HD static double add(double product, float mean) { return product * (static_cast<double>(mean) + kFactorFloor); }
  GS_HD static float finish(double product, std::int32_t factor_count) {
    const double root = math::sqrt(product);
    const float mean = static_cast<float>(factor_count == 4 ? math::sqrt(root) : root);
    return mean == mean ? mean : math::quiet_nan();
  }
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The tables of fixed-point weights that resampling multiplies pixels by.
#pragma once

#include "kernels/api/resample_recipe.hpp"

namespace groundshift {

/// Axes whose scale is at most this are not stretched, as in gdalwarp: there is nothing to alias yet, and a scale that
/// is 1 but for rounding keeps the small kernels.
inline constexpr double kUnstretchedScale = 1.0 / 0.95;

/// Weights of `method` for `scale_x`, `scale_y` source pixels an output pixel. Above kUnstretchedScale a kernel is
/// stretched by its scale along its axis, which leaves out what the output grid cannot hold (nearest: never).
/// Every phase sums to 2^14 exactly: weights are normalised, rounded down, and the largest remainders rounded up. Phase
/// 1024 - p mirrors phase p. Unstretched bilinear and cubic kernels keep their exact first moment: they reproduce a
/// linear ramp. No libm: the same tables on every machine.
/// throws : std::invalid_argument unless both scales are finite and above 0 and the stretched kernel has at most
///          kMaxResampleTaps taps an axis (scales up to 128, 64 and 42 for bilinear, cubic and lanczos)
/// source : Keys 1981 (cubic, a = -1/2); Turkowski 1990 (lanczos); ALGORITHMS of the project (phases, weight bits)
ResampleWeights resample_weights(ResampleMethod method, double scale_x, double scale_y);

}  // namespace groundshift

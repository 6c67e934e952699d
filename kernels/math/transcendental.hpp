// SPDX-License-Identifier: Apache-2.0
// placeholder until the polynomials land
#pragma once

#include <cmath>

#include "kernels/view/hd.hpp"

namespace groundshift::math {
GS_HD float quiet_nan() { return __builtin_nanf(""); }
GS_HD float sqrt(float x) { return ::sqrtf(x); }
GS_HD double sqrt(double x) { return ::sqrt(x); }
GS_HD float log(float x) { return ::logf(x); }
GS_HD float exp(float x) { return ::expf(x); }
GS_HD float acos(float x) { return ::acosf(x); }
GS_HD float atan2(float y, float x) { return ::atan2f(y, x); }
}  // namespace groundshift::math

// SPDX-License-Identifier: Apache-2.0
// What an angle is made of, so that loops can part the doubles before it from its floats.
#pragma once

#include "kernels/math/transcendental.hpp"

namespace groundshift {

/// The vector whose angle to the x axis a score is; its parts are NaN where the angle is not defined.
struct AngleOfVector {
  float y, x;
  GS_HD float angle() const { return math::atan2(y, x); }
};

}  // namespace groundshift

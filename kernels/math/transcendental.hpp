// SPDX-License-Identifier: Apache-2.0
// The project's own log, exp, acos and atan2 by one include: libm and a device's library differ in the last bits.
#pragma once

#include "kernels/math/arc.hpp"
#include "kernels/math/arithmetic.hpp"
#include "kernels/math/log_exp.hpp"

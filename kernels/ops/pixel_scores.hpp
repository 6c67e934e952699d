// SPDX-License-Identifier: Apache-2.0
// Every pixel score by one include, and the name of each.
#pragma once

#include "kernels/ops/change_direction.hpp"
#include "kernels/ops/change_vector.hpp"
#include "kernels/ops/difference.hpp"
#include "kernels/ops/index_difference.hpp"
#include "kernels/ops/log_ratio.hpp"
#include "kernels/ops/relative.hpp"
#include "kernels/ops/rising_bands.hpp"
#include "kernels/ops/spectral_angle.hpp"

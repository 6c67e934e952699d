// SPDX-License-Identifier: Apache-2.0
// How pixels of a raster are stored: their type, and the value that stands for none.
#pragma once

#include <limits>

#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// nodata : a value of the type that no valid pixel has; NaN for float32
struct StoredPixels {
  PixelType type = PixelType::f32;
  double nodata = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace groundshift

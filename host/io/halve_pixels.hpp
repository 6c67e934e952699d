// SPDX-License-Identifier: Apache-2.0
// One pixel of an overview out of 2 x 2 of the level below.
#pragma once

#include <cstdint>
#include <optional>

#include "kernels/view/pixel_type.hpp"

namespace groundshift {

enum class OverviewRule : std::uint8_t { nearest, average, mode };

/// A plane of pixels; the pitch counts pixels.
struct PixelPlane {
  const void* data = nullptr;
  std::int32_t width = 0, height = 0;
  std::ptrdiff_t row_pitch = 0;
};

/// to(x, y) of pixels (2x .. 2x+1, 2y .. 2y+1) of `from`, those of them that it has; to_width and to_height at most
/// half of from's, rounded up. A pixel that is nodata or NaN is not counted; nodata (NaN, else 0, without one) where
/// none counts. nearest : pixel (2x, 2y) average : mean, of floats in double, of integers rounded half up; a mean that
/// hits nodata by chance is one larger mode    : the commonest value, of several the smallest
void halve_pixels(OverviewRule rule, PixelType type, const std::optional<double>& nodata, const PixelPlane& from,
                  void* to, std::int32_t to_width, std::int32_t to_height, std::ptrdiff_t to_pitch);

}  // namespace groundshift

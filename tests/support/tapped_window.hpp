// SPDX-License-Identifier: Apache-2.0
// Which window of a source image an output tile is made of, by asking every pixel.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/api/resample_recipe.hpp"
#include "kernels/math/source_position.hpp"
#include "kernels/view/position_lattice.hpp"

namespace groundshift {

/// The smallest window that holds every tap of a width x height tile that the image has; 0 x 0 where it has none.
inline Window tapped_window(const PositionLattice& positions, std::int32_t width, std::int32_t height,
                            const ResampleWeights& weights, std::int32_t image_width, std::int32_t image_height) {
  std::int32_t left = image_width, right = 0, top = image_height, bottom = 0;
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      const SourcePosition p = position_at(positions, x, y);
      if (!p.defined) continue;
      const std::int32_t first_x = axis_taps(p.x, weights.taps_x).first;
      const std::int32_t first_y = axis_taps(p.y, weights.taps_y).first;
      left = std::min(left, first_x);
      right = std::max(right, first_x + weights.taps_x);
      top = std::min(top, first_y);
      bottom = std::max(bottom, first_y + weights.taps_y);
    }
  }
  left = std::max(left, 0);
  top = std::max(top, 0);
  right = std::min(right, image_width);
  bottom = std::min(bottom, image_height);
  return left < right && top < bottom ? Window{left, top, right - left, bottom - top} : Window{};
}

}  // namespace groundshift

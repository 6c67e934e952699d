// SPDX-License-Identifier: Apache-2.0
// Positions between nodes lie between the nodes' own, so nodes alone bound the taps.
#include "kernels/solve/needed_source.hpp"

#include <algorithm>
#include <cstdint>

#include "kernels/math/source_position.hpp"

namespace groundshift {
namespace {

// Smallest and largest position along one axis, and the pixels of the image that their taps reach: [first, end).
struct AxisReach {
  std::int64_t lowest = kFarthestPosition;
  std::int64_t highest = -kFarthestPosition;

  void add(std::int64_t position) {
    lowest = std::min(lowest, position);
    highest = std::max(highest, position);
  }
  std::int32_t first(std::int32_t taps) const { return std::max(0, axis_taps(lowest, taps).first); }
  std::int32_t end(std::int32_t taps, std::int32_t image_side) const {
    return std::min(image_side, axis_taps(highest, taps).first + taps);
  }
};

bool near(std::int64_t position) { return position >= -kFarthestPosition && position <= kFarthestPosition; }

}  // namespace

Window needed_source(const PositionLattice& positions, std::int32_t width, std::int32_t height,
                     const ResampleWeights& weights, std::int32_t image_width, std::int32_t image_height) {
  if (width <= 0 || height <= 0) return {};
  AxisReach x, y;
  const std::int32_t across = lattice_node_count(positions.first_x, width, positions.step_log2);
  const std::int32_t down = lattice_node_count(positions.first_y, height, positions.step_log2);
  for (std::int32_t row = 0; row < down; ++row) {
    for (std::int32_t column = 0; column < across; ++column) {
      const std::int64_t node = std::int64_t{row} * positions.width + column;
      if (!near(positions.x[node]) || !near(positions.y[node])) continue;
      x.add(positions.x[node]);
      y.add(positions.y[node]);
    }
  }
  if (x.lowest > x.highest) return {};
  const std::int32_t left = x.first(weights.taps_x), right = x.end(weights.taps_x, image_width);
  const std::int32_t top = y.first(weights.taps_y), bottom = y.end(weights.taps_y, image_height);
  if (left >= right || top >= bottom) return {};
  return {left, top, right - left, bottom - top};
}

}  // namespace groundshift

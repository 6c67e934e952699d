// SPDX-License-Identifier: Apache-2.0
// Positions of output pixels in a source window, out of a lattice, and the source pixels around a position: integers.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"
#include "kernels/view/position_lattice.hpp"
#include "kernels/view/resampling.hpp"

namespace groundshift {

struct SourcePosition {
  std::int64_t x = 0;
  std::int64_t y = 0;
  bool defined = false;
};

/// The pixels of one row between two neighbouring nodes: their positions lie on a line.
struct LatticeSpan {
  std::int64_t start_x, slope_x;  // in 2^-20 pixel times 2^(2 step_log2)
  std::int64_t start_y, slope_y;
  std::int32_t step_log2;
  bool left_defined, both_defined;

  /// Of the pixel `fraction` (0 .. 2^step_log2 - 1) pixels right of the left node.
  GS_HD SourcePosition at(std::int32_t fraction) const {
    const std::int32_t bits = 2 * step_log2;
    const std::int64_t half = (std::int64_t{1} << bits) >> 1;
    return {(start_x + slope_x * fraction + half) >> bits, (start_y + slope_y * fraction + half) >> bits,
            fraction == 0 ? left_defined : both_defined};
  }
};

/// Column `node` of the lattice at a row that is `below` pixels under row `node_row` of nodes, times 2^step_log2; false
/// where undefined (then 0).
GS_HD bool lattice_column(const PositionLattice& lattice, std::int32_t node, std::int32_t node_row, std::int32_t below,
                          std::int64_t& x, std::int64_t& y) {
  const std::int32_t step = 1 << lattice.step_log2;
  const std::int64_t top = std::int64_t{node_row} * lattice.width + node;
  const std::int64_t bottom = below == 0 ? top : top + lattice.width;
  const std::int64_t values[4] = {lattice.x[top], lattice.x[bottom], lattice.y[top], lattice.y[bottom]};
  bool defined = true;
  for (const std::int64_t value : values) {
    defined = defined && value >= -kFarthestPosition && value <= kFarthestPosition;
  }
  x = defined ? values[0] * (step - below) + values[1] * below : 0;
  y = defined ? values[2] * (step - below) + values[3] * below : 0;
  return defined;
}

/// The span right of column `node` of the lattice, at row y of the tile.
GS_HD LatticeSpan lattice_span(const PositionLattice& lattice, std::int32_t node, std::int32_t y) {
  const std::int32_t step = 1 << lattice.step_log2;
  const std::int32_t row = lattice.first_y + y;
  const std::int32_t node_row = row >> lattice.step_log2;
  const std::int32_t below = row & (step - 1);
  std::int64_t left_x, left_y, right_x, right_y;
  const bool left = lattice_column(lattice, node, node_row, below, left_x, left_y);
  const std::int32_t right_node = node + 1 < lattice.width ? node + 1 : node;  // the last node is the tile's last pixel
  const bool right = lattice_column(lattice, right_node, node_row, below, right_x, right_y);
  return {left_x * step, right_x - left_x, left_y * step, right_y - left_y, lattice.step_log2, left, left && right};
}

/// Of the tile's pixel (x, y).
GS_HD SourcePosition position_at(const PositionLattice& lattice, std::int32_t x, std::int32_t y) {
  const std::int32_t column = lattice.first_x + x;
  return lattice_span(lattice, column >> lattice.step_log2, y).at(column & ((1 << lattice.step_log2) - 1));
}

/// Along one axis: the source pixel that holds the position, the first tap, the row of the table.
struct AxisTaps {
  std::int32_t nearest;
  std::int32_t first;
  std::int32_t phase;
};

/// position : within kFarthestPosition, 2^-20 pixel. A position on the border of two pixels belongs to the second.
GS_HD AxisTaps axis_taps(std::int64_t position, std::int32_t tap_count) {
  const auto nearest = static_cast<std::int32_t>((position + (1 << (kPositionBits - 1))) >> kPositionBits);
  if (tap_count == 1) return {nearest, nearest, 0};
  constexpr int kDropped = kPositionBits - kResamplePhaseBits;
  const std::int64_t phases = (position + (1 << (kDropped - 1))) >> kDropped;
  return {nearest, static_cast<std::int32_t>(phases >> kResamplePhaseBits) - (tap_count / 2 - 1),
          static_cast<std::int32_t>(phases & (kResamplePhases - 1))};
}

}  // namespace groundshift

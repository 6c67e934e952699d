// SPDX-License-Identifier: Apache-2.0
// Where the pixels of one grid lie in another: positions at the nodes of a lattice, exact in between.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// A position counts 2^-20 source pixels from the centre of the source window's first pixel.
inline constexpr int kPositionBits = 20;
/// A node that has no position (outside the projection's domain).
inline constexpr std::int64_t kNoPosition = std::numeric_limits<std::int64_t>::min();
/// Nodes farther than this (2^24 pixels, the widest source window) from the window's first pixel count as kNoPosition:
/// so far all products fit in 64 bits.
inline constexpr std::int64_t kFarthestPosition = std::int64_t{1} << (24 + kPositionBits);
/// Nodes lie at most a cell apart.
inline constexpr std::int32_t kMaxLatticeStepLog2 = 8;

/// Positions of an output tile's pixels in a source window. Does not own.
/// Nodes lie at every 2^step_log2 pixels of the output grid, counted from its origin, so that all tilings see the same
/// ones; between nodes positions are bilinear, rounded half up to 2^-20 pixel: integers, exactly defined. Moving the
/// source window by whole pixels moves all positions alike.
/// step_log2        : 0 (a node a pixel) .. kMaxLatticeStepLog2
/// first_x, first_y : of the tile's pixel (0, 0) in the lattice, 0 .. 2^step_log2 - 1
/// width, height    : nodes; at least lattice_node_count() of the tile's sides
/// x, y             : width x height values, row-major. kNoPosition in either: pixels between this node and its
///                    neighbours have no position (a pixel on a node asks only that node)
struct PositionLattice {
  std::int32_t step_log2 = 0;
  std::int32_t first_x = 0;
  std::int32_t first_y = 0;
  std::int32_t width = 0;
  std::int32_t height = 0;
  const std::int64_t* x = nullptr;
  const std::int64_t* y = nullptr;
};

/// Nodes that `pixel_count` (> 0) pixels in a row need when the first one is `first` pixels behind a node.
constexpr std::int32_t lattice_node_count(std::int32_t first, std::int32_t pixel_count, std::int32_t step_log2) {
  return ((first + pixel_count - 1 + (1 << step_log2) - 1) >> step_log2) + 1;
}

struct SourcePosition {
  std::int64_t x = 0;
  std::int64_t y = 0;
  bool defined = false;
  friend constexpr bool operator==(const SourcePosition&, const SourcePosition&) = default;
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

}  // namespace groundshift

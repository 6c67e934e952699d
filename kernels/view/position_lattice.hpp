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

}  // namespace groundshift

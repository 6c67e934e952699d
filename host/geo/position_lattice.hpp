// SPDX-License-Identifier: Apache-2.0
// Source positions of output pixels as integers at the nodes of a coarse lattice: what a resampling needs of geometry.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "host/geo/grid.hpp"
#include "kernels/view/position_lattice.hpp"

namespace groundshift {

inline constexpr std::int64_t kPositionOne = std::int64_t{1} << kPositionBits;

/// Nearest multiple of 2^-20, halves upwards (floor(p * 2^20 + 1/2)); kNoPosition for NaN and beyond
/// kFarthestPosition.
std::int64_t quantized_position(double pixels);

/// Nodes at every 2^step_log2 pixels of the output grid, counted from its origin, so that no window moves them.
/// Node (column, row) is output pixel (column << step_log2, row << step_log2); x and y are row-major, `columns` wide.
/// Both or neither of a node's x and y are kNoPosition; the centre of source pixel (0,0) is 0.
struct SourceLattice {
  int step_log2 = 0;
  std::int64_t first_column = 0, first_row = 0;
  std::int32_t columns = 0, rows = 0;
  std::vector<std::int64_t> x, y;

  /// As the pixels of a window see it that begins at output pixel (window_x, window_y).
  PositionLattice view(std::int64_t window_x, std::int64_t window_y) const;
  /// Counts positions from source pixel (source_x, source_y) instead of (0,0).
  void count_from(std::int64_t source_x, std::int64_t source_y);
};

/// The nodes around a window of output pixels: those of the cells its pixels lie in (a cell = step x step pixels), one
/// more to the right and below. Positions are left empty.
SourceLattice lattice_frame(const PixelRect& window, int step_log2);

/// Position of an output pixel inside the lattice, as executors take it.
SourcePosition position_at(const SourceLattice& lattice, std::int64_t x, std::int64_t y);

/// Source pixels that a resampling of `window` touches: the bounding box of its positions, grown by `radius_x` and
/// `radius_y` source pixels, cut at the source's size. Nothing when that leaves no pixel.
std::optional<PixelRect> source_window(const SourceLattice& lattice, const PixelRect& window, double radius_x,
                                       double radius_y, std::int64_t source_width, std::int64_t source_height);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Source positions of output pixels as integers at the nodes of a coarse lattice: what a resampling needs of geometry.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "host/geo/grid.hpp"

namespace groundshift {

/// Positions count 2^-20 of a source pixel; the centre of source pixel (0,0) is 0.
inline constexpr int kPositionBits = 20;
inline constexpr std::int64_t kPositionOne = std::int64_t{1} << kPositionBits;
/// No position: the transformation fails there, or leads further than 2^30 pixels away.
inline constexpr std::int64_t kNoPosition = std::numeric_limits<std::int64_t>::min();

/// Nearest multiple of 2^-20, halves upwards (floor(p * 2^20 + 1/2)); kNoPosition for NaN and |p| > 2^30. The limit
/// keeps the integer interpolation between nodes inside 64 bits for steps up to 64.
std::int64_t quantized_position(double pixels);

/// Nodes at every 2^step_log2 pixels of the output grid, counted from its origin, so that no window moves them.
/// Node (column, row) is output pixel (column << step_log2, row << step_log2); x and y are row-major, `columns` wide.
/// Both or neither of a node's x and y are kNoPosition.
struct PositionLattice {
  int step_log2 = 0;
  std::int64_t first_column = 0, first_row = 0;
  std::int32_t columns = 0, rows = 0;
  std::vector<std::int64_t> x, y;
};

/// The nodes around a window of output pixels: those of the cells its pixels lie in (a cell = step x step pixels), one
/// more to the right and below. Positions are left empty.
PositionLattice lattice_frame(const PixelRect& window, int step_log2);

struct SourcePosition {
  std::int64_t x = kNoPosition, y = kNoPosition;
  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// Position of an output pixel inside the lattice: bilinear between the four nodes of its cell in integers, rounded
/// halves upwards; kNoPosition when one of the four has none.
SourcePosition position_at(const PositionLattice& lattice, std::int64_t x, std::int64_t y);

/// Source pixels that a resampling of `window` touches: the bounding box of its positions, grown by `radius_x` and
/// `radius_y` source pixels, cut at the source's size. Nothing when that leaves no pixel.
std::optional<PixelRect> source_window(const PositionLattice& lattice, const PixelRect& window, double radius_x,
                                       double radius_y, std::int64_t source_width, std::int64_t source_height);

}  // namespace groundshift

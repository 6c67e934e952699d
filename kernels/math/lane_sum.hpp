// SPDX-License-Identifier: Apache-2.0
// The one order in which float values of a cell are added, so that tiles, threads and devices cannot change a bit.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

// Definition. A cell is kCellSize x kCellSize pixels (cropped at the image's border). Its sum of a term t(pixel):
//  1. kCellLanes lanes in double start at +0. Pixel (x, y), counted from the cell's corner, belongs to lane
//     x mod kCellLanes. A lane takes its pixels rows top to bottom, within a row left to right: lane = lane + t.
//  2. A pixel that is not valid adds nothing (adding +0 is the same bits: a lane is never -0).
//  3. The lanes are joined by a fixed tree: for offset 16, 8, 4, 2, 1: lane[l] = lane[l] + lane[l + offset].
// t of a first moment is double(z_i); of a second moment double(z_i) * double(z_j), exact in double for float32 z.
// Relative error for terms of one sign: below kCellSize * (kCellSize / kCellLanes) / 2 * 2^-53 = 2^-43.

/// Lane of a pixel by its column in the cell (>= 0).
GS_HD std::int32_t lane_of_column(std::int32_t column_in_cell) { return column_in_cell % kCellLanes; }

/// Step 3 in place on `kCellLanes` lanes; returns the cell's sum. A warp does the same with
/// `x = x + shuffle_down(x, offset)` for the same offsets: its lane 0 then holds the same bits.
GS_HD double lane_tree(double* lanes) {
  for (std::int32_t offset = kCellLanes / 2; offset > 0; offset /= 2) {
    for (std::int32_t lane = 0; lane < offset; ++lane) lanes[lane] = lanes[lane] + lanes[lane + offset];
  }
  return lanes[0];
}

}  // namespace groundshift

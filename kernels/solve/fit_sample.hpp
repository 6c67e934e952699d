// SPDX-License-Identifier: Apache-2.0
// Which cells a sampled fit reads, and how far its correlations may be off for it.
#pragma once

#include <cstdint>
#include <vector>

namespace groundshift {

/// Every cell (256 x 256 pixels, counted from the grid's origin, cut at its border) of a grid of width x height pixels
/// once, in the order in which a sample takes them: by pixel_hash(cell column, cell row), equal ones by index. A cell
/// is its index, row by row. A longer sample holds the shorter one; the order knows nothing of tiles, threads or files.
/// Empty for an empty grid; throws std::invalid_argument for a negative side.
std::vector<std::int64_t> select_cells(std::int32_t width, std::int32_t height);

/// Standard error of a correlation from so many independent draws: (1 - rho^2) / sqrt(draw_count); infinite without
/// any. Of a sample of whole cells the draws are the cells: that bounds the error from above, as the pixels of a cell
/// say more than one does. (Of 281 cells of a 16384 x 16384 synthetic scene the correlations were off by a seventh of
/// it; counting every 25th pixel as a draw gave a seventh of what they were off.)
double sampling_error(double rho, std::int64_t draw_count);

}  // namespace groundshift

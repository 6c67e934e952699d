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

/// Pixels that say as much as one independent one: scenes are correlated over 10 to 50 pixels.
/// source : ALGORITHMS of the project, cost of a pass
inline constexpr double kAutocorrelationArea = 25.0;

/// Standard error of a correlation from a sample: (1 - rho^2) / sqrt(n / kAutocorrelationArea). Infinite without
/// pixels.
double sampling_error(double rho, std::int64_t pixel_count);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Outlines of components along pixel edges, traced row by row.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "host/sites/components.hpp"

namespace groundshift {

/// A corner of pixels: column and row of the pixel to its lower right.
struct Corner {
  std::int32_t x = 0, y = 0;
  friend bool operator==(const Corner&, const Corner&) = default;
};

/// Corners of closed rings, one after the other; the last corner of a ring is not repeated and no three follow each
/// other on a line.
/// exterior first, counter-clockwise as seen with row 0 at the top; then the holes, clockwise
/// ring_ends : end of each ring in `corners`
struct PixelPolygon {
  std::vector<Corner> corners;
  std::vector<std::int32_t> ring_ends;
};

/// Traces 4-connected components. Each gives one polygon that is valid by the OGC's rules: a ring that would touch
/// itself in a corner is cut there into rings that touch each other.
/// wanted  : whether to trace the component with index i
/// take    : gets each polygon when the last row of the component is done, in the order of their last rows
/// most_bytes : for the corners of components that are open; throws BudgetError when they need more
void trace_contours(LabelledRuns& parts, std::int64_t most_bytes, const std::function<bool(std::int32_t)>& wanted,
                    const std::function<void(std::int32_t, const PixelPolygon&)>& take);

}  // namespace groundshift

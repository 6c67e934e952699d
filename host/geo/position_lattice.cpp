// SPDX-License-Identifier: Apache-2.0
// Integer arithmetic on lattices of positions.
#include "host/geo/position_lattice.hpp"

#include <algorithm>
#include <cmath>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

/// Output coordinates at which the positions of a window take their extremes along one axis: its ends and the nodes
/// between them, as interpolation is linear in between.
std::vector<std::int64_t> breaks(std::int64_t first, std::int64_t count, int step_log2) {
  std::vector<std::int64_t> out{first};
  for (std::int64_t node = (first >> step_log2) + 1; (node << step_log2) < first + count - 1; ++node) {
    out.push_back(node << step_log2);
  }
  if (count > 1) out.push_back(first + count - 1);
  return out;
}

}  // namespace

std::int64_t quantized_position(double pixels) {
  constexpr double kFurthest = static_cast<double>(kFarthestPosition >> kPositionBits);
  if (!(std::fabs(pixels) <= kFurthest)) return kNoPosition;
  return static_cast<std::int64_t>(std::floor(pixels * static_cast<double>(kPositionOne) + 0.5));
}

SourceLattice lattice_frame(const PixelRect& window, int step_log2) {
  expects(window.width > 0 && window.height > 0 && step_log2 >= 0 && step_log2 <= 6, "a lattice around no pixels");
  SourceLattice out;
  out.step_log2 = step_log2;
  out.first_column = window.x >> step_log2;
  out.first_row = window.y >> step_log2;
  const auto count = [&](std::int64_t first, std::int64_t length) {
    return static_cast<std::int32_t>(((first + length - 1) >> step_log2) - (first >> step_log2) + 2);
  };
  out.columns = count(window.x, window.width);
  out.rows = count(window.y, window.height);
  return out;
}

PositionLattice SourceLattice::view(std::int64_t window_x, std::int64_t window_y) const {
  const auto within = [&](std::int64_t pixel, std::int64_t node) {
    return static_cast<std::int32_t>(pixel - (node << step_log2));
  };
  return {step_log2, within(window_x, first_column), within(window_y, first_row), columns, rows, x.data(), y.data()};
}

void SourceLattice::count_from(std::int64_t source_x, std::int64_t source_y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == kNoPosition) continue;
    x[i] -= source_x * kPositionOne;
    y[i] -= source_y * kPositionOne;
  }
}

SourcePosition position_at(const SourceLattice& lattice, std::int64_t x, std::int64_t y) {
  return position_at(lattice.view(x, y), 0, 0);
}

std::optional<PixelRect> source_window(const SourceLattice& lattice, const PixelRect& window, double radius_x,
                                       double radius_y, std::int64_t source_width, std::int64_t source_height) {
  std::int64_t left = std::numeric_limits<std::int64_t>::max(), right = std::numeric_limits<std::int64_t>::min();
  std::int64_t top = left, bottom = right;
  const auto include = [&](const SourcePosition& p) {
    if (!p.defined) return;
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  };
  const std::vector<std::int64_t> across = breaks(window.x, window.width, lattice.step_log2);
  for (const std::int64_t y : breaks(window.y, window.height, lattice.step_log2)) {
    for (const std::int64_t x : across) {
      include(position_at(lattice, x, y));
      // A pixel before a node belongs to another cell, which alone may have positions.
      if (x > window.x) include(position_at(lattice, x - 1, y));
      if (y > window.y) include(position_at(lattice, x, y - 1));
      if (x > window.x && y > window.y) include(position_at(lattice, x - 1, y - 1));
    }
  }
  if (left > right) return std::nullopt;
  const auto cut = [](std::int64_t low, std::int64_t high, double radius, std::int64_t size) {
    const double one = static_cast<double>(kPositionOne);
    const double first = std::floor(static_cast<double>(low) / one - radius);
    const double last = std::ceil(static_cast<double>(high) / one + radius);
    return std::pair{static_cast<std::int64_t>(std::max(first, 0.0)),
                     static_cast<std::int64_t>(std::min(last, static_cast<double>(size - 1)))};
  };
  const auto [x0, x1] = cut(left, right, radius_x, source_width);
  const auto [y0, y1] = cut(top, bottom, radius_y, source_height);
  if (x0 > x1 || y0 > y1) return std::nullopt;
  return PixelRect{x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

}  // namespace groundshift

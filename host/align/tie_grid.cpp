// SPDX-License-Identifier: Apache-2.0
// Choice of window side and step, and thinning.
#include "host/align/tie_grid.hpp"

#include <array>
#include <cstddef>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

struct Size {
  std::int32_t side, step;
};
constexpr std::array<Size, 7> kSizes{{{256, 256}, {256, 128}, {128, 128}, {128, 64}, {64, 64}, {64, 32}, {32, 32}}};
constexpr std::size_t kFirstDense = 2;
constexpr std::int64_t kEnough = 16;  ///< windows: an affine map has 3 unknowns an axis and outliers are to be seen

std::int32_t fitting(std::int32_t extent, const Size& size) {
  return extent < size.side ? 0 : (extent - size.side) / size.step + 1;
}

}  // namespace

Window TieGrid::window(std::int64_t index) const {
  const auto column = static_cast<std::int32_t>(index % columns);
  const auto row = static_cast<std::int32_t>(index / columns);
  return {(first_x + column * stride) * step, (first_y + row * stride) * step, side, side};
}

TieGrid make_tie_grid(std::int32_t width, std::int32_t height, TieDensity density, std::int64_t max_windows) {
  expects(max_windows >= 1, "a tie grid has at least one window");
  TieGrid best;
  for (std::size_t i = density == TieDensity::dense ? kFirstDense : 0; i < kSizes.size(); ++i) {
    TieGrid grid{kSizes[i].side, kSizes[i].step, 1, fitting(width, kSizes[i]), fitting(height, kSizes[i]), 0, 0};
    if (grid.count() > best.count()) best = grid;
    if (best.count() >= kEnough) break;
  }
  if (best.count() == 0) return {};
  const std::int32_t all_columns = best.columns, all_rows = best.rows;
  const auto thinned = [&](std::int32_t all) { return (all - 1) / best.stride + 1; };
  while (std::int64_t{thinned(all_columns)} * thinned(all_rows) > max_windows) ++best.stride;
  best.columns = thinned(all_columns);
  best.rows = thinned(all_rows);
  best.first_x = ((all_columns - 1) % best.stride) / 2;
  best.first_y = ((all_rows - 1) % best.stride) / 2;
  return best;
}

}  // namespace groundshift

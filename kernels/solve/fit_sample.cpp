// SPDX-License-Identifier: Apache-2.0
// The hashed order of cells and the sampling error.
#include "kernels/solve/fit_sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "kernels/math/pixel_hash.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

std::vector<std::int64_t> select_cells(std::int32_t width, std::int32_t height) {
  if (width < 0 || height < 0) throw std::invalid_argument("select_cells: negative side");
  const auto cells_along = [](std::int32_t side) { return side / kCellSize + (side % kCellSize != 0 ? 1 : 0); };
  const std::int32_t columns = cells_along(width), rows = cells_along(height);
  std::vector<std::pair<std::uint32_t, std::int64_t>> keyed;
  keyed.reserve(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  for (std::int32_t y = 0; y < rows; ++y) {
    for (std::int32_t x = 0; x < columns; ++x) keyed.emplace_back(pixel_hash(x, y), std::int64_t{y} * columns + x);
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::int64_t> out;
  out.reserve(keyed.size());
  for (const auto& [hash, cell] : keyed) out.push_back(cell);
  return out;
}

double sampling_error(double rho, std::int64_t draw_count) {
  if (draw_count < 1) return std::numeric_limits<double>::infinity();
  return (1.0 - rho * rho) / std::sqrt(static_cast<double>(draw_count));
}

}  // namespace groundshift

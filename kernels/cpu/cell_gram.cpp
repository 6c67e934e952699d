// SPDX-License-Identifier: Apache-2.0
// Weighted moments of float tiles on the CPU: one fixed-order sum a cell (math/lane_sum.hpp).
#include <algorithm>
#include <atomic>
#include <limits>
#include <vector>

#include "kernels/cpu/gram.hpp"
#include "kernels/cpu/panel_sums.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/weight_rows.hpp"
#include "kernels/cpu/workers.hpp"

namespace groundshift::cpu {

static_assert(kPanelChunk == kCellSize && kPanelChunk == kFormChunk, "a chunk is a row of a cell");

template <>
void weighted_gram(const PairPlanes<float>& core, const Weigher& weigher, GramProducts /*products*/, TileGram& out,
                   TileGram* held_out) {
  const std::int32_t cells_across = (core.valid.width + kCellSize - 1) / kCellSize;
  const std::int32_t cells_down = (core.valid.height + kCellSize - 1) / kCellSize;
  const std::int64_t cell_count = std::int64_t{cells_across} * cells_down;
  const auto sum_count = static_cast<std::size_t>(gram_count(2 * core.before.band_count));
  const auto clear = [&](TileGram& gram) {
    gram.integer_sums.clear();
    gram.cell_sums.assign(static_cast<std::size_t>(cell_count) * sum_count, 0.0);
  };
  clear(out);
  if (held_out != nullptr) clear(*held_out);
  std::atomic<std::int64_t> count{0}, held_count{0};
  for_each_index(cell_count, [&](std::int64_t cell) {
    const auto x = static_cast<std::int32_t>(cell % cells_across) * kCellSize;
    const auto y = static_cast<std::int32_t>(cell / cells_across) * kCellSize;
    const Window window{x, y, std::min(kCellSize, core.valid.width - x), std::min(kCellSize, core.valid.height - y)};
    WeightRows weights(weigher, window);
    if (weights.count() == 0) return;
    const auto sum_into = [&](TileGram& gram) {
      double* const own = gram.cell_sums.data() + static_cast<std::size_t>(cell) * sum_count;
      PanelSums<float> panels(core.before.band_count);
      panels.run(core.window(window), weights.view(), weights.chunk_used(), [&](std::size_t index, double* lanes) {
        const double sum = lane_tree(lanes);
        own[index] = sum == sum ? sum : std::numeric_limits<double>::quiet_NaN();  // one NaN
      });
    };
    count += weights.count();
    sum_into(out);
    if (held_out == nullptr) return;
    weights.keep(weigher.held_out(window));
    if (weights.count() == 0) return;
    held_count += weights.count();
    sum_into(*held_out);
  });
  out.count = count;
  if (held_out != nullptr) held_out->count = held_count;
}

std::size_t gram_worker_bytes(const WorkspaceShape& shape) {
  const auto variables = static_cast<std::size_t>(2 * shape.band_count);
  const std::size_t forms = variables * kFormChunk * sizeof(float);
  const std::size_t panels =
      (std::size_t{2} * kPanel * kPanelChunk + std::size_t{kPanel} * kPanel * PanelSums<float>::kSet) * sizeof(double);
  const bool integers = is_integer(shape.type);
  const std::size_t weight_pixels =
      integers ? std::size_t{kBandRows} * static_cast<std::size_t>(shape.width) : std::size_t{kCellSize} * kCellSize;
  const std::size_t sums = integers ? static_cast<std::size_t>(gram_count(2 * shape.band_count)) * sizeof(ExactSum) : 0;
  return forms + panels + weight_pixels * (sizeof(std::uint32_t) + 1) + sums;
}

}  // namespace groundshift::cpu

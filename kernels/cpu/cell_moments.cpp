// SPDX-License-Identifier: Apache-2.0
// First and second moments of float tiles on the CPU: one fixed-order sum a cell (math/lane_sum.hpp).
#include <algorithm>
#include <atomic>
#include <limits>
#include <vector>

#include "kernels/cpu/clones.hpp"
#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/workers.hpp"
#include "kernels/math/lane_sum.hpp"

namespace groundshift::cpu {
namespace {

// Values of one row of a cell in double, +0 where not valid and beyond the cell's last column.
GS_CLONES void hold_row(const float* __restrict pixels, const std::uint8_t* __restrict valid, std::int32_t count,
                        double* __restrict held) {
  for (std::int32_t x = 0; x < count; ++x) {
    const float value = valid[x] != 0 ? pixels[x] : 0.0f;
    held[x] = static_cast<double>(value);
  }
  for (std::int32_t x = count; x < kCellSize; ++x) held[x] = 0.0;
}

// Adds one row to the lanes of every sum, in the order of TileMoments. A zero adds nothing.
GS_CLONES void add_row(const double* held, std::int32_t variable_count, std::int32_t lane_blocks, double* lanes) {
  for (std::int32_t i = 0; i < variable_count; ++i) {
    const double* __restrict a = held + i * kCellSize;
    double* __restrict sum = lanes + i * kCellLanes;
    for (std::int32_t block = 0; block < lane_blocks; ++block) {
      for (std::int32_t l = 0; l < kCellLanes; ++l) sum[l] = sum[l] + a[block * kCellLanes + l];
    }
  }
  double* __restrict sum = lanes + variable_count * kCellLanes;
  for (std::int32_t i = 0; i < variable_count; ++i) {
    const double* __restrict a = held + i * kCellSize;
    for (std::int32_t j = i; j < variable_count; ++j) {
      const double* __restrict b = held + j * kCellSize;
      for (std::int32_t block = 0; block < lane_blocks; ++block) {
        for (std::int32_t l = 0; l < kCellLanes; ++l) {
          sum[l] = sum[l] + a[block * kCellLanes + l] * b[block * kCellLanes + l];
        }
      }
      sum += kCellLanes;
    }
  }
}

std::int64_t cell_sums(const PairPlanes<float>& cell, double* sums) {
  const std::int32_t band_count = cell.before.band_count;
  const std::int32_t sum_count = moment_count(band_count);
  std::vector<double> held(static_cast<std::size_t>(2 * band_count) * kCellSize);
  std::vector<double> lanes(static_cast<std::size_t>(sum_count) * kCellLanes, 0.0);
  const std::int32_t lane_blocks = (cell.valid.width + kCellLanes - 1) / kCellLanes;
  std::int64_t valid_count = 0;
  for (std::int32_t y = 0; y < cell.valid.height; ++y) {
    const std::uint8_t* valid = cell.valid.row(y);
    for (std::int32_t x = 0; x < cell.valid.width; ++x) valid_count += valid[x] != 0 ? 1 : 0;
    for (std::int32_t b = 0; b < band_count; ++b) {
      hold_row(cell.before.band(b).row(y), valid, cell.valid.width, held.data() + b * kCellSize);
      hold_row(cell.after.band(b).row(y), valid, cell.valid.width, held.data() + (band_count + b) * kCellSize);
    }
    add_row(held.data(), 2 * band_count, lane_blocks, lanes.data());
  }
  for (std::int32_t k = 0; k < sum_count; ++k) {
    const double sum = lane_tree(lanes.data() + k * kCellLanes);
    sums[k] = sum == sum ? sum : std::numeric_limits<double>::quiet_NaN();  // one NaN, whatever made it
  }
  return valid_count;
}

}  // namespace

template <>
void gram(const PairPlanes<float>& core, TileMoments& out) {
  const std::int32_t cells_across = (core.valid.width + kCellSize - 1) / kCellSize;
  const std::int32_t cells_down = (core.valid.height + kCellSize - 1) / kCellSize;
  const std::int64_t cell_count = std::int64_t{cells_across} * cells_down;
  const std::int32_t sum_count = moment_count(core.before.band_count);
  out.integer_sums.clear();
  out.cell_sums.resize(static_cast<std::size_t>(cell_count * sum_count));
  std::atomic<std::int64_t> valid_count{0};
  for_each_index(cell_count, [&](std::int64_t cell) {
    const auto x = static_cast<std::int32_t>(cell % cells_across) * kCellSize;
    const auto y = static_cast<std::int32_t>(cell / cells_across) * kCellSize;
    const Window window{x, y, std::min(kCellSize, core.valid.width - x), std::min(kCellSize, core.valid.height - y)};
    valid_count += cell_sums(core.window(window), out.cell_sums.data() + cell * sum_count);
  });
  out.count = valid_count;
}

}  // namespace groundshift::cpu

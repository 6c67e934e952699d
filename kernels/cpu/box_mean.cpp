// SPDX-License-Identifier: Apache-2.0
// Box mean of scores on the CPU: row sums of the whole tile, then column sums, both over vectors of pixels.
#include "kernels/ops/box_mean.hpp"

#include <algorithm>

#include "kernels/cpu/clones.hpp"
#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/row_bands.hpp"

namespace groundshift::cpu {
namespace {

constexpr std::int32_t kChunk = 512;  // pixels whose sums stay in the first-level cache

// Sums of raw[x - radius .. x + radius], left to right, for the columns of the core in one row.
GS_CLONES void sum_row(const float* __restrict raw, std::int32_t raw_width, std::int32_t core_x,
                       std::int32_t core_width, std::int32_t radius, float* __restrict sums,
                       std::int32_t* __restrict counts) {
  for (std::int32_t x0 = 0; x0 < core_width; x0 += kChunk) {
    const std::int32_t x1 = std::min(x0 + kChunk, core_width);
    for (std::int32_t x = x0; x < x1; ++x) {
      sums[x] = BoxMean::start().sum;
      counts[x] = BoxMean::start().count;
    }
    for (std::int32_t dx = -radius; dx <= radius; ++dx) {
      const std::int32_t shift = core_x + dx;  // raw column of core column 0
      const std::int32_t first = std::max(x0, -shift);
      const std::int32_t last = std::min(x1, raw_width - shift);
      for (std::int32_t x = first; x < last; ++x) {
        BoxMean::Sum row{sums[x], counts[x]};
        BoxMean::add(row, raw[shift + x]);
        sums[x] = row.sum;
        counts[x] = row.count;
      }
    }
  }
}

// Means of one row of the core from the row sums of rows [first_row, last_row) of the window.
GS_CLONES void mean_row(const float* sums, const std::int32_t* counts, std::int32_t core_width, std::int32_t first_row,
                        std::int32_t last_row, const float* __restrict own, float* __restrict out) {
  float window_sums[kChunk];
  std::int32_t window_counts[kChunk];
  for (std::int32_t x0 = 0; x0 < core_width; x0 += kChunk) {
    const std::int32_t count = std::min(kChunk, core_width - x0);
    for (std::int32_t x = 0; x < count; ++x) {
      window_sums[x] = BoxMean::start().sum;
      window_counts[x] = BoxMean::start().count;
    }
    for (std::int32_t row = first_row; row < last_row; ++row) {
      const float* __restrict row_sums = sums + std::ptrdiff_t{row} * core_width + x0;
      const std::int32_t* __restrict row_counts = counts + std::ptrdiff_t{row} * core_width + x0;
      for (std::int32_t x = 0; x < count; ++x) {
        BoxMean::Sum window{window_sums[x], window_counts[x]};
        BoxMean::merge(window, {row_sums[x], row_counts[x]});
        window_sums[x] = window.sum;
        window_counts[x] = window.count;
      }
    }
    for (std::int32_t x = 0; x < count; ++x) {
      out[x0 + x] = BoxMean::finish({window_sums[x], window_counts[x]}, own[x0 + x]);
    }
  }
}

}  // namespace

void Executor::box_mean(const RasterView<const float>& raw, const Window& core, std::int32_t radius,
                        const RasterView<float>& out) {
  const std::int32_t top = std::max(0, core.y - radius);
  const std::int32_t bottom = std::min(raw.height, core.y + core.height + radius);
  float* sums = scratch_.row_sums();
  std::int32_t* counts = scratch_.row_counts();
  for_each_row_band(bottom - top, [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t row = first; row < last; ++row) {
      const std::ptrdiff_t at = std::ptrdiff_t{row} * core.width;
      sum_row(raw.row(top + row), raw.width, core.x, core.width, radius, sums + at, counts + at);
    }
  });
  for_each_row_band(core.height, [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t y = first; y < last; ++y) {
      const std::int32_t first_row = std::max(top, core.y + y - radius) - top;
      const std::int32_t last_row = std::min(bottom, core.y + y + radius + 1) - top;
      mean_row(sums, counts, core.width, first_row, last_row, raw.row(core.y + y) + core.x, out.row(y));
    }
  });
}

}  // namespace groundshift::cpu

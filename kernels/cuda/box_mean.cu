// SPDX-License-Identifier: Apache-2.0
// Box mean of scores on the device: row sums in shared memory, or in device memory where the window is too tall.
#include "kernels/ops/box_mean.hpp"

#include <algorithm>

#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

constexpr int kColumns = 32;    // of a block's pixels, and its threads across
constexpr int kRows = 32;       // of a block's pixels
constexpr int kThreadRows = 8;  // threads down; each takes every eighth row

static_assert((kRows + 2 * kMaxSharedRadius) * kColumns * sizeof(BoxMean::Sum) <= 48 * 1024);

// Left to right over raw(x - radius .. x + radius, y); what lies outside the image is left out.
__device__ BoxMean::Sum row_sum(const RasterView<const float>& raw, int x, int y, int radius) {
  BoxMean::Sum sum = BoxMean::start();
  if (y < 0 || y >= raw.height) return sum;
  const int first = x - radius < 0 ? 0 : x - radius;
  const int last = x + radius >= raw.width ? raw.width - 1 : x + radius;
  for (int column = first; column <= last; ++column) BoxMean::add(sum, raw(column, y));
  return sum;
}

__global__ void box_mean_shared(RasterView<const float> raw, Window core, int radius, int blocks_across,
                                RasterView<float> out) {
  GS_DYN_SHARED(BoxMean::Sum, rows);  // (kRows + 2 radius) x kColumns
  const int x = static_cast<int>(blockIdx.x) % blocks_across * kColumns + static_cast<int>(threadIdx.x);
  const int top = static_cast<int>(blockIdx.x) / blocks_across * kRows;
  for (int row = static_cast<int>(threadIdx.y); row < kRows + 2 * radius; row += kThreadRows) {
    rows[row * kColumns + static_cast<int>(threadIdx.x)] =
        row_sum(raw, core.x + x, core.y + top - radius + row, radius);
  }
  __syncthreads();
  if (x >= core.width) return;
  for (int row = static_cast<int>(threadIdx.y); row < kRows && top + row < core.height; row += kThreadRows) {
    BoxMean::Sum window = BoxMean::start();
    for (int dy = 0; dy <= 2 * radius; ++dy) {
      BoxMean::merge(window, rows[(row + dy) * kColumns + static_cast<int>(threadIdx.x)]);
    }
    out(x, top + row) = BoxMean::finish(window, raw(core.x + x, core.y + top + row));
  }
}

// The same in two kernels; `first_row` is the raw row of the first row of sums.
__global__ void row_sums_kernel(RasterView<const float> raw, int first_row, int row_count, Window core, int radius,
                                int blocks_across, BoxScratch sums) {
  const int x = static_cast<int>(blockIdx.x) % blocks_across * kColumns + static_cast<int>(threadIdx.x);
  const int row = static_cast<int>(blockIdx.x) / blocks_across * kThreadRows + static_cast<int>(threadIdx.y);
  if (x >= core.width || row >= row_count) return;
  const BoxMean::Sum sum = row_sum(raw, core.x + x, first_row + row, radius);
  const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * core.width + x;
  sums.row_sums[at] = sum.sum;
  sums.row_counts[at] = sum.count;
}

__global__ void mean_kernel(RasterView<const float> raw, int first_row, int row_count, Window core, int radius,
                            int blocks_across, BoxScratch sums, RasterView<float> out) {
  const int x = static_cast<int>(blockIdx.x) % blocks_across * kColumns + static_cast<int>(threadIdx.x);
  const int y = static_cast<int>(blockIdx.x) / blocks_across * kThreadRows + static_cast<int>(threadIdx.y);
  if (x >= core.width || y >= core.height) return;
  const int above = core.y + y - radius - first_row;
  const int below = core.y + y + radius - first_row;
  BoxMean::Sum window = BoxMean::start();
  for (int row = above < 0 ? 0 : above; row <= below && row < row_count; ++row) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * core.width + x;
    BoxMean::merge(window, {sums.row_sums[at], sums.row_counts[at]});
  }
  out(x, y) = BoxMean::finish(window, raw(core.x + x, core.y + y));
}

unsigned block_count(std::int32_t across, std::int32_t down) {
  return static_cast<unsigned>(across) * static_cast<unsigned>(down);
}

}  // namespace

void box_mean(cudaStream_t stream, const RasterView<const float>& raw, const Window& core, std::int32_t radius,
              const BoxScratch& scratch, const RasterView<float>& out) {
  const dim3 threads(kColumns, kThreadRows);
  const std::int32_t across = blocks_for(core.width, kColumns);
  if (radius <= kMaxSharedRadius) {
    const std::size_t shared_bytes = static_cast<std::size_t>(kRows + 2 * radius) * kColumns * sizeof(BoxMean::Sum);
    GS_LAUNCH(box_mean_shared, dim3(block_count(across, blocks_for(core.height, kRows))), threads, shared_bytes, stream,
              raw, core, radius, across, out);
    return;
  }
  const std::int32_t first_row = std::max(0, core.y - radius);
  const std::int32_t row_count = std::min(raw.height, core.y + core.height + radius) - first_row;
  GS_LAUNCH(row_sums_kernel, dim3(block_count(across, blocks_for(row_count, kThreadRows))), threads, 0, stream, raw,
            first_row, row_count, core, radius, across, scratch);
  GS_LAUNCH(mean_kernel, dim3(block_count(across, blocks_for(core.height, kThreadRows))), threads, 0, stream, raw,
            first_row, row_count, core, radius, across, scratch, out);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

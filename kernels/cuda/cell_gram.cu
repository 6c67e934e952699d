// SPDX-License-Identifier: Apache-2.0
// Weighted moments of float tiles on the device: a warp a cell, its lanes the lanes of math/lane_sum.hpp.
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/moment_groups.cuh"
#include "kernels/math/lane_sum.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

static_assert(kCellLanes == 32, "a warp's lanes are a cell's lanes");
constexpr unsigned kAllLanes = 0xffffffffu;
constexpr int kProducts = kGroupSide * kGroupSide;

// Lane 0 gets the cell's sum, by the tree of lane_sum.hpp; one NaN whatever made it.
__device__ double join_lanes(double lane) {
  for (int offset = kCellLanes / 2; offset > 0; offset /= 2) {
    lane = lane + __shfl_down_sync(kAllLanes, lane, static_cast<unsigned>(offset));
  }
  return lane == lane ? lane : __builtin_bit_cast(double, 0x7ff8000000000000ull);
}

__global__ void cell_gram_kernel(PairPlanes<float> core, RasterView<const std::uint32_t> weights, int cells_across,
                                 int sum_count, double* sums) {
  const int lane = static_cast<int>(threadIdx.x);
  const int variable_count = 2 * core.before.band_count;
  const MomentGroup group = moment_group(static_cast<int>(blockIdx.y), variable_count);
  const int left = static_cast<int>(blockIdx.x) % cells_across * kCellSize;
  const int top = static_cast<int>(blockIdx.x) / cells_across * kCellSize;
  const int right = left + kCellSize < core.valid.width ? left + kCellSize : core.valid.width;
  const int bottom = top + kCellSize < core.valid.height ? top + kCellSize : core.valid.height;

  double products[kProducts] = {};
  double firsts[kGroupSide] = {};
  double weight_sum = 0.0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left + lane; x < right; x += kCellLanes) {
      const double weight = static_cast<double>(weights(x, y));
      const bool counted = weight != 0.0;
      weight_sum = weight_sum + weight;
      double row[kGroupSide];
      double column[kGroupSide];
#pragma unroll
      for (int k = 0; k < kGroupSide; ++k) {  // +0 without weight or variable: it changes no lane
        const int i = group.first_row + k;
        const int j = group.first_column + k;
        row[k] = counted && i < variable_count ? weight * static_cast<double>(variable_row(core, i, y)[x]) : 0.0;
        column[k] = counted && j < variable_count ? static_cast<double>(variable_row(core, j, y)[x]) : 0.0;
      }
#pragma unroll
      for (int i = 0; i < kGroupSide; ++i) {
        firsts[i] = firsts[i] + row[i];
#pragma unroll
        for (int j = 0; j < kGroupSide; ++j) {
          products[i * kGroupSide + j] = products[i * kGroupSide + j] + row[i] * column[j];
        }
      }
    }
  }

  double* const set = sums + static_cast<std::ptrdiff_t>(blockIdx.x) * sum_count;
  double* const cell_sums = set + 1;  // of the variables and their products
#pragma unroll
  for (int k = 0; k < kProducts; ++k) {
    const double sum = join_lanes(products[k]);
    const int i = group.first_row + k / kGroupSide;
    const int j = group.first_column + k % kGroupSide;
    if (lane == 0 && i <= j && j < variable_count) cell_sums[product_index(i, j, variable_count)] = sum;
  }
#pragma unroll
  for (int k = 0; k < kGroupSide; ++k) {
    const double sum = join_lanes(firsts[k]);
    const int i = group.first_row + k;
    if (lane == 0 && group.diagonal() && i < variable_count) cell_sums[i] = sum;
  }
  const double weight = join_lanes(weight_sum);
  if (lane == 0 && blockIdx.y == 0) *set = weight;
}

}  // namespace

void cell_gram(cudaStream_t stream, const PairPlanes<float>& core, const RasterView<const std::uint32_t>& weights,
               double* sums) {
  const std::int32_t across = blocks_for(core.valid.width, kCellSize);
  const std::int32_t down = blocks_for(core.valid.height, kCellSize);
  const auto groups = static_cast<unsigned>(moment_group_count(2 * core.before.band_count));
  GS_LAUNCH(cell_gram_kernel, dim3(static_cast<unsigned>(across) * static_cast<unsigned>(down), groups),
            dim3(kCellLanes), 0, stream, core, weights, across, gram_count(2 * core.before.band_count), sums);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

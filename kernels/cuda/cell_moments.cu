// SPDX-License-Identifier: Apache-2.0
// Moments of float tiles on the device: a warp a cell, its lanes the lanes of math/lane_sum.hpp.
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

__global__ void cell_moments_kernel(PairPlanes<float> core, int cells_across, int sum_count, double* sums,
                                    unsigned long long* count) {
  const int lane = static_cast<int>(threadIdx.x);
  const int variable_count = 2 * core.before.band_count;
  const MomentGroup group = moment_group(static_cast<int>(blockIdx.y), variable_count);
  const int left = static_cast<int>(blockIdx.x) % cells_across * kCellSize;
  const int top = static_cast<int>(blockIdx.x) / cells_across * kCellSize;
  const int right = left + kCellSize < core.valid.width ? left + kCellSize : core.valid.width;
  const int bottom = top + kCellSize < core.valid.height ? top + kCellSize : core.valid.height;

  double products[kProducts] = {};
  double firsts[kGroupSide] = {};
  unsigned valid_pixels = 0;
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* valid_row = core.valid.row(y);
    for (int x = left + lane; x < right; x += kCellLanes) {
      const bool valid = valid_row[x] != 0;
      valid_pixels += valid ? 1u : 0u;
      double row[kGroupSide];
      double column[kGroupSide];
#pragma unroll
      for (int k = 0; k < kGroupSide; ++k) {  // +0 where not valid or no such variable: it changes no lane
        const int i = group.first_row + k;
        const int j = group.first_column + k;
        row[k] = valid && i < variable_count ? static_cast<double>(variable_row(core, i, y)[x]) : 0.0;
        column[k] = valid && j < variable_count ? static_cast<double>(variable_row(core, j, y)[x]) : 0.0;
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

  double* cell_sums = sums + static_cast<std::ptrdiff_t>(blockIdx.x) * sum_count;
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
  for (int offset = kCellLanes / 2; offset > 0; offset /= 2) {
    valid_pixels += __shfl_down_sync(kAllLanes, valid_pixels, static_cast<unsigned>(offset));
  }
  if (lane == 0 && blockIdx.y == 0) atomicAdd(count, static_cast<unsigned long long>(valid_pixels));
}

}  // namespace

void cell_moments(cudaStream_t stream, const PairPlanes<float>& core, double* sums, unsigned long long* count) {
  const std::int32_t across = blocks_for(core.valid.width, kCellSize);
  const std::int32_t down = blocks_for(core.valid.height, kCellSize);
  const auto groups = static_cast<unsigned>(moment_group_count(2 * core.before.band_count));
  GS_LAUNCH(cell_moments_kernel, dim3(static_cast<unsigned>(across) * static_cast<unsigned>(down), groups),
            dim3(kCellLanes), 0, stream, core, across, moment_count(core.before.band_count), sums, count);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

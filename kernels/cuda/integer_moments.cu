// SPDX-License-Identifier: Apache-2.0
// Moments of integer tiles on the device: exact 64-bit sums, so blocks may finish in any order.
#include <algorithm>
#include <type_traits>

#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/moment_groups.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

constexpr int kThreads = 128;
constexpr int kRowsPerBlock = 8;
constexpr int kProducts = kGroupSide * kGroupSide;
constexpr int kValues = kProducts + kGroupSide + 1;  // products, first moments, valid pixels
constexpr int kParts = 4;                            // threads that share the final sum of one value
static_assert(kValues * kParts <= kThreads);

// 32-bit factors give a 64-bit product by one instruction.
template <class T>
using Factor = std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>;
template <class T>
using Product = std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;

// A thread's own sums over its pixels of the rows blockIdx.x, + gridDim.x, ...
template <class T>
__device__ void sum_pixels(const PairPlanes<T>& core, const MomentGroup& group, unsigned long long (&sums)[kValues]) {
  const int variable_count = 2 * core.before.band_count;
  for (int y = static_cast<int>(blockIdx.x); y < core.valid.height; y += static_cast<int>(gridDim.x)) {
    const std::uint8_t* valid = core.valid.row(y);
    for (int x = static_cast<int>(threadIdx.x); x < core.valid.width; x += kThreads) {
      if (valid[x] != 1) continue;
      Factor<T> row[kGroupSide];
      Factor<T> column[kGroupSide];
#pragma unroll
      for (int k = 0; k < kGroupSide; ++k) {
        row[k] = group.first_row + k < variable_count
                     ? static_cast<Factor<T>>(variable_row(core, group.first_row + k, y)[x])
                     : 0;
        column[k] = group.first_column + k < variable_count
                        ? static_cast<Factor<T>>(variable_row(core, group.first_column + k, y)[x])
                        : 0;
      }
#pragma unroll
      for (int i = 0; i < kGroupSide; ++i) {
#pragma unroll
        for (int j = 0; j < kGroupSide; ++j) {
          const Product<T> product = static_cast<Product<T>>(row[i]) * static_cast<Product<T>>(column[j]);
          sums[i * kGroupSide + j] += static_cast<unsigned long long>(product);
        }
        sums[kProducts + i] += static_cast<unsigned long long>(static_cast<Product<T>>(row[i]));
      }
      sums[kValues - 1] += 1;
    }
  }
}

// Adds value `k` of the group to its place, if it has one.
__device__ void add_value(int k, unsigned long long value, const MomentGroup& group, int variable_count,
                          unsigned long long* sums, unsigned long long* count) {
  if (k == kValues - 1) {
    if (group.first_row == 0 && group.diagonal()) atomicAdd(count, value);
  } else if (k >= kProducts) {
    const int i = group.first_row + k - kProducts;
    if (group.diagonal() && i < variable_count) atomicAdd(&sums[i], value);
  } else {
    const int i = group.first_row + k / kGroupSide;
    const int j = group.first_column + k % kGroupSide;
    if (i <= j && j < variable_count) atomicAdd(&sums[product_index(i, j, variable_count)], value);
  }
}

template <class T>
__global__ void integer_moments_kernel(PairPlanes<T> core, unsigned long long* sums, unsigned long long* count) {
  GS_DYN_SHARED(unsigned long long, shared);  // kValues x kThreads, then kValues x kParts
  const int thread = static_cast<int>(threadIdx.x);
  const int variable_count = 2 * core.before.band_count;
  const MomentGroup group = moment_group(static_cast<int>(blockIdx.y), variable_count);
  unsigned long long own[kValues] = {};
  sum_pixels(core, group, own);
#pragma unroll
  for (int k = 0; k < kValues; ++k) shared[k * kThreads + thread] = own[k];
  __syncthreads();
  unsigned long long* parts = shared + kValues * kThreads;
  if (thread < kValues * kParts) {
    constexpr int kShare = kThreads / kParts;
    const unsigned long long* share = shared + thread * kShare;  // value thread / kParts, part thread % kParts
    unsigned long long sum = 0;
    for (int i = 0; i < kShare; ++i) sum += share[(i + thread) % kShare];  // staggered over the banks
    parts[thread] = sum;
  }
  __syncthreads();
  if (thread < kValues) {
    unsigned long long sum = 0;
    for (int part = 0; part < kParts; ++part) sum += parts[thread * kParts + part];
    add_value(thread, sum, group, variable_count, sums, count);
  }
}

}  // namespace

template <class T>
void integer_moments(cudaStream_t stream, const PairPlanes<T>& core, unsigned long long* sums,
                     unsigned long long* count) {
  const auto groups = static_cast<unsigned>(moment_group_count(2 * core.before.band_count));
  const auto blocks = static_cast<unsigned>(blocks_for(core.valid.height, kRowsPerBlock));
  GS_LAUNCH((integer_moments_kernel<T>), dim3(blocks, groups), dim3(kThreads),
            static_cast<std::size_t>(kValues) * (kThreads + kParts) * sizeof(unsigned long long), stream, core, sums,
            count);
}

template void integer_moments(cudaStream_t, const PairPlanes<std::uint8_t>&, unsigned long long*, unsigned long long*);
template void integer_moments(cudaStream_t, const PairPlanes<std::uint16_t>&, unsigned long long*, unsigned long long*);
template void integer_moments(cudaStream_t, const PairPlanes<std::int16_t>&, unsigned long long*, unsigned long long*);

}  // namespace groundshift::GS_CUDA_NAMESPACE

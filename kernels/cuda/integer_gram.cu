// SPDX-License-Identifier: Apache-2.0
// Weighted moments of integer tiles on the device: exact sums in two words, so blocks may finish in any order.
#include <algorithm>
#include <type_traits>

#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/moment_groups.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

constexpr int kThreads = 128;
constexpr int kSegment = 1024;         // neighbours in a row that a block takes together
constexpr int kSegmentsPerBlock = 16;  // so a thread adds up 128 pixels: |w z_i z_j| < 2^56 gives |sum| < 2^63
static_assert(kSegment / kThreads * kSegmentsPerBlock <= 128);
constexpr int kProducts = kGroupSide * kGroupSide;
constexpr int kValues = kProducts + kGroupSide + 1;  // products, weighted variables, weights
constexpr int kParts = 4;                            // threads that share the final sum of one value
static_assert(kValues * kParts <= kThreads);

template <class T>
using Factor = std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>;
template <class T>
using Product = std::conditional_t<std::is_signed_v<T>, long long, unsigned long long>;

// A thread's own sums over its pixels of the block's segments.
template <class T>
__device__ void sum_pixels(const PairPlanes<T>& core, const RasterView<const std::uint32_t>& weights,
                           const MomentGroup& group, unsigned long long (&sums)[kValues]) {
  const int variable_count = 2 * core.before.band_count;
  const int across = (weights.width + kSegment - 1) / kSegment;
  const int segment_count = across * weights.height;
  const int first = static_cast<int>(blockIdx.x) * kSegmentsPerBlock;
  const int last = first + kSegmentsPerBlock < segment_count ? first + kSegmentsPerBlock : segment_count;
  for (int segment = first; segment < last; ++segment) {
    const int y = segment / across;
    const int left = segment % across * kSegment;
    const int right = left + kSegment < weights.width ? left + kSegment : weights.width;
    for (int x = left + static_cast<int>(threadIdx.x); x < right; x += kThreads) {
      const std::uint32_t weight = weights(x, y);
      if (weight == 0) continue;
      Product<T> row[kGroupSide];
      Factor<T> column[kGroupSide];
#pragma unroll
      for (int k = 0; k < kGroupSide; ++k) {
        const int i = group.first_row + k;
        const int j = group.first_column + k;
        row[k] = i < variable_count ? static_cast<Product<T>>(weight) * variable_row(core, i, y)[x] : 0;
        column[k] = j < variable_count ? static_cast<Factor<T>>(variable_row(core, j, y)[x]) : 0;
      }
#pragma unroll
      for (int i = 0; i < kGroupSide; ++i) {
#pragma unroll
        for (int j = 0; j < kGroupSide; ++j) {
          sums[i * kGroupSide + j] += static_cast<unsigned long long>(row[i] * static_cast<Product<T>>(column[j]));
        }
        sums[kProducts + i] += static_cast<unsigned long long>(row[i]);
      }
      sums[kValues - 1] += weight;
    }
  }
}

// Place of value `k` of the group in a set of sums (TileGram), or -1.
__device__ int place_of(int k, const MomentGroup& group, int variable_count) {
  if (k == kValues - 1) return group.first_row == 0 && group.diagonal() ? 0 : -1;
  if (k >= kProducts) {
    const int i = group.first_row + k - kProducts;
    return group.diagonal() && i < variable_count ? 1 + i : -1;
  }
  const int i = group.first_row + k / kGroupSide;
  const int j = group.first_column + k % kGroupSide;
  return i <= j && j < variable_count ? 1 + product_index(i, j, variable_count) : -1;
}

template <class T>
__global__ void integer_gram_kernel(PairPlanes<T> core, RasterView<const std::uint32_t> weights, SplitSum* sums) {
  GS_DYN_SHARED(unsigned long long, shared);  // kValues x kThreads, then kValues x kParts twice
  const int thread = static_cast<int>(threadIdx.x);
  const int variable_count = 2 * core.before.band_count;
  const MomentGroup group = moment_group(static_cast<int>(blockIdx.y), variable_count);
  unsigned long long own[kValues] = {};
  sum_pixels(core, weights, group, own);
#pragma unroll
  for (int k = 0; k < kValues; ++k) shared[k * kThreads + thread] = own[k];
  __syncthreads();
  unsigned long long* const low_parts = shared + kValues * kThreads;
  unsigned long long* const high_parts = low_parts + kValues * kParts;
  if (thread < kValues * kParts) {
    constexpr int kShare = kThreads / kParts;
    const unsigned long long* share = shared + thread * kShare;  // value thread / kParts, part thread % kParts
    unsigned long long low = 0;
    long long high = 0;
    for (int i = 0; i < kShare; ++i) {
      const unsigned long long value = share[(i + thread) % kShare];  // staggered over the banks
      low += value & 0xffffffffull;
      high += static_cast<long long>(value) >> 32;
    }
    low_parts[thread] = low;
    high_parts[thread] = static_cast<unsigned long long>(high);
  }
  __syncthreads();
  if (thread < kValues) {
    const int place = place_of(thread, group, variable_count);
    if (place < 0) return;
    unsigned long long low = 0;
    unsigned long long high = 0;
    for (int part = 0; part < kParts; ++part) {
      low += low_parts[thread * kParts + part];
      high += high_parts[thread * kParts + part];
    }
    atomicAdd(&sums[place].low, low);
    atomicAdd(&sums[place].high, high);
  }
}

}  // namespace

template <class T>
void integer_gram(cudaStream_t stream, const PairPlanes<T>& core, const RasterView<const std::uint32_t>& weights,
                  SplitSum* sums) {
  const auto groups = static_cast<unsigned>(moment_group_count(2 * core.before.band_count));
  const std::int32_t segments = blocks_for(weights.width, kSegment) * weights.height;
  const auto blocks = static_cast<unsigned>(blocks_for(segments, kSegmentsPerBlock));
  GS_LAUNCH((integer_gram_kernel<T>), dim3(blocks, groups), dim3(kThreads),
            static_cast<std::size_t>(kValues) * (kThreads + 2 * kParts) * sizeof(unsigned long long), stream, core,
            weights, sums);
}

template void integer_gram(cudaStream_t, const PairPlanes<std::uint8_t>&, const RasterView<const std::uint32_t>&,
                           SplitSum*);
template void integer_gram(cudaStream_t, const PairPlanes<std::uint16_t>&, const RasterView<const std::uint32_t>&,
                           SplitSum*);
template void integer_gram(cudaStream_t, const PairPlanes<std::int16_t>&, const RasterView<const std::uint32_t>&,
                           SplitSum*);

}  // namespace groundshift::GS_CUDA_NAMESPACE

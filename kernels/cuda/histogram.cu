// SPDX-License-Identifier: Apache-2.0
// Histograms over the float bins on the device: the usual range counted in shared memory, the rest in device memory.
#include <algorithm>

#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/math/float_bins.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

constexpr int kThreads = 256;
constexpr int kPixelsPerBlock = 8192;
// 4096 bins in shared memory cover [2^-15, 2^17), where reflectances, digital numbers and scores lie; one more counts
// zeros. Any other value goes to device memory straight away: slower, same counts.
constexpr std::uint32_t kFirstNearBin = 0xb800u;
constexpr std::uint32_t kNearBins = 4096;
constexpr std::uint32_t kZeroBin = 0x8000u;

template <class T>
__global__ void histogram_kernel(RasterView<const T> values, const std::uint8_t* valid, std::ptrdiff_t valid_pitch,
                                 unsigned long long* bins) {
  GS_DYN_SHARED(unsigned, near_counts);  // kNearBins, then zeros
  for (unsigned i = threadIdx.x; i <= kNearBins; i += kThreads) near_counts[i] = 0;
  __syncthreads();
  for (int y = static_cast<int>(blockIdx.x); y < values.height; y += static_cast<int>(gridDim.x)) {
    for (int x = static_cast<int>(threadIdx.x); x < values.width; x += kThreads) {
      const float value = static_cast<float>(values(x, y));
      const bool counted = value == value && (valid == nullptr || valid[y * valid_pitch + x] == 1);
      if (!counted) continue;
      const std::uint32_t bin = float_bin(value);
      if (bin - kFirstNearBin < kNearBins) {
        atomicAdd(&near_counts[bin - kFirstNearBin], 1u);
      } else if (bin == kZeroBin) {
        atomicAdd(&near_counts[kNearBins], 1u);
      } else {
        atomicAdd(&bins[bin], 1ull);
      }
    }
  }
  __syncthreads();
  for (unsigned i = threadIdx.x; i <= kNearBins; i += kThreads) {
    if (near_counts[i] != 0) {
      atomicAdd(&bins[i == kNearBins ? kZeroBin : kFirstNearBin + i], static_cast<unsigned long long>(near_counts[i]));
    }
  }
}

// One bin a value of integers, float_bin of floats; straight to device memory.
template <class T>
__global__ void exact_histogram_kernel(RasterView<const T> values, RasterView<const std::uint8_t> valid,
                                       ValueBins bin_of, int blocks_across, unsigned long long* bins) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= values.width || p.y >= values.height) return;
  const T value = values(p.x, p.y);
  if (valid(p.x, p.y) == 1 && value == value) atomicAdd(&bins[bin_of(value)], 1ull);
}

}  // namespace

template <class T>
void exact_histogram(cudaStream_t stream, const RasterView<const T>& values,
                     const RasterView<const std::uint8_t>& valid, const ValueBins& bin_of, unsigned long long* bins) {
  const PixelGrid grid = pixel_grid(values.width, values.height);
  GS_LAUNCH((exact_histogram_kernel<T>), grid.blocks, grid.threads, 0, stream, values, valid, bin_of, grid.across,
            bins);
}

template void exact_histogram(cudaStream_t, const RasterView<const std::uint8_t>&,
                              const RasterView<const std::uint8_t>&, const ValueBins&, unsigned long long*);
template void exact_histogram(cudaStream_t, const RasterView<const std::uint16_t>&,
                              const RasterView<const std::uint8_t>&, const ValueBins&, unsigned long long*);
template void exact_histogram(cudaStream_t, const RasterView<const std::int16_t>&,
                              const RasterView<const std::uint8_t>&, const ValueBins&, unsigned long long*);
template void exact_histogram(cudaStream_t, const RasterView<const float>&, const RasterView<const std::uint8_t>&,
                              const ValueBins&, unsigned long long*);

template <class T>
void histogram(cudaStream_t stream, const RasterView<const T>& values, const std::uint8_t* valid,
               std::ptrdiff_t valid_pitch, unsigned long long* bins) {
  const std::int64_t pixels = std::int64_t{values.width} * values.height;
  const auto blocks = static_cast<unsigned>(
      std::clamp<std::int64_t>((pixels + kPixelsPerBlock - 1) / kPixelsPerBlock, 1, values.height));
  GS_LAUNCH((histogram_kernel<T>), dim3(blocks), dim3(kThreads), (kNearBins + 1) * sizeof(unsigned), stream, values,
            valid, valid_pitch, bins);
}

template void histogram(cudaStream_t, const RasterView<const std::uint8_t>&, const std::uint8_t*, std::ptrdiff_t,
                        unsigned long long*);
template void histogram(cudaStream_t, const RasterView<const std::uint16_t>&, const std::uint8_t*, std::ptrdiff_t,
                        unsigned long long*);
template void histogram(cudaStream_t, const RasterView<const std::int16_t>&, const std::uint8_t*, std::ptrdiff_t,
                        unsigned long long*);
template void histogram(cudaStream_t, const RasterView<const float>&, const std::uint8_t*, std::ptrdiff_t,
                        unsigned long long*);

void require_kernel_image() {
  cudaFuncAttributes attributes{};
  GS_CUDA_TRY(cudaFuncGetAttributes(&attributes, histogram_kernel<float>));
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

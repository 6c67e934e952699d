// SPDX-License-Identifier: Apache-2.0
// How kernels are launched and take dynamic shared memory, by two macros that the test build defines its own way.
#pragma once

#include <cstdint>

#include "kernels/cuda/runtime.hpp"

#ifndef GS_LAUNCH
// Launches and checks the launch. A templated kernel is put in parentheses: GS_LAUNCH((kernel<3>), grid, ...).
#define GS_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)       \
  do {                                                                  \
    kernel<<<(grid), (block), (shared_bytes), (stream)>>>(__VA_ARGS__); \
    GS_CUDA_TRY(cudaGetLastError());                                    \
  } while (0)
// Declares `name`, the block's dynamic shared memory as an array of `type`. Once a kernel.
#define GS_DYN_SHARED(type, name)                                    \
  extern __shared__ __align__(16) unsigned char gs_dynamic_shared[]; \
  type* const name = reinterpret_cast<type*>(gs_dynamic_shared)
#endif

namespace groundshift::GS_CUDA_NAMESPACE {

/// Blocks of `step` that cover `count` (both > 0).
constexpr std::int32_t blocks_for(std::int32_t count, std::int32_t step) { return count / step + (count % step != 0); }

inline constexpr int kPixelBlockColumns = 32;
inline constexpr int kPixelBlockRows = 8;

/// Launch of one thread a pixel, blocks row-major in one dimension.
struct PixelGrid {
  dim3 blocks;
  dim3 threads;
  std::int32_t across;  ///< blocks in a row
};
inline PixelGrid pixel_grid(std::int32_t width, std::int32_t height, std::int32_t pixels_per_thread = 1) {
  const std::int32_t across = blocks_for(width, kPixelBlockColumns * pixels_per_thread);
  const std::int32_t down = blocks_for(height, kPixelBlockRows);
  return {dim3(static_cast<unsigned>(across) * static_cast<unsigned>(down)), dim3(kPixelBlockColumns, kPixelBlockRows),
          across};
}

/// The thread's place in such a launch: its column (of packs of pixels) and row.
struct PixelPlace {
  int x, y;
};
__device__ inline PixelPlace pixel_place(int blocks_across) {
  return {static_cast<int>(blockIdx.x) % blocks_across * kPixelBlockColumns + static_cast<int>(threadIdx.x),
          static_cast<int>(blockIdx.x) / blocks_across * kPixelBlockRows + static_cast<int>(threadIdx.y)};
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// How kernels are launched and take dynamic shared memory, by two macros that the test build defines its own way.
#pragma once

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

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// Stands where the CUDA runtime's header is expected, so that the host compiler builds kernels/cuda as it is: threads
// of a block become fibres, streams become queues of host work.
#pragma once

#include "tests/support/fibre/block.hpp"
#include "tests/support/fibre/runtime.hpp"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static thread_local

#define threadIdx (::gs_fibre::thread_index())
#define blockIdx (::gs_fibre::block_index())
#define blockDim (::gs_fibre::block_size())
#define gridDim (::gs_fibre::grid_size())

#define GS_DYN_SHARED(type, name) type* const name = ::gs_fibre::dynamic_shared<type>()
#define GS_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                   \
  GS_CUDA_TRY(::gs_fibre::launch(                                                   \
      {(grid), (block), static_cast<std::size_t>(shared_bytes), #kernel}, (stream), \
      [](auto... arguments) { kernel(arguments...); }, __VA_ARGS__))

using namespace gs_fibre;  // the runtime's names are global where kernels are compiled

// SPDX-License-Identifier: Apache-2.0
// Unpacked blocks to planes of pixels: a warp a row of a block.
#include "kernels/codec/unpredict_warp.hpp"
#include "kernels/cuda/decode.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/thread_lanes.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

using codec::BlockLayout;
using codec::DecodeBatch;
using codec::DecodeStatus;
using codec::PackedBlock;
using codec::SampleType;

constexpr int kRowWarps = 4;
// Blocks of threads down a block of pixels; taller ones are gone through in strides.
constexpr unsigned kRowGroups = 16;

// Eight blocks an SM: 64 registers a thread, without spills.
template <class T>
__global__ void __launch_bounds__(32 * kRowWarps, 8) unpredict_kernel(DecodeBatch batch, SampleType type) {
  const std::uint32_t number = blockIdx.x;
  const PackedBlock block = batch.blocks[number];
  const BlockLayout layout = batch.layouts[block.layout];
  if (batch.status[number] != DecodeStatus::ok || codec::stored_as(layout.type) != type) return;
  const ThreadLanes warp;
  const std::byte* raw = block.absent ? nullptr : batch.unpacked(block);
  const auto first = static_cast<std::int32_t>(blockIdx.y * kRowWarps + threadIdx.x / 32);
  const auto step = static_cast<std::int32_t>(gridDim.y * kRowWarps);
  for (std::int32_t y = first; y < block.height; y += step) {
    codec::unpredict_row<T>(warp, raw, layout, block, batch.targets, batch.planes[block.planes], y);
  }
}

}  // namespace

void unpredict_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, codec::SampleType type) {
  if (batch.block_count == 0) return;
  codec::with_stored_type(type, [&](auto sample) {
    using T = decltype(sample);
    GS_LAUNCH(unpredict_kernel<T>, dim3(batch.block_count, kRowGroups), dim3(32 * kRowWarps), 0, stream, batch,
              codec::stored_as(type));
  });
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

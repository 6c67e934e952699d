// SPDX-License-Identifier: Apache-2.0
// Inflates a batch of zlib streams: independent warps that take one block after the other from a counter.
#include "kernels/codec/inflate_warp.hpp"
#include "kernels/cuda/decode.hpp"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/thread_lanes.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

using codec::DecodeBatch;
using codec::DecodeStatus;
using codec::PackedBlock;
using Shared = codec::InflateShared<ThreadLanes>;

// 44 KiB of shared memory a block of threads: below the 48 that every device gives without asking.
constexpr int kInflateWarps = 4;
static_assert(kInflateWarps * sizeof(Shared) <= 48 * 1024);

// The warps of a block never wait for each other. Eight blocks an SM leave 64 registers a thread; with no such bound
// the compiler takes fewer and spills.
__global__ void __launch_bounds__(32 * kInflateWarps, 8) inflate_kernel(DecodeBatch batch) {
  GS_DYN_SHARED(Shared, of_warps);
  Shared& shared = of_warps[threadIdx.x / 32];
  const ThreadLanes warp;
  for (;;) {
    ThreadLanes::Lane<std::uint32_t> taken{0};
    if (ThreadLanes::lane_number() == 0) taken.value = atomicAdd(batch.next, 1u);
    const std::uint32_t number = ThreadLanes::get(taken, 0);
    if (number >= batch.block_count) return;
    const PackedBlock block = batch.blocks[number];
    const codec::PackedBytes packed{reinterpret_cast<const std::uint32_t*>(batch.packed + block.packed_offset),
                                    block.packed_byte_count};
    auto* out = reinterpret_cast<std::uint8_t*>(batch.raw + block.raw_offset);
    const DecodeStatus status =
        codec::inflate_stream(warp, shared, packed, out, block.raw_byte_count, block.work_limit);
    if (ThreadLanes::lane_number() == 0) batch.status[number] = status;
  }
}

}  // namespace

void inflate_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, std::int32_t warp_count) {
  if (batch.block_count == 0) return;
  const auto blocks = static_cast<unsigned>(blocks_for(warp_count < 1 ? 1 : warp_count, kInflateWarps));
  GS_LAUNCH(inflate_kernel, dim3(blocks), dim3(32 * kInflateWarps), kInflateWarps * sizeof(Shared), stream, batch);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// Inflates a batch of zlib streams: independent warps that take one block after the other from a counter.
#include "kernels/codec/inflate_warp.hpp"
#include "kernels/cuda/block_warps.cuh"
#include "kernels/cuda/decode.hpp"
#include "kernels/cuda/launch.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

using codec::DecodeBatch;
using codec::PackedBlock;
using codec::PackedBytes;
using Shared = codec::InflateShared<ThreadLanes>;

// 44 KiB of shared memory a block of threads: below the 48 that every device gives without asking.
constexpr int kInflateWarps = 4;
static_assert(kInflateWarps * sizeof(Shared) <= 48 * 1024);

struct Inflate {
  Shared& shared;
  __device__ __forceinline__ codec::DecodeStatus operator()(const PackedBytes& packed, std::uint8_t* out,
                                                            const PackedBlock& block) const {
    return codec::inflate_stream(ThreadLanes{}, shared, packed, out, block.raw_byte_count, block.work_limit);
  }
};

// The warps of a block never wait for each other. Eight blocks an SM leave 64 registers a thread; with no such bound
// the compiler takes fewer and spills.
__global__ void __launch_bounds__(32 * kInflateWarps, 8) inflate_kernel(DecodeBatch batch) {
  GS_DYN_SHARED(Shared, of_warps);
  for_blocks_of(BlockCodec::deflate, batch, batch.next, Inflate{of_warps[threadIdx.x / 32]});
}

}  // namespace

void inflate_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, std::int32_t warp_count) {
  if (batch.block_count == 0 || warp_count <= 0) return;
  const auto blocks = static_cast<unsigned>(blocks_for(warp_count, kInflateWarps));
  GS_LAUNCH(inflate_kernel, dim3(blocks), dim3(32 * kInflateWarps), kInflateWarps * sizeof(Shared), stream, batch);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// Unpacks a batch of LZW streams: independent warps that take one block after the other from a counter.
#include "kernels/codec/lzw_warp.hpp"
#include "kernels/cuda/block_warps.cuh"
#include "kernels/cuda/decode.hpp"
#include "kernels/cuda/launch.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

using codec::DecodeBatch;
using codec::PackedBlock;
using codec::PackedBytes;
using Shared = codec::LzwShared<ThreadLanes>;

// 18 KiB of shared memory a block of threads: small blocks leave little of an SM's memory unused.
constexpr int kLzwWarps = 2;
static_assert(kLzwWarps * sizeof(Shared) <= 48 * 1024);

struct UnpackLzw {
  Shared& shared;
  __device__ __forceinline__ codec::DecodeStatus operator()(const PackedBytes& packed, std::uint8_t* out,
                                                            const PackedBlock& block) const {
    return codec::unpack_lzw(ThreadLanes{}, shared, packed, out, block.raw_byte_count, block.work_limit);
  }
};

// The warps of a block never wait for each other. Sixteen blocks an SM leave 64 registers a thread.
__global__ void __launch_bounds__(32 * kLzwWarps, 16) lzw_kernel(DecodeBatch batch) {
  GS_DYN_SHARED(Shared, of_warps);
  for_blocks_of(BlockCodec::lzw, batch, batch.next + 1, UnpackLzw{of_warps[threadIdx.x / 32]});
}

}  // namespace

void unpack_lzw_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, std::int32_t warp_count) {
  if (batch.block_count == 0 || warp_count <= 0) return;
  const auto blocks = static_cast<unsigned>(blocks_for(warp_count, kLzwWarps));
  GS_LAUNCH(lzw_kernel, dim3(blocks), dim3(32 * kLzwWarps), kLzwWarps * sizeof(Shared), stream, batch);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// How independent warps share the packed blocks of a batch: each takes the next one of its codec from a counter.
#pragma once

#include <cstdint>

#include "kernels/codec/decode_batch.hpp"
#include "kernels/codec/packed_bytes.hpp"
#include "kernels/cuda/thread_lanes.cuh"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Calls unpack(packed, out, block) with a warp's blocks of one codec and sets their statuses to what it returns.
/// next : that codec's counter
template <class Unpack>
__device__ __forceinline__ void for_blocks_of(BlockCodec codec, const codec::DecodeBatch& batch, std::uint32_t* next,
                                              const Unpack& unpack) {
  for (;;) {
    ThreadLanes::Lane<std::uint32_t> taken{0};
    if (ThreadLanes::lane_number() == 0) taken.value = atomicAdd(next, 1u);
    const std::uint32_t number = ThreadLanes::get(taken, 0);
    if (number >= batch.block_count) return;
    const codec::PackedBlock& block = batch.blocks[number];
    if (block.codec != codec) continue;
    const codec::PackedBytes packed{reinterpret_cast<const std::uint32_t*>(batch.packed + block.packed_offset),
                                    block.packed_byte_count};
    const codec::DecodeStatus status =
        unpack(packed, reinterpret_cast<std::uint8_t*>(batch.raw + block.raw_offset), block);
    if (ThreadLanes::lane_number() == 0) batch.status[number] = status;
  }
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

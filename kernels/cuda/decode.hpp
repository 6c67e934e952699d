// SPDX-License-Identifier: Apache-2.0
// Packed blocks to pixels on the device, as plain functions.
#pragma once

#include <cstdint>

#include "kernels/codec/decode_batch.hpp"
#include "kernels/cuda/runtime.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

// All work asynchronously on `stream`; the batch's pointers name device memory. Throw DeviceFault when a launch fails.

/// Unpacks the batch's blocks of deflate, one warp a block, and sets their statuses; leaves those of another codec.
/// None may be absent. A block that is not ok is the CPU's.
/// warp_count : in flight; they take blocks in turn. As many as the device holds, no more than there are such blocks;
///              0: nothing is launched
void inflate_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, std::int32_t warp_count);
/// The same for those of lzw.
void unpack_lzw_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, std::int32_t warp_count);

/// Undoes the predictors of the blocks whose status is ok and writes the wanted parts to their planes; clears the
/// validity of pixels that are nodata, NaN or infinite.
/// type : blocks whose samples are of another type (codec::stored_as) are left for another call
void unpredict_blocks(cudaStream_t stream, const codec::DecodeBatch& batch, codec::SampleType type);

}  // namespace groundshift::GS_CUDA_NAMESPACE

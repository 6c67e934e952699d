// SPDX-License-Identifier: Apache-2.0
// Sizes of a batch's device memory and the copies into it.
#include "kernels/cuda/decode_memory.hpp"

#include <algorithm>
#include <stdexcept>

namespace groundshift::GS_CUDA_NAMESPACE {
namespace {

// Blocks, layouts, targets and the planes of two dates.
std::size_t descriptor_bytes(const DecodeShape& shape) {
  if (shape.empty()) return 0;
  const auto padded = ParameterMemory::padded;
  return padded(shape.block_count * sizeof(codec::PackedBlock)) +
         padded(shape.layout_count * sizeof(codec::BlockLayout)) +
         padded(shape.target_count * sizeof(codec::SampleTarget)) + padded(2 * sizeof(codec::DecodedPlanes));
}

}  // namespace

DecodeMemory::DecodeMemory(const DecodeShape& shape)
    : shape_(shape),
      packed_(shape.packed_bytes),
      raw_(shape.raw_bytes),
      next_(shape.empty() ? 0 : codec::kNextCount),
      statuses_(shape.block_count),
      descriptors_(std::max<std::size_t>(descriptor_bytes(shape), 1)),
      staging_(std::max<std::size_t>(shape.block_count, 1)) {}

std::size_t DecodeMemory::host_byte_count(const DecodeShape& shape) {
  return descriptor_bytes(shape) + shape.block_count * sizeof(codec::DecodeStatus);
}

codec::DecodeBatch DecodeMemory::copy_in(cudaStream_t stream, const PackedTile& tile,
                                         std::span<const codec::DecodedPlanes, 2> planes) {
  if (!shape_.takes(tile)) throw std::invalid_argument("the packed tile is larger than its workspace");
  codec::DecodeBatch batch;
  batch.packed = packed_.data();
  batch.raw = raw_.data();
  batch.block_count = static_cast<std::uint32_t>(tile.blocks.size());
  descriptors_.clear();
  batch.blocks = descriptors_.put(tile.blocks.data(), tile.blocks.size());
  batch.layouts = descriptors_.put(tile.layouts.data(), tile.layouts.size());
  batch.targets = descriptors_.put(tile.targets.data(), tile.targets.size());
  batch.planes = descriptors_.put(planes.data(), planes.size());
  batch.next = next_.data();
  batch.status = statuses_.data();
  descriptors_.copy_in(stream);
  if (!tile.packed.empty()) {
    GS_CUDA_TRY(
        cudaMemcpyAsync(packed_.data(), tile.packed.data(), tile.packed.size(), cudaMemcpyHostToDevice, stream));
  }
  GS_CUDA_TRY(cudaMemsetAsync(next_.data(), 0, codec::kNextCount * sizeof(std::uint32_t), stream));
  std::transform(tile.blocks.begin(), tile.blocks.end(), staging_.data(), [](const codec::PackedBlock& block) {
    if (block.is_packed()) return codec::DecodeStatus::not_decoded;
    const bool whole = block.absent || block.packed_byte_count >= block.raw_byte_count;
    return whole ? codec::DecodeStatus::ok : codec::DecodeStatus::too_little;
  });
  GS_CUDA_TRY(cudaMemcpyAsync(statuses_.data(), staging_.data(), tile.blocks.size() * sizeof(codec::DecodeStatus),
                              cudaMemcpyHostToDevice, stream));
  return batch;
}

void DecodeMemory::copy_back_statuses(cudaStream_t stream, const codec::DecodeBatch& batch) {
  GS_CUDA_TRY(cudaMemcpyAsync(staging_.data(), statuses_.data(), batch.block_count * sizeof(codec::DecodeStatus),
                              cudaMemcpyDeviceToHost, stream));
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

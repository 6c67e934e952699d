// SPDX-License-Identifier: Apache-2.0
// What a workspace holds for decoding: packed and unpacked bytes of one tile's blocks, descriptors, statuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/cuda/owners.hpp"
#include "kernels/cuda/parameter_memory.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Everything is allocated here; with an empty shape next to nothing.
class DecodeMemory {
 public:
  explicit DecodeMemory(const DecodeShape& shape);
  /// Page-locked bytes beside the packed bytes themselves.
  static std::size_t host_byte_count(const DecodeShape& shape);

  /// Starts copying a tile's packed bytes, descriptors and planes (BEFORE's, AFTER's). The result names device memory;
  /// its counters are 0 and no packed block is decoded, the others are as they stand. Throws std::invalid_argument for
  /// a tile that is larger than the shape.
  codec::DecodeBatch copy_in(cudaStream_t stream, const PackedTile& tile,
                             std::span<const codec::DecodedPlanes, 2> planes);
  /// Starts copying the statuses back; they are there when the stream has been waited for.
  void copy_back_statuses(cudaStream_t stream, const codec::DecodeBatch& batch);
  std::span<const codec::DecodeStatus> statuses(std::size_t block_count) const {
    return {staging_.data(), block_count};
  }

 private:
  DecodeShape shape_;
  DeviceBuffer<std::byte> packed_;
  DeviceBuffer<std::byte> raw_;
  DeviceBuffer<std::uint32_t> next_;
  DeviceBuffer<codec::DecodeStatus> statuses_;
  ParameterMemory descriptors_;
  PinnedBuffer<codec::DecodeStatus> staging_;
};

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// Numbers of a recipe (fits, matrices) on their way to the device: gathered in page-locked memory, copied in one piece.
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "kernels/cuda/owners.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Fixed capacity, taken once. One call's numbers at a time: clear, put ..., copy_in; the next clear comes after the
/// stream has been waited for.
class ParameterMemory {
 public:
  explicit ParameterMemory(std::size_t capacity) : device_(capacity), host_(capacity) {}

  /// What put() takes for `byte_count` bytes.
  static constexpr std::size_t padded(std::size_t byte_count) { return (byte_count + 15) / 16 * 16; }

  void clear() { used_ = 0; }
  /// Where `count` values will be on the device after copy_in. Throws std::invalid_argument beyond the capacity.
  template <class T>
  const T* put(const T* values, std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (padded(bytes) > host_.count() - used_) throw std::invalid_argument("a recipe is larger than its workspace");
    if (bytes != 0) std::memcpy(host_.data() + used_, values, bytes);
    const T* const there = reinterpret_cast<const T*>(device_.data() + used_);
    used_ += padded(bytes);
    return there;
  }
  void copy_in(cudaStream_t stream) const {
    if (used_ == 0) return;
    GS_CUDA_TRY(cudaMemcpyAsync(device_.data(), host_.data(), used_, cudaMemcpyHostToDevice, stream));
  }

 private:
  DeviceBuffer<std::byte> device_;
  PinnedBuffer<std::byte> host_;
  std::size_t used_ = 0;
};

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// Owner of host memory that pixels are written to, whoever gave it.
#pragma once

#include <cstddef>
#include <memory>

namespace groundshift {

/// Host memory that a backend can copy from and to fast (page-locked where it has a device). Movable owner.
class HostBuffer {
 public:
  using Release = void (*)(void* data, std::size_t byte_count) noexcept;
  HostBuffer() = default;
  HostBuffer(void* data, std::size_t byte_count, Release release) : data_(data, {release, byte_count}) {}
  void* data() const { return data_.get(); }
  std::size_t byte_count() const { return data_.get_deleter().byte_count; }

 private:
  struct Deleter {
    Release release;
    std::size_t byte_count;
    void operator()(void* data) const noexcept { release(data, byte_count); }
  };
  std::unique_ptr<void, Deleter> data_{nullptr, {nullptr, 0}};
};

/// Buffers of so many bytes and more are maps of their own; smaller ones are the heap's.
inline constexpr std::size_t kLeastMappedBytes = std::size_t{1} << 20;

/// Memory at a multiple of 64 bytes, first touched by whoever fills it; a megabyte and more is the system's again as
/// soon as it is released. No huge pages are asked for: on a virtual machine that gives free ones back to its host,
/// touching them costs more than the faults saved (normalized CVA of 8192 x 8192: 2.7 against 1.1 s in the kernel, for
/// 0.2 s less outside it). Throws std::bad_alloc.
HostBuffer allocate_uninitialised(std::size_t byte_count);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Aligned memory that nobody has touched.
#include "kernels/api/host_buffer.hpp"

#include <sys/mman.h>
#include <algorithm>
#include <new>

namespace groundshift {
namespace {

constexpr std::align_val_t kCacheLine{64};

// Below it pages are the smaller part, and a process may have only so many maps.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kLeastMapped = ~std::size_t{0};  // watched at both ends, as the heap's memory is
#else
constexpr std::size_t kLeastMapped = kLeastMappedBytes;
#endif

HostBuffer from_heap(std::size_t byte_count) {
  return HostBuffer(::operator new(std::max<std::size_t>(byte_count, 1), kCacheLine), byte_count,
                    [](void* data, std::size_t) noexcept { ::operator delete(data, kCacheLine); });
}

}  // namespace

// Large buffers are not the heap's: that keeps what was freed in order to hand it out again, and giving it back later
// is one thread's work for which all others that allocate wait.
HostBuffer allocate_uninitialised(std::size_t byte_count) {
  if (byte_count < kLeastMapped) return from_heap(byte_count);
  void* const data = ::mmap(nullptr, byte_count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  return HostBuffer(data, byte_count, [](void* given, std::size_t bytes) noexcept { ::munmap(given, bytes); });
}

}  // namespace groundshift

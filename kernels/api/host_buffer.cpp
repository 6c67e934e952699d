// SPDX-License-Identifier: Apache-2.0
// Aligned memory, brought in by large pieces.
#include "kernels/api/host_buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace groundshift {
namespace {

// Buffers of tiles are large, and all of them is used: their pages are asked for at once instead of by a fault each.
// Where the kernel does not know the wish (before Linux 5.14), faults bring them as ever.
void populate([[maybe_unused]] void* data, [[maybe_unused]] std::size_t byte_count) {
#if defined(MADV_POPULATE_WRITE)
  constexpr std::size_t kLarge = std::size_t{1} << 20;
  if (byte_count < kLarge) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto start = (reinterpret_cast<std::uintptr_t>(data) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(data) + byte_count) / page * page;
  ::madvise(reinterpret_cast<void*>(start), end - start, MADV_POPULATE_WRITE);
#endif
}

}  // namespace

HostBuffer allocate_uninitialised(std::size_t byte_count) {
  constexpr std::align_val_t kCacheLine{64};
  HostBuffer buffer(::operator new(std::max<std::size_t>(byte_count, 1), kCacheLine), byte_count,
                    [](void* p) noexcept { ::operator delete(p, kCacheLine); });
  populate(buffer.data(), byte_count);
  return buffer;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Aligned memory that nobody has touched.
#include "kernels/api/host_buffer.hpp"

#include <algorithm>
#include <new>

namespace groundshift {

HostBuffer allocate_uninitialised(std::size_t byte_count) {
  constexpr std::align_val_t kCacheLine{64};
  return HostBuffer(::operator new(std::max<std::size_t>(byte_count, 1), kCacheLine), byte_count,
                    [](void* p) noexcept { ::operator delete(p, kCacheLine); });
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The triad, and pages touched for the first time.
#include "host/bench/memory_rates.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <cstddef>
#include <new>
#include <vector>

namespace groundshift {

Rates triad_rates(int threads) {
  constexpr std::size_t kCount = std::size_t{16} << 20;
  std::vector<float> a(kCount, 0.0f), b(kCount, 1.0f), c(kCount, 2.0f);
  const auto rate = [&](int count) {
    return rate_of(count, 3.0 * kCount * sizeof(float), [&](int t) {
      const std::size_t part = kCount / static_cast<std::size_t>(count);
      const std::size_t first = part * static_cast<std::size_t>(t);
      const std::size_t last = t == count - 1 ? kCount : first + part;
      float* to = a.data();
      for (std::size_t i = first; i < last; ++i) to[i] = b[i] + 0.5f * c[i];
    });
  };
  return {rate(1), rate(threads)};
}

Rates fresh_memory_rates(int threads) {
  constexpr std::size_t kBytes = std::size_t{512} << 20;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  const auto rate = [&](int count) {
    const std::size_t part = kBytes / static_cast<std::size_t>(count);
    return rate_of(count, static_cast<double>(kBytes), [&](int) {
      void* memory = mmap(nullptr, part, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) throw std::bad_alloc();
      auto* bytes = static_cast<volatile std::byte*>(memory);
      for (std::size_t at = 0; at < part; at += page) bytes[at] = std::byte{1};
      munmap(memory, part);
    });
  };
  return {rate(1), rate(threads)};
}

}  // namespace groundshift

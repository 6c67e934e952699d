// SPDX-License-Identifier: Apache-2.0
// The triad.
#include "host/bench/memory_rates.hpp"

#include <cstddef>

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

}  // namespace groundshift

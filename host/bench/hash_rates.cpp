// SPDX-License-Identifier: Apache-2.0
// SHA-256 of cell after cell.
#include "host/bench/hash_rates.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/io/sha256.hpp"

namespace groundshift {

Rates hash_rates(int threads) {
  constexpr std::size_t kCellBytes = std::size_t{256} << 10;  // 256 x 256 of float32
  constexpr int kCells = 256;
  std::vector<std::uint32_t> cell(kCellBytes / sizeof(std::uint32_t));
  for (std::size_t i = 0; i < cell.size(); ++i) cell[i] = static_cast<std::uint32_t>(i) * 2654435761u;
  const auto rate = [&](int count) {
    return rate_of(count, static_cast<double>(kCells) * kCellBytes * count, [&](int) {
      for (int i = 0; i < kCells; ++i) {
        Sha256 sha;
        sha.add(cell.data(), kCellBytes);
        sha.finish();
      }
    });
  };
  return {rate(1), rate(threads)};
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Otsu's criterion in exact integers over bin numbers: an affine map of the values cannot move the best bin.
#include "kernels/solve/otsu.hpp"

#include <cstddef>

#include "kernels/math/exact_sum.hpp"

namespace groundshift {

std::optional<double> otsu_threshold(std::span<const std::uint64_t> counts, double minimum, double maximum) {
  Int128 total = 0;         // n
  Int128 total_moment = 0;  // S = sum of k * counts[k]
  std::size_t occupied = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    total += counts[k];
    total_moment += static_cast<Int128>(k) * counts[k];
    if (counts[k] != 0) occupied = k;
  }
  if (total == 0) return std::nullopt;

  std::size_t best = occupied;  // stands when no split has two classes
  double best_variance = 0.0;
  Int128 weight = 0;  // w_k
  Int128 moment = 0;  // S_k
  for (std::size_t k = 0; k + 1 < counts.size(); ++k) {
    weight += counts[k];
    moment += static_cast<Int128>(k) * counts[k];
    if (weight == 0 || weight == total) continue;
    const auto separation = static_cast<double>(total * moment - weight * total_moment);
    const double variance =
        separation / static_cast<double>(weight) * (separation / static_cast<double>(total - weight));
    if (variance > best_variance) {
      best_variance = variance;
      best = k;
    }
  }
  const double width = (maximum - minimum) / static_cast<double>(counts.size());
  return minimum + (static_cast<double>(best) + 0.5) * width;
}

}  // namespace groundshift

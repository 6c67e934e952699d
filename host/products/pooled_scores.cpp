// SPDX-License-Identifier: Apache-2.0
// A rank among the means, by bins first.
#include "host/products/pooled_scores.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "host/base/error.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/math/float_bins.hpp"

namespace groundshift {

Stretch stretch_of(const PooledScores& scores, double percentile) {
  expects(percentile >= 0.0 && percentile <= 100.0, "a percentile lies in 0..100");
  // Only the means of the rank's bin have to be put in order.
  std::vector<std::uint32_t> in_bin(kFloatBins, 0);
  std::size_t finite = 0;
  float largest = -std::numeric_limits<float>::infinity();
  for (const float mean : scores.means) {
    if (!std::isfinite(mean)) continue;
    ++finite;
    ++in_bin[float_bin(mean)];
    largest = std::max(largest, mean);
  }
  if (finite == 0) return {1.0, percentile};
  auto rank = static_cast<std::size_t>(percentile / 100.0 * static_cast<double>(finite - 1) + 0.5);
  std::uint32_t bin = 0;
  for (; rank >= in_bin[bin]; ++bin) rank -= in_bin[bin];
  std::vector<float> values;
  for (const float mean : scores.means) {
    if (std::isfinite(mean) && float_bin(mean) == bin) values.push_back(mean);
  }
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  if (*place > 0.0f) return {static_cast<double>(*place), percentile};
  return {largest > 0.0f ? static_cast<double>(largest) : 1.0, 100.0};
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A rank among the means, by bins first.
#include "host/products/pooled_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "host/base/error.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/math/float_bins.hpp"

namespace groundshift {

Stretch stretch_of(const PooledScores& scores, double percentile) {
  expects(percentile >= 0.0 && percentile <= 100.0, "a percentile lies in 0..100");
  // Only the means of the rank's bin have to be put in order. Neighbours often share a bin: each counts in its own
  // half.
  std::array<std::vector<std::uint32_t>, 2> halves;
  for (auto& half : halves) half.assign(kFloatBins, 0);
  for (std::size_t i = 0; i < scores.means.size(); ++i) ++halves[i % 2][float_bin(scores.means[i])];
  // Infinities and NaNs, which are no means to choose from, lie outside of these.
  const auto in_bin = [&](std::uint32_t bin) { return std::size_t{halves[0][bin]} + halves[1][bin]; };
  const std::uint32_t first = float_bin(std::numeric_limits<float>::lowest());
  const std::uint32_t last = float_bin(std::numeric_limits<float>::max());
  std::size_t finite = 0;
  for (std::uint32_t bin = first; bin <= last; ++bin) finite += in_bin(bin);
  if (finite == 0) return {1.0, percentile};
  auto rank = static_cast<std::size_t>(percentile / 100.0 * static_cast<double>(finite - 1) + 0.5);
  std::uint32_t bin = first;
  for (; rank >= in_bin(bin); ++bin) rank -= in_bin(bin);
  std::vector<float> values;
  values.reserve(in_bin(bin));
  for (const float mean : scores.means) {
    if (float_bin(mean) == bin) values.push_back(mean);
  }
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  if (*place > 0.0f) return {static_cast<double>(*place), percentile};
  float largest = 0.0f;
  for (const float mean : scores.means) largest = std::isfinite(mean) ? std::max(largest, mean) : largest;
  return {largest > 0.0f ? static_cast<double>(largest) : 1.0, 100.0};
}

}  // namespace groundshift

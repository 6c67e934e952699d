// SPDX-License-Identifier: Apache-2.0
// From the rarest bin down: the p-value of a bin against the share of the pixels in it and above.
#include "kernels/solve/false_discovery.hpp"

#include <cstdint>
#include <numeric>
#include <stdexcept>

namespace groundshift {

double false_discovery_of_log_bins(const LogWindow& window, double q, const NullModel& null) {
  if (!(q > 0.0 && q < 1.0)) throw std::invalid_argument("false discovery rate: not between 0 and 1");
  if (window.counts.size() != static_cast<std::size_t>(kLogBins)) {
    throw std::invalid_argument("false discovery rate: not the counts of a log histogram");
  }
  const auto total = static_cast<double>(std::accumulate(window.counts.begin(), window.counts.end(), std::uint64_t{0}));
  std::int32_t lower = kLogBins - 1;  // last bin that is not found
  std::uint64_t found = 0;
  for (std::int32_t bin = kLogBins - 1; bin > 0; --bin) {  // bin 0 reaches down to a p-value of 1
    const std::uint64_t count = window.counts[static_cast<std::size_t>(bin)];
    if (count == 0) continue;
    found += count;
    const double p = null.p_value(window.scale * static_cast<double>(log_bin_edge(bin)));
    if (p > q) break;  // lower bins have larger ones, and no share is above 1
    if (p * total <= q * static_cast<double>(found)) lower = bin - 1;
  }
  return static_cast<double>(log_bin_threshold(lower));
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Median of a handful of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace groundshift {

/// Middle value, or the mean of the two middle ones; 0 of none. No NaN.
inline double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

}  // namespace groundshift

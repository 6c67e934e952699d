// SPDX-License-Identifier: Apache-2.0
// Histogram of the pixel values of both dates, for rules that need a median or a range.
#pragma once

#include <cstdint>

#include "kernels/recipes/pair_planes.hpp"

namespace groundshift {

/// Counts every band of both dates at the valid pixels of `planes`; a NaN is not counted.
/// Ex : value_histogram(RasterView<const T> values, RasterView<const std::uint8_t> valid)
template <class Ex, class T>
void value_histogram_of(Ex& ex, const PairPlanes<T>& planes) {
  for (std::int32_t b = 0; b < planes.before.band_count; ++b) {
    ex.value_histogram(planes.before.band(b), planes.valid);
    ex.value_histogram(planes.after.band(b), planes.valid);
  }
}

}  // namespace groundshift

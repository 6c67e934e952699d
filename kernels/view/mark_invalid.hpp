// SPDX-License-Identifier: Apache-2.0
// Which samples of a row are no values.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "kernels/view/clones.hpp"

namespace groundshift {

template <class From>
GS_CLONES void mark_equal(const From* __restrict values, std::int32_t count, From none,
                          std::uint8_t* __restrict valid) {
  for (std::int32_t i = 0; i < count; ++i) valid[i] = values[i] == none ? std::uint8_t{0} : valid[i];
}

template <class From>
GS_CLONES void mark_infinite(const From* __restrict values, std::int32_t count, std::uint8_t* __restrict valid) {
  constexpr From kLargest = std::numeric_limits<From>::max();
  for (std::int32_t i = 0; i < count; ++i) {
    const bool finite = values[i] >= -kLargest && values[i] <= kLargest;
    valid[i] = finite ? valid[i] : std::uint8_t{0};
  }
}

/// Marks invalid pixels of one row: nodata, and for floats NaN and infinities.
template <class From>
void mark_invalid(const From* values, std::int32_t count, std::optional<From> nodata, std::uint8_t* valid) {
  if (nodata) mark_equal(values, count, *nodata, valid);
  if constexpr (std::is_floating_point_v<From>) mark_infinite(values, count, valid);
}

}  // namespace groundshift

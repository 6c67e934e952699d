// SPDX-License-Identifier: Apache-2.0
// Which samples of a row are no values.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

namespace groundshift {

/// Marks invalid pixels of one row: nodata, and for floats NaN and infinities.
template <class From>
void mark_invalid(const From* values, std::int32_t count, std::optional<From> nodata, std::uint8_t* valid) {
  if (nodata) {
    const From none = *nodata;
    for (std::int32_t i = 0; i < count; ++i) valid[i] = values[i] == none ? std::uint8_t{0} : valid[i];
  }
  if constexpr (std::is_floating_point_v<From>) {
    constexpr From kLargest = std::numeric_limits<From>::max();
    for (std::int32_t i = 0; i < count; ++i) {
      const bool finite = values[i] >= -kLargest && values[i] <= kLargest;
      valid[i] = finite ? valid[i] : std::uint8_t{0};
    }
  }
}

}  // namespace groundshift

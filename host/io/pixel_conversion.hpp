// SPDX-License-Identifier: Apache-2.0
// From a file's own pixel type to the kernels' type, judging nodata on the file's own values.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "kernels/view/mark_invalid.hpp"

namespace groundshift {

/// The file's nodata as a value of the file's type; absent when no value of that type equals it.
/// float32 nodata written slightly beyond the largest float (a common mistake) means the largest float.
template <class From>
std::optional<From> nodata_as(std::optional<double> nodata) {
  if (!nodata) return std::nullopt;
  const double v = *nodata;
  if constexpr (std::is_floating_point_v<From>) {
    if (std::isnan(v)) return std::nullopt;  // NaN is invalid anyway
    if constexpr (std::is_same_v<From, float>) {
      constexpr double kLargest = std::numeric_limits<float>::max();
      if (std::isfinite(v) && std::fabs(v) > kLargest) {
        if (std::fabs(v) >= kLargest * (1.0 + 1e-6)) return std::nullopt;
        return v < 0 ? -std::numeric_limits<float>::max() : std::numeric_limits<float>::max();
      }
    }
    return static_cast<From>(v);
  } else {
    if (!(v >= static_cast<double>(std::numeric_limits<From>::min()) &&
          v <= static_cast<double>(std::numeric_limits<From>::max())) ||
        v != std::floor(v)) {
      return std::nullopt;
    }
    if (v == static_cast<double>(std::numeric_limits<From>::max())) return std::numeric_limits<From>::max();
    return static_cast<From>(v);
  }
}

/// Converts one row; returns how many valid values the target type does not hold exactly. Values of invalid pixels are
/// written as 0. A double beyond the largest float becomes invalid, as an infinity would be, and counts as inexact.
template <class To, class From>
std::int64_t convert_row(const From* from, std::int32_t count, std::uint8_t* valid, To* to) {
  std::int64_t inexact = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<From, double>) {
      if (valid[i] && std::fabs(from[i]) > static_cast<double>(std::numeric_limits<To>::max())) {
        valid[i] = 0;
        ++inexact;
      }
    }
    const From v = valid[i] ? from[i] : From{0};
    const To t = static_cast<To>(v);
    to[i] = t;
    if constexpr (std::is_same_v<From, double>) {
      inexact += static_cast<double>(t) != v;
    } else if constexpr (std::is_integral_v<From> && sizeof(From) >= 4) {
      inexact += static_cast<long double>(t) != static_cast<long double>(v);
    }
  }
  return inexact;
}

}  // namespace groundshift

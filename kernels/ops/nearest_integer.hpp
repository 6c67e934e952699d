// SPDX-License-Identifier: Apache-2.0
// Values as pixels of an integer type, for rasters that keep the type of the one they were put on.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// The integer of a type that stands for a value: the nearest one (halves up), clamped to the type, and never the one
/// that stands for no data: what would become that takes its neighbour on the value's side (inside the type).
/// low, high : range of the type, exact in float32; nodata : inside it
/// NaN       : nodata        agreement : exact (comparisons, conversions in range, differences below 1)
struct NearestInteger {
  float low, high, nodata;

  GS_HD std::int32_t operator()(float value) const {
    const float inside = value > low ? (value < high ? value : high) : low;
    const auto cut = static_cast<std::int32_t>(inside);
    // Comparisons as numbers, not as choices: those would keep loops scalar.
    const std::int32_t below = cut - static_cast<std::int32_t>(static_cast<float>(cut) > inside);
    const std::int32_t nearest = below + static_cast<std::int32_t>(inside - static_cast<float>(below) >= 0.5f);
    const auto none = static_cast<std::int32_t>(nodata);
    const std::int32_t above = nodata < high ? none + 1 : none - 1;
    const std::int32_t under = nodata > low ? none - 1 : none + 1;
    const std::int32_t aside = value < nodata ? under : above;
    const std::int32_t taken = nearest == none ? aside : nearest;
    return value == value ? taken : none;
  }
};

}  // namespace groundshift

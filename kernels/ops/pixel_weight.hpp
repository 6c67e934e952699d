// SPDX-License-Identifier: Apache-2.0
// The weight of a pixel in the statistics from its quadratic form, as an integer of 24 bits.
#pragma once

#include <cstdint>

#include "kernels/math/arithmetic.hpp"
#include "kernels/view/hd.hpp"

namespace groundshift {

/// Weights of the four rules of api/gram_recipe.hpp; functors of T. `one` is the weight of a pixel that counts fully.
/// T         : >= 0, unitless; a NaN gives weight 0
/// returns   : 0 .. one
/// agreement : exact (* / sqrt, integers)
struct UnitWeight {
  std::uint32_t one;
  GS_HD std::uint32_t operator()(float /*t*/) const { return one; }
};

/// `one` where T < limit, else 0.
struct WeightBelow {
  std::uint32_t one;
  float limit;
  GS_HD std::uint32_t operator()(float t) const { return t < limit ? one : 0u; }
};

/// `one` where r = sqrt(T) <= limit, else one * (limit / r), rounded half to even from the exact product of the float
/// quotient.     source : Huber 1964
struct HuberWeight {
  std::uint32_t one;
  float limit;
  GS_HD std::uint32_t operator()(float t) const {
    const float r = math::sqrt(t);
    const float share = r <= limit ? 1.0f : limit / r;
    const double defined = share == share ? static_cast<double>(share) : 0.0;
    constexpr double kUnits = 4503599627370496.0;  // 2^52: from there on doubles are integers
    return static_cast<std::uint32_t>(
        static_cast<std::int32_t>((static_cast<double>(one) * defined + kUnits) - kUnits));
  }
};

/// Linear interpolation, in integers, of a falling table of intervals + 1 weights at r = sqrt(T) = k / inverse_step;
/// beyond the last one the last entry. Neighbouring entries differ by less than 2^19, and intervals <= 4096.
struct TableWeight {
  const std::uint32_t* table;
  float inverse_step;
  std::int32_t intervals;

  static constexpr int kFractionBits = 12;

  GS_HD std::uint32_t operator()(float t) const {
    const float position = math::sqrt(t) * inverse_step * static_cast<float>(1 << kFractionBits);
    const float last = static_cast<float>(intervals << kFractionBits);
    const float inside = position < last ? position : last;  // a NaN goes to the end, and to 0 below
    const auto fixed = static_cast<std::int32_t>(inside);
    const std::int32_t index = fixed >> kFractionBits;
    const std::int32_t next = index < intervals ? index + 1 : intervals;
    const std::uint32_t fraction = static_cast<std::uint32_t>(fixed) & ((1u << kFractionBits) - 1u);
    const std::uint32_t weight = table[index] - (((table[index] - table[next]) * fraction) >> kFractionBits);
    return position == position ? weight : 0u;
  }
};

}  // namespace groundshift

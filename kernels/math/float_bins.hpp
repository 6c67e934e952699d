// SPDX-License-Identifier: Apache-2.0
// Which of 65,536 bins a float32 falls into: a map without a range to choose, so that a histogram can be streamed.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"

namespace groundshift {

/// Bin 0..65535 of a value: the top 16 bits of its float32 pattern, mapped so that the order of bins is the order of
/// values. A bin spans 1/128 of its binade (relative width <= 0.8 %). -0 and +0 share bin 0x8000; -inf is alone in bin
/// 0x007f and +inf in bin 0xff80 with the NaNs, which callers leave out. Inverse: float_bin_range in kernels/solve.
/// agreement : exact (one addition, integer operations)
GS_HD std::uint32_t float_bin(float value) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, value + 0.0f);  // -0 + 0 = +0
  const std::uint32_t flip = (bits >> 31) != 0 ? 0xffffffffu : 0x80000000u;
  return (bits ^ flip) >> 16;
}

/// Bin of a value of a band's own histogram: integers to the bin of their value (i16: value + 32768), floats to
/// float_bin.
GS_HD std::uint32_t exact_bin(std::uint8_t value) { return value; }
GS_HD std::uint32_t exact_bin(std::uint16_t value) { return value; }
GS_HD std::uint32_t exact_bin(std::int16_t value) { return static_cast<std::uint32_t>(value + 32768); }
GS_HD std::uint32_t exact_bin(float value) { return float_bin(value); }
/// Of an integer held in a float32; `lowest` is the level of bin 0. Values outside 16 bits go to the ends.
GS_HD std::uint32_t level_bin(float value, float lowest) {
  const float level = value - lowest;
  if (!(level > 0.0f)) return 0;
  return level < 65535.0f ? static_cast<std::uint32_t>(level) : 65535u;
}

/// Bins of a band's own histogram: exact_bin, or level_bin for floats that hold the levels of an integer type.
struct ValueBins {
  bool levels = false;
  float lowest = 0.0f;

  template <class T>
  GS_HD std::uint32_t operator()(T value) const {
    return exact_bin(value);
  }
  GS_HD std::uint32_t operator()(float value) const { return levels ? level_bin(value, lowest) : float_bin(value); }
};

}  // namespace groundshift

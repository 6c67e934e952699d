// SPDX-License-Identifier: Apache-2.0
// The one colour ramp of all pictures: dark is little, bright is much, equal steps look equal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace groundshift {

struct RgbColor {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend bool operator==(const RgbColor&, const RgbColor&) = default;
};

/// "inferno" at 0, 0.1, ... 1. Source: S. van der Walt and N. Smith, mpl-colormaps (CC0).
inline constexpr std::array<RgbColor, 11> kRampStops{{{0x00, 0x00, 0x04},
                                                      {0x16, 0x0b, 0x39},
                                                      {0x42, 0x0a, 0x68},
                                                      {0x6a, 0x17, 0x6e},
                                                      {0x93, 0x26, 0x67},
                                                      {0xbc, 0x37, 0x54},
                                                      {0xdd, 0x51, 0x3a},
                                                      {0xf3, 0x77, 0x1a},
                                                      {0xfc, 0xa5, 0x0a},
                                                      {0xf6, 0xd6, 0x45},
                                                      {0xfc, 0xff, 0xa4}}};

/// Colours that the ramp is made of: few enough for a picture's palette, with some left for its frame.
inline constexpr int kRampColors = 20 * 10 + 1;  // each stop is one

namespace detail {

/// Step 0 to kRampColors - 1.
constexpr RgbColor color_of_step(std::size_t step) {
  const double at = double(step) / double(kRampColors - 1) * double(kRampStops.size() - 1);
  const auto stop = std::min(static_cast<std::size_t>(at), kRampStops.size() - 2);
  const double part = at - double(stop);
  const auto mix = [part](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(double(a) + (double(b) - double(a)) * part + 0.5);
  };
  const RgbColor& a = kRampStops[stop];
  const RgbColor& b = kRampStops[stop + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

inline constexpr auto kRamp = [] {
  std::array<RgbColor, kRampColors> all{};
  for (std::size_t step = 0; step < all.size(); ++step) all[step] = color_of_step(step);
  return all;
}();

}  // namespace detail

/// Step of the ramp, 0 to kRampColors - 1, at `place` on it: below 0 the first, above 1 (infinity too) the last, NaN
/// the first.
inline std::int32_t ramp_step(double place) {
  const double on = place > 0.0 ? std::min(place, 1.0) : 0.0;
  return static_cast<std::int32_t>(on * double(kRampColors - 1) + 0.5);
}
/// Its colour, linear between stops.
inline RgbColor ramp_step_color(std::size_t step) { return detail::kRamp[step]; }
inline RgbColor ramp_color(double place) { return ramp_step_color(static_cast<std::size_t>(ramp_step(place))); }

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Between two stops of the ramp.
#include "host/products/color_ramp.hpp"

#include <algorithm>

namespace groundshift {

namespace {

/// Step 0 to kRampColors - 1.
RgbColor color_of_step(std::size_t step) {
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

}  // namespace

const std::array<RgbColor, kRampColors>& ramp_colors() {
  static const auto colors = [] {
    std::array<RgbColor, kRampColors> all{};
    for (std::size_t step = 0; step < all.size(); ++step) all[step] = color_of_step(step);
    return all;
  }();
  return colors;
}

RgbColor ramp_color(double place) { return ramp_colors()[ramp_step(place)]; }

}  // namespace groundshift

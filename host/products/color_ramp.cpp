// SPDX-License-Identifier: Apache-2.0
// Between two stops of the ramp.
#include "host/products/color_ramp.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace groundshift {

RgbColor ramp_color(double place) {
  if (!(place > 0.0)) return kRampStops.front();
  if (place >= 1.0) return kRampStops.back();
  const double step = std::floor(place * double(kRampColors - 1) + 0.5) / double(kRampColors - 1);
  const double at = step * double(kRampStops.size() - 1);
  const auto stop = std::min(static_cast<std::size_t>(at), kRampStops.size() - 2);
  const double part = at - double(stop);
  const auto mix = [part](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(double(a) + (double(b) - double(a)) * part + 0.5);
  };
  const RgbColor& a = kRampStops[stop];
  const RgbColor& b = kRampStops[stop + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

}  // namespace groundshift

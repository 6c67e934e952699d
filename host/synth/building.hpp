// SPDX-License-Identifier: Apache-2.0
// A building as a turned box: how much of a pixel its roof covers and how much its shadow.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "host/synth/world.hpp"

namespace groundshift::synth {

enum class Roof : std::uint8_t { red, gray, metal };

/// (ux, uy) : unit vector of the long side. Lengths in metres.
struct Building {
  double x = 0.0, y = 0.0;
  float ux = 1.0f, uy = 0.0f;
  float half_length = 0.0f, half_width = 0.0f, height = 0.0f;
  Roof roof = Roof::gray;
  float tone = 1.0f;    ///< brightness of the roof
  bool gabled = false;  ///< two slopes with a ridge along the long side

  /// Everything of it, shadow included, lies within this many metres of (x, y).
  float reach(const Sun& sun) const {
    return std::sqrt(half_length * half_length + half_width * half_width) + height * sun.shadow_length;
  }
};

/// Share of a pixel (side `pixel` metres) centred (dx, dy) metres from the building's middle that the roof covers.
inline float roof_cover(const Building& b, float dx, float dy, float pixel) {
  const float along = std::abs(dx * b.ux + dy * b.uy) - b.half_length;
  const float across = std::abs(dy * b.ux - dx * b.uy) - b.half_width;
  return clamp01(0.5f - along / pixel) * clamp01(0.5f - across / pixel);
}

/// Share of the pixel inside the area that roof and shadow cover together (the box swept along the shadow).
inline float swept_cover(const Building& b, const Sun& sun, float dx, float dy, float pixel) {
  const float reach = b.height * sun.shadow_length;
  const float shadow_along = (sun.shadow_x * b.ux + sun.shadow_y * b.uy) * reach;
  const float shadow_across = (sun.shadow_y * b.ux - sun.shadow_x * b.uy) * reach;
  const float along = dx * b.ux + dy * b.uy;
  const float across = dy * b.ux - dx * b.uy;
  const float outside_along = std::max(std::min(shadow_along, 0.0f) - b.half_length - along,
                                       along - b.half_length - std::max(shadow_along, 0.0f));
  const float outside_across = std::max(std::min(shadow_across, 0.0f) - b.half_width - across,
                                        across - b.half_width - std::max(shadow_across, 0.0f));
  const float side = std::abs(along * shadow_across - across * shadow_along) / std::max(reach, 1e-6f);
  const float half_span =
      (b.half_length * std::abs(shadow_across) + b.half_width * std::abs(shadow_along)) / std::max(reach, 1e-6f);
  return clamp01(0.5f - outside_along / pixel) * clamp01(0.5f - outside_across / pixel) *
         clamp01(0.5f - (side - half_span) / pixel);
}

/// Direct sunlight on the roof at that pixel relative to flat ground.
inline float roof_light(const Building& b, const Sun& sun, float dx, float dy) {
  if (!b.gabled) return 1.0f;
  const float across = dy * b.ux - dx * b.uy;
  const float towards_sun = sun.to_sun_y * b.ux - sun.to_sun_x * b.uy;
  const float slope = across * towards_sun > 0.0f ? 0.5f : -0.5f;  // pitch of 27 degrees
  return (sun.to_sun_z + slope * std::abs(towards_sun)) / (sun.to_sun_z * 1.118f);
}

}  // namespace groundshift::synth

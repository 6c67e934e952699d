// SPDX-License-Identifier: Apache-2.0
// What all parts of a synthetic landscape share: the seed of each part, the pixel and the two suns.
#pragma once

#include <cstdint>

#include "host/synth/noise.hpp"

namespace groundshift::synth {

/// Each independent part of the scene draws from its own stream.
enum class Stream : std::uint32_t {
  mountain,
  valley,
  creek,
  relief,
  warp,
  forest,
  moisture,
  lake,
  town,
  road,
  estate,
  parcel,
  crop,
  farm,
  street,
  house,
  canopy,
  texture,
  change,
  outline,
  cloud,
  season,
  sensor,
  border,
};

/// Sunlight. `to_sun` is a unit vector (east, south, up); shadows fall along (shadow_x, shadow_y), unit, on the
/// sun-opposite side, shadow_length metres for each metre of height.
struct Sun {
  float to_sun_x, to_sun_y, to_sun_z;
  float shadow_x, shadow_y;
  float shadow_length;
};

/// From the horizontal direction towards the sun and the tangent of its elevation.
inline Sun make_sun(float east, float south, float elevation_tangent) {
  const float horizontal = 1.0f / std::sqrt(east * east + south * south);
  const float length = 1.0f / std::sqrt(1.0f + elevation_tangent * elevation_tangent);
  return {east * horizontal * length, south * horizontal * length, elevation_tangent * length,
          -east * horizontal,         -south * horizontal,         1.0f / elevation_tangent};
}

struct World {
  std::uint64_t seed = 1;
  float pixel = 3.0f;  ///< metres
  Sun before = make_sun(0.45f, 0.72f, 1.15f);
  Sun after = make_sun(0.45f, 0.72f, 1.15f);

  World(std::uint64_t scene_seed, float pixel_metres, float season) : seed(scene_seed), pixel(pixel_metres) {
    // A few weeks later in the year and a few minutes earlier in the day: 8 degrees in azimuth, 4 in elevation.
    after = make_sun(0.45f + 0.11f * season, 0.72f - 0.04f * season, 1.15f - 0.13f * season);
  }

  std::uint32_t stream(Stream part, std::uint32_t which = 0) const {
    const auto low = static_cast<std::uint32_t>(seed);
    const auto high = static_cast<std::uint32_t>(seed >> 32U);
    return mix(mix(low ^ mix(high + 0x68bc21ebU)) + (static_cast<std::uint32_t>(part) * 64U + which) * 0x9e3779b1U);
  }
};

}  // namespace groundshift::synth

// SPDX-License-Identifier: Apache-2.0
// What hides pixels: clouds with their shadows, and the slanted border of a footprint without data.
#pragma once

#include <cstdint>

#include "host/synth/patch.hpp"
#include "host/synth/world.hpp"

namespace groundshift::synth {

/// Clouds of one date. The share of hidden pixels is that asked for on average over a wide area.
class Clouds {
 public:
  /// share : 0..0.9 of the ground that clouds hide; date: 0 before, 1 after
  Clouds(const World& world, std::uint32_t date, float share);

  /// hidden : 1 where the cloud is dense enough to be masked (no data), else 0
  /// haze   : 0..0.2, opacity of the cloud's thin rim, which stays in the image
  /// shadow : 0..0.4, share of direct light that the cloud takes
  /// Returns false, and leaves the fields alone, where the patch is free of all three.
  bool draw(const Frame& frame, Field& hidden, Field& haze, Field& shadow) const;

 private:
  float density(double x, double y) const;

  const World* world_;
  std::uint32_t date_;
  float share_;
  float threshold_ = 2.0f;
  double offset_x_ = 0.0, offset_y_ = 0.0;  // from a shadow to its cloud, metres
};

/// The image's footprint: a rectangle turned by a few degrees inside the grid; outside is no data.
class Footprint {
 public:
  Footprint() = default;
  /// A border that takes 1 to 3 % off each side, another one for each date.
  Footprint(const World& world, std::uint32_t date, std::int32_t width, std::int32_t height);

  bool holds(std::int32_t x, std::int32_t y) const {
    if (!bounded_) return true;
    const float u = static_cast<float>(x) + 0.5f;
    const float v = static_cast<float>(y) + 0.5f;
    return u >= left_ + lean_x_ * v && u < right_ + lean_x_ * v && v >= top_ + lean_y_ * u && v < bottom_ + lean_y_ * u;
  }

 private:
  bool bounded_ = false;
  float left_ = 0.0f, right_ = 0.0f, top_ = 0.0f, bottom_ = 0.0f, lean_x_ = 0.0f, lean_y_ = 0.0f;
};

}  // namespace groundshift::synth

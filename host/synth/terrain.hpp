// SPDX-License-Identifier: Apache-2.0
// The bare land: height, drainage, water and where woods grow, at any point on the ground.
#pragma once

#include <cmath>

#include "host/synth/patch.hpp"
#include "host/synth/world.hpp"

namespace groundshift::synth {

/// slope_x, slope_y : rise per metre to the east and to the south
/// river            : signed metres to the nearest river's middle line (the sign tells the side)
/// half_width       : of that river, metres
/// lake             : metres to the shore of the nearest lake, negative in it
/// water            : metres to the nearest shore of either, negative in the water
/// creek            : signed metres to the nearest creek's middle line (the sign tells the side)
/// forest           : > 0 where natural wood grows; about 1 unit per 400 m across an edge
/// moisture         : -1 dry .. 1 wet
/// warp_x, warp_y   : metres by which field patterns are bent here
struct TerrainPoint {
  float height, slope_x, slope_y, river, half_width, lake, water, creek, forest, moisture, ruggedness, warp_x, warp_y;
};

TerrainPoint terrain_at(const World& world, double x, double y);

/// Metres to the nearest shore only (negative in the water); cheaper than terrain_at.
float water_distance(const World& world, double x, double y);

/// Metres to the nearest shore, negative in the water.
inline float water_of(float river, float half_width, float lake) {
  const float bank = std::abs(river) - half_width;
  return bank < lake ? bank : lake;
}

/// The same on the nodes of a patch. Rivers keep their sign, so that one narrower than a node step stays whole.
struct TerrainNodes {
  NodeField light_before, light_after;  ///< direct sunlight on the slope / on flat ground
  NodeField river, half_width, lake, creek, forest, moisture, steepness, warp_x, warp_y, height;
};

void fill_terrain(const World& world, const Frame& frame, TerrainNodes& out);

}  // namespace groundshift::synth

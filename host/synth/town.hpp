// SPDX-License-Identifier: Apache-2.0
// Streets, blocks and houses of towns, and the farms between them.
#pragma once

#include <cstdint>
#include <vector>

#include "host/synth/building.hpp"
#include "host/synth/settlements.hpp"

namespace groundshift::synth {

enum class BlockKind : std::uint8_t { houses, centre, apartments, commerce, park };

/// street : metres to the nearest street's edge, negative on the street
struct StreetPoint {
  float street;
  BlockKind block;
};
StreetPoint street_at(const Town& town, float dx, float dy);

/// A farm's yard.
struct Farm {
  double x = 0.0, y = 0.0;
  float radius = 0.0f;
};

/// What stands in and around a window of the scene; built once a window, independent of how windows are cut.
struct Neighbourhood {
  Neighbourhood(const World& world, const Bounds& bounds);

  Roads roads;
  std::vector<Farm> farms;
  std::vector<Building> buildings;  ///< also those outside whose shadow may reach in
};

/// The farms whose middle lies within the bounds.
std::vector<Farm> farms_within(const World& world, const Roads& roads, const Bounds& bounds);

/// Buildings smaller than this many pixels are not drawn one by one; towns then get a share of roof in every pixel.
inline constexpr float kLargestPixelWithHouses = 8.0f;  // metres

}  // namespace groundshift::synth

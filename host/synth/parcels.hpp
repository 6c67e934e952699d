// SPDX-License-Identifier: Apache-2.0
// Farmland: bent, turned, irregular parcels in estates, each with a crop at either date.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/synth/ground.hpp"
#include "host/synth/patch.hpp"
#include "host/synth/world.hpp"

namespace groundshift::synth {

/// before, after : shares of soil, crop, dry, grass. rows : strength of the row texture.
struct ParcelLook {
  std::array<float, kSeasonalCount> before, after;
  float tone = 1.0f;
  float rows = 0.0f;
  float wood = 0.0f;  ///< 1: planted with trees
  bool conifer = false;
};

/// look  : index into looks
/// edge  : metres to the parcel's nearest edge
/// track : metres to the nearest edge between estates, where tracks run
/// hedge : metres to the nearest edge that carries a hedge (large where none is near)
/// rows  : -1..1, texture of ploughing and sowing along the parcel
struct Parcels {
  std::vector<ParcelLook> looks;
  std::array<std::uint16_t, kPatchPixels> look;
  Field edge, track, hedge, rows;
};

/// warp_x, warp_y : metres by which the pattern is bent at each pixel
void fill_parcels(const World& world, const Frame& frame, const Field& warp_x, const Field& warp_y, Parcels& out);

}  // namespace groundshift::synth

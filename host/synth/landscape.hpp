// SPDX-License-Identifier: Apache-2.0
// Lays everything that stands on a patch: roofs, roads, water, trees, tracks, gardens and fields, from the top down.
#pragma once

#include <memory>

#include "host/synth/ground.hpp"
#include "host/synth/parcels.hpp"
#include "host/synth/terrain.hpp"
#include "host/synth/town.hpp"

namespace groundshift::synth {

/// Draws patches; keeps the scratch of one patch, so one thread uses it at a time.
class Landscape {
 public:
  explicit Landscape(const World& world);

  /// The ground of a patch at both dates, without planted changes. `around` covers the patch.
  void draw(const Frame& frame, const Neighbourhood& around, Ground& out);

 private:
  void lay_roofs(const Frame& frame, const Neighbourhood& around, Ground& out);
  void lay_roads(const Frame& frame, const Roads& roads, Ground& out);
  void lay_town(const Frame& frame, const Neighbourhood& around, Ground& out);
  void lay_water(const Frame& frame, Ground& out);
  void lay_trees(const Frame& frame, Ground& out);
  void lay_fields(const Frame& frame, Ground& out);
  void light(Ground& out);

  struct Scratch;
  const World* world_;
  std::shared_ptr<Scratch> scratch_;
};

}  // namespace groundshift::synth

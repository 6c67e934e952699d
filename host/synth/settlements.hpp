// SPDX-License-Identifier: Apache-2.0
// Where people live and the roads between: one town or village in each cell of a jittered lattice, joined to its
// neighbours.
#pragma once

#include <cstdint>
#include <vector>

#include "host/synth/patch.hpp"
#include "host/synth/world.hpp"

namespace groundshift::synth {

/// Lattice of towns: mean spacing in metres.
inline constexpr double kTownSpacing = 2600.0;

/// (ux, uy) : unit vector of the long streets. curvature : bend of the streets, 1/metre.
struct Town {
  double x = 0.0, y = 0.0;
  float radius = 0.0f;
  float ux = 1.0f, uy = 0.0f;
  float curvature = 0.0f;
  std::uint32_t id = 0;
};

/// The town of a lattice cell; pure in (world, i, j). It avoids water.
Town town_of_cell(const World& world, std::int32_t i, std::int32_t j);

/// > 0 inside the built-up area (1 at its middle), falling outwards; edges are frayed.
float town_density(const World& world, const Town& town, double x, double y);

/// Position in the town's bent street grid, metres from its middle: along (a) and across (b) the long streets.
struct StreetPosition {
  float a, b;
};
StreetPosition street_position(const Town& town, float dx, float dy);

/// The point of the ground (metres from the town's middle) at a street position, and the streets' direction there.
struct GroundPosition {
  float dx, dy;
  Direction along;
};
GroundPosition ground_position(const Town& town, float a, float b);

/// Through roads: for every row and column of towns one smooth curve through all of them. A stretch between two towns
/// is a paved road or a lane.
class Roads {
 public:
  /// Knows all roads within the bounds.
  Roads(const World& world, const Bounds& bounds);

  /// The towns whose built-up area may touch the bounds.
  const std::vector<Town>& towns() const { return towns_; }

  std::int32_t curve_count() const { return static_cast<std::int32_t>(curves_.size()); }
  /// Signed metres from curve `index`; half_width is that of the stretch beside the point, metres.
  float distance(std::int32_t index, double x, double y, float* half_width) const;
  /// Metres to the nearest edge of any road.
  float clearance(double x, double y) const;

 private:
  struct Knot {
    double s, t;  // s along the family's axis, t across
    double slope;
    float half_width;  // of the stretch that starts here
  };
  struct Curve {
    bool across;  // false: runs west to east (s = x); true: north to south (s = y)
    std::vector<Knot> knots;
  };
  const World* world_;
  std::vector<Curve> curves_;
  std::vector<Town> towns_;
};

}  // namespace groundshift::synth

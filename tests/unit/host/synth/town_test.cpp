// SPDX-License-Identifier: Apache-2.0
// Streets, houses and roads must not depend on the window through which they are asked for.
#include "host/synth/town.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "host/synth/terrain.hpp"

namespace groundshift::synth {
namespace {

using Place = std::tuple<double, double, float, float>;

std::vector<Place> places(const std::vector<Building>& buildings, const Bounds& inside) {
  std::vector<Place> out;
  for (const Building& b : buildings) {
    if (inside.holds(b.x, b.y)) out.emplace_back(b.x, b.y, b.half_length, b.height);
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(Town, GroundPositionUndoesStreetPosition) {
  Town town;
  town.ux = 0.6f;
  town.uy = -0.8f;
  town.curvature = 2e-4f;
  for (const float a : {-300.0f, 0.0f, 170.0f}) {
    for (const float b : {-90.0f, 0.0f, 240.0f}) {
      const GroundPosition p = ground_position(town, a, b);
      const StreetPosition back = street_position(town, p.dx, p.dy);
      EXPECT_NEAR(back.a, a, 1e-3f);
      EXPECT_NEAR(back.b, b, 1e-3f);
    }
  }
}

TEST(Town, RoadsPassThroughTheirTowns) {
  const World world(1, 3.0f, 1.0f);
  const Town town = town_of_cell(world, 2, 3);
  const Roads roads(world, Bounds{town.x - 100, town.y - 100, town.x + 100, town.y + 100});
  // A road bends at most 34 m off the straight curve through the towns' middles.
  EXPECT_LT(roads.clearance(town.x, town.y), 34.0f);
}

TEST(Town, HousesDoNotDependOnTheWindow) {
  const World world(1, 3.0f, 1.0f);
  const Town town = town_of_cell(world, 1, 1);
  const Bounds small{town.x - 60, town.y - 60, town.x + 60, town.y + 60};
  const Neighbourhood near(world, small);
  const Neighbourhood wide(world, small.grown(700));
  const std::vector<Place> a = places(near.buildings, small);
  EXPECT_FALSE(a.empty());
  EXPECT_EQ(a, places(wide.buildings, small));
}

TEST(Town, HousesStandOnDryGroundOffTheRoads) {
  const World world(3, 3.0f, 1.0f);
  const Town town = town_of_cell(world, 0, 1);
  const Neighbourhood around(world, Bounds{town.x - 500, town.y - 500, town.x + 500, town.y + 500});
  ASSERT_FALSE(around.buildings.empty());
  for (const Building& b : around.buildings) {
    EXPECT_GT(water_distance(world, b.x, b.y), 0.0f);
    EXPECT_GT(around.roads.clearance(b.x, b.y), 0.0f);
  }
}

TEST(Town, EveryPointBetweenStreetsIsNearOne) {
  const World world(5, 3.0f, 1.0f);
  const Town town = town_of_cell(world, 4, 4);
  int on_street = 0;
  for (int y = -300; y <= 300; y += 7) {
    for (int x = -300; x <= 300; x += 7) {
      const float d = street_at(town, static_cast<float>(x), static_cast<float>(y)).street;
      EXPECT_GE(d, -3.7f);
      EXPECT_LE(d, 60.0f);
      on_street += d < 0.0f;
    }
  }
  const double share = on_street / (86.0 * 86.0);  // long streets take 7.2 of 76 m, cross streets 6 of 158 m
  EXPECT_NEAR(share, 7.2 / 76 + 6.0 / 158, 0.03);
}

}  // namespace
}  // namespace groundshift::synth

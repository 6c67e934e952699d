// SPDX-License-Identifier: Apache-2.0
// A town is a bent grid of long streets with staggered cross streets; every block has a use, and lots in rows.
#include "host/synth/town.hpp"

#include <algorithm>
#include <cmath>

#include "host/synth/terrain.hpp"

namespace groundshift::synth {
namespace {

constexpr float kBlockDepth = 76.0f;    // metres between long streets
constexpr float kBlockLength = 158.0f;  // metres between cross streets
constexpr float kLongStreet = 3.6f;     // half widths
constexpr float kCrossStreet = 3.0f;

struct Block {
  std::int32_t row = 0, column = 0;
  float a0 = 0.0f, a1 = -1.0f, b0 = 0.0f, b1 = -1.0f;  // middle lines of its streets
  std::uint32_t id = 0;

  bool holds(float a, float b) const { return a >= a0 && a < a1 && b >= b0 && b < b1; }
};

float long_street(const Town& town, std::int32_t row) {
  return (static_cast<float>(row) + 0.16f * signed_unit(hash(town.id + 40, row, 0))) * kBlockDepth;
}

float cross_street(const Town& town, std::int32_t row, std::int32_t column) {
  const float stagger = unit(hash(town.id + 41, row >> 1, 0));  // cross streets run through two rows of blocks
  return (static_cast<float>(column) + stagger + 0.2f * signed_unit(hash(town.id + 42, row >> 1, column))) *
         kBlockLength;
}

Block block(const Town& town, std::int32_t row, std::int32_t column) {
  return {row,
          column,
          cross_street(town, row, column),
          cross_street(town, row, column + 1),
          long_street(town, row),
          long_street(town, row + 1),
          hash(town.id + 43, row, column)};
}

Block block_at(const Town& town, float a, float b) {
  auto row = static_cast<std::int32_t>(std::floor(b / kBlockDepth));
  if (b < long_street(town, row))
    --row;
  else if (b >= long_street(town, row + 1))
    ++row;
  auto column = static_cast<std::int32_t>(std::floor(a / kBlockLength)) - 2;
  while (a >= cross_street(town, row, column + 1)) ++column;
  return block(town, row, column);
}

BlockKind kind_of(const Town& town, const Block& b) {
  const float a = 0.5f * (b.a0 + b.a1), across = 0.5f * (b.b0 + b.b1);
  const float from_middle = std::sqrt(a * a + across * across) / town.radius;
  const float draw = unit(mix(b.id + 1));
  if (from_middle < 0.32f && town.radius > 240.0f) return draw < 0.84f ? BlockKind::centre : BlockKind::park;
  if (draw < 0.07f) return BlockKind::park;
  if (town.radius > 330.0f && draw < 0.17f) return BlockKind::apartments;
  if (town.radius > 240.0f && from_middle > 0.45f && draw > 0.87f) return BlockKind::commerce;
  return BlockKind::houses;
}

class TownBuilder {
 public:
  TownBuilder(const World& world, const Roads& roads, const Bounds& bounds, std::vector<Building>& out)
      : world_(world), roads_(roads), bounds_(bounds), out_(out) {}

  void build(const Town& town) {
    const float reach = 1.5f * town.radius;
    const auto rows = static_cast<std::int32_t>(reach / kBlockDepth) + 1;
    const auto columns = static_cast<std::int32_t>(reach / kBlockLength) + 2;
    for (std::int32_t row = -rows; row < rows; ++row) {
      for (std::int32_t column = -columns; column < columns; ++column) {
        const Block b = block(town, row, column);
        const GroundPosition middle = ground_position(town, 0.5f * (b.a0 + b.a1), 0.5f * (b.b0 + b.b1));
        if (bounds_.grown(140.0).holds(town.x + static_cast<double>(middle.dx),
                                       town.y + static_cast<double>(middle.dy))) {
          fill(town, b);
        }
      }
    }
  }

 private:
  void fill(const Town& town, const Block& b) {
    const float width = b.b1 - b.b0 - 2.0f * kLongStreet;
    const float length = b.a1 - b.a0 - 2.0f * kCrossStreet;
    const float middle_a = 0.5f * (b.a0 + b.a1), middle_b = 0.5f * (b.b0 + b.b1);
    switch (kind_of(town, b)) {
      case BlockKind::park: break;
      case BlockKind::houses: rows(town, b, 19.0f, 26.0f, 0.86f, false); break;
      case BlockKind::centre: rows(town, b, 13.0f, 18.0f, 0.97f, true); break;
      case BlockKind::apartments:
        for (std::int32_t k = 0; k < 3; ++k) {
          Building slab;
          slab.half_length = 0.36f * width;
          slab.half_width = 6.0f;
          slab.height = between(mix(b.id + 60), 11.0f, 20.0f);
          slab.roof = Roof::gray;
          slab.tone = between(mix(b.id + 61), 0.9f, 1.4f);
          place(town, middle_a + (static_cast<float>(k) - 1.0f) * 0.31f * length, middle_b, slab, true);
        }
        break;
      case BlockKind::commerce: {
        Building hall;
        hall.half_length = between(mix(b.id + 62), 0.26f, 0.4f) * length;
        hall.half_width = between(mix(b.id + 63), 0.24f, 0.38f) * width;
        hall.height = between(mix(b.id + 64), 6.0f, 10.0f);
        hall.roof = unit(mix(b.id + 65)) < 0.6f ? Roof::metal : Roof::gray;
        hall.tone = between(mix(b.id + 66), 0.75f, 1.25f);
        place(town, middle_a - 0.06f * length, middle_b, hall, false);
        break;
      }
    }
  }

  void rows(const Town& town, const Block& b, float pitch_low, float pitch_high, float presence, bool closed) {
    const float first = b.a0 + kCrossStreet + 3.0f, last = b.a1 - kCrossStreet - 3.0f;
    for (std::uint32_t side = 0; side < 2; ++side) {
      float a = first;
      for (std::uint32_t lot = 0;; ++lot) {
        const std::uint32_t id = mix(b.id + 100 + 2 * lot + side);
        const float pitch = between(mix(id + 1), pitch_low, pitch_high);
        if (a + pitch > last) break;
        Building house;
        house.half_length = closed ? 0.5f * pitch : between(mix(id + 2), 4.6f, 7.2f);
        house.half_width = closed ? between(mix(id + 3), 5.5f, 8.0f) : between(mix(id + 3), 4.0f, 5.4f);
        house.height = closed ? between(mix(id + 4), 8.0f, 14.0f) : between(mix(id + 4), 5.0f, 8.0f);
        const float roof = unit(mix(id + 5));
        house.roof = roof < 0.66f ? Roof::red : (roof < 0.95f ? Roof::gray : Roof::metal);
        house.tone = between(mix(id + 6), 0.72f, 1.28f);
        house.gabled = unit(mix(id + 7)) < 0.85f;
        const float setback = (closed ? 1.5f : between(mix(id + 8), 4.0f, 8.5f)) + house.half_width + kLongStreet;
        const bool turned = !closed && unit(mix(id + 9)) < 0.3f;
        if (unit(mix(id + 10)) < presence) {
          place(town, a + 0.5f * pitch, side == 0 ? b.b0 + setback : b.b1 - setback, house, turned);
        }
        a += pitch;
      }
    }
  }

  void place(const Town& town, float a, float b, Building building, bool turned) {
    const GroundPosition p = ground_position(town, a, b);
    building.x = town.x + static_cast<double>(p.dx);
    building.y = town.y + static_cast<double>(p.dy);
    building.ux = turned ? -p.along.y : p.along.x;
    building.uy = turned ? p.along.x : p.along.y;
    const float reach = building.half_length + building.half_width;
    if (!bounds_.grown(static_cast<double>(reach + 2.0f * building.height)).holds(building.x, building.y)) return;
    if (town_density(world_, town, building.x, building.y) < 0.04f) return;
    if (roads_.clearance(building.x, building.y) < building.half_width + 2.0f) return;
    if (water_distance(world_, building.x, building.y) < reach + 6.0f) return;
    out_.push_back(building);
  }

  const World& world_;
  const Roads& roads_;
  const Bounds& bounds_;
  std::vector<Building>& out_;
};

void add_barns(const World& world, const Farm& farm, std::vector<Building>& out) {
  const std::uint32_t id = hash(world.stream(Stream::farm, 1), static_cast<std::int32_t>(std::floor(farm.x)),
                                static_cast<std::int32_t>(std::floor(farm.y)));
  const Direction along = direction(mix(id));
  const std::uint32_t barn_count = 2 + mix(id + 1) % 3;
  for (std::uint32_t k = 0; k < barn_count; ++k) {
    const std::uint32_t barn_id = mix(id + 10 + k);
    const bool turned = (k & 1U) != 0;
    Building barn;
    barn.ux = turned ? -along.y : along.x;
    barn.uy = turned ? along.x : along.y;
    const float aside = (k < 2 ? -1.0f : 1.0f) * between(mix(barn_id + 1), 12.0f, 17.0f);
    barn.x = farm.x + static_cast<double>(aside * -barn.uy);
    barn.y = farm.y + static_cast<double>(aside * barn.ux);
    barn.half_length = between(mix(barn_id + 2), 7.0f, 17.0f);
    barn.half_width = between(mix(barn_id + 3), 4.5f, 7.5f);
    barn.height = between(mix(barn_id + 4), 5.0f, 8.0f);
    barn.roof = unit(mix(barn_id + 5)) < 0.55f ? Roof::red : (unit(mix(barn_id + 6)) < 0.6f ? Roof::gray : Roof::metal);
    barn.tone = between(mix(barn_id + 7), 0.75f, 1.2f);
    barn.gabled = true;
    out.push_back(barn);
  }
}

}  // namespace

StreetPoint street_at(const Town& town, float dx, float dy) {
  const StreetPosition p = street_position(town, dx, dy);
  const Block b = block_at(town, p.a, p.b);
  const float along = std::min(p.b - b.b0, b.b1 - p.b) - kLongStreet;
  const float across = std::min(p.a - b.a0, b.a1 - p.a) - kCrossStreet;
  return {std::min(along, across), kind_of(town, b)};
}

std::vector<Farm> farms_within(const World& world, const Roads& roads, const Bounds& bounds) {
  constexpr double kSpacing = 640.0;
  const auto cell = [](double v) { return static_cast<std::int32_t>(std::floor(v / kSpacing)); };
  std::vector<Farm> farms;
  for (std::int32_t j = cell(bounds.y0); j <= cell(bounds.y1); ++j) {
    for (std::int32_t i = cell(bounds.x0); i <= cell(bounds.x1); ++i) {
      const std::uint32_t id = hash(world.stream(Stream::farm), i, j);
      if (unit(id) > 0.32f) continue;
      Farm farm;
      farm.x = (i + 0.5 + 0.4 * static_cast<double>(signed_unit(mix(id + 1)))) * kSpacing;
      farm.y = (j + 0.5 + 0.4 * static_cast<double>(signed_unit(mix(id + 2)))) * kSpacing;
      farm.radius = between(mix(id + 3), 22.0f, 34.0f);
      if (!bounds.holds(farm.x, farm.y) || roads.clearance(farm.x, farm.y) < farm.radius) continue;
      const TerrainPoint p = terrain_at(world, farm.x, farm.y);
      const float steepness = std::sqrt(p.slope_x * p.slope_x + p.slope_y * p.slope_y);
      if (p.water < 70.0f || p.forest > -0.05f || steepness > 0.2f) continue;
      const auto inside = [&](const Town& town) { return town_density(world, town, farm.x, farm.y) > -0.15f; };
      if (std::any_of(roads.towns().begin(), roads.towns().end(), inside)) continue;
      farms.push_back(farm);
    }
  }
  return farms;
}

Neighbourhood::Neighbourhood(const World& world, const Bounds& bounds)
    : roads(world, bounds.grown(300.0)), farms(farms_within(world, roads, bounds.grown(90.0))) {
  if (world.pixel > kLargestPixelWithHouses) return;
  TownBuilder builder(world, roads, bounds, buildings);
  for (const Town& town : roads.towns()) builder.build(town);
  for (const Farm& farm : farms) add_barns(world, farm, buildings);
}

}  // namespace groundshift::synth

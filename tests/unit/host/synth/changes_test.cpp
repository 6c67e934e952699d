// SPDX-License-Identifier: Apache-2.0
// Planted changes: placed independently of windows, of all kinds, away from what already stands.
#include "host/synth/changes.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "host/synth/terrain.hpp"

namespace groundshift::synth {
namespace {

TEST(Changes, SitesDoNotDependOnTheWindow) {
  const World world(1, 3.0f, 1.0f);
  const std::vector<ChangeSite> all = sites_within(world, Bounds{0, 0, 4200, 4200});
  ASSERT_GT(all.size(), 12u);
  std::set<std::uint32_t> whole, parts;
  for (const ChangeSite& s : all) whole.insert(s.id);
  for (int j = 0; j < 3; ++j) {
    for (int i = 0; i < 3; ++i) {
      const Bounds part{1400.0 * i, 1400.0 * j, 1400.0 * (i + 1), 1400.0 * (j + 1)};
      for (const ChangeSite& s : sites_within(world, part)) EXPECT_TRUE(parts.insert(s.id).second);
    }
  }
  EXPECT_EQ(whole, parts);
}

TEST(Changes, AllKindsOccurAndNoneStandsInWater) {
  const World world(2, 3.0f, 1.0f);
  std::array<int, kChangeKindCount> count{};
  for (const ChangeSite& s : sites_within(world, Bounds{0, 0, 7000, 7000})) {
    ++count[static_cast<std::size_t>(s.kind)];
    EXPECT_GT(water_distance(world, s.x, s.y), 0.0f);
    EXPECT_LE(s.radius, kFarthestChange);
    if (s.kind == ChangeKind::building) {
      EXPECT_GE(2.0f * s.hall.half_length, 30.0f);
      EXPECT_LE(2.0f * s.hall.half_length, 150.0f);
    }
  }
  for (const int k : count) EXPECT_GE(k, 8);  // 25 blocks of 4 cells, one site of each kind tried in each
}

ChangeSite hall_site() {
  ChangeSite site;
  site.kind = ChangeKind::building;
  site.x = site.y = 96.0;
  site.hall.half_length = 30.0f;
  site.hall.half_width = 15.0f;
  site.hall.height = 10.0f;
  site.surface = ChangeSurface::roof_light_metal;
  site.radius = 70.0f;
  return site;
}

TEST(Changes, NewBuildingCountsWithItsShadow) {
  const World world(1, 3.0f, 0.0f);
  const Frame frame{1.5, 1.5, 3.0f};
  const auto layer = std::make_unique<ChangeLayer>();
  draw_changes(world, frame, {hall_site()}, *layer);
  ASSERT_TRUE(layer->any);
  int roof = 0, shadow = 0;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    if (layer->kind[i] == 0) continue;
    EXPECT_EQ(layer->kind[i], 1);
    (layer->cover[i] >= 0.5f ? roof : shadow) += 1;
  }
  EXPECT_NEAR(roof, 60.0 * 30.0 / 9.0, 12.0);
  const Sun& sun = world.after;
  const double reach = 10.0 * static_cast<double>(sun.shadow_length);
  const double expected =
      reach *
      (60.0 * static_cast<double>(std::abs(sun.shadow_y)) + 30.0 * static_cast<double>(std::abs(sun.shadow_x))) / 9.0;
  EXPECT_NEAR(shadow, expected, 0.15 * expected);
}

TEST(Changes, ContrastScalesTheChange) {
  const World world(1, 3.0f, 0.0f);
  const Frame frame{1.5, 1.5, 3.0f};
  const auto layer = std::make_unique<ChangeLayer>();
  draw_changes(world, frame, {hall_site()}, *layer);
  const auto ground = std::make_unique<Ground>();
  ground->clear();
  const Band band = make_bands(world, 4, 0.0f)[2];
  const auto full = std::make_unique<Field>();
  const auto tenth = std::make_unique<Field>();
  full->fill(0.2f);
  tenth->fill(0.2f);
  apply_changes(*layer, *ground, band, 1.0f, *full);
  apply_changes(*layer, *ground, band, 0.1f, *tenth);
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    ASSERT_NEAR((*tenth)[i] - 0.2f, 0.1f * ((*full)[i] - 0.2f), 1e-6f);
    if (layer->kind[i] == 0) {
      ASSERT_EQ((*full)[i], 0.2f);
    }
  }
  const std::size_t middle = 32 * kPatchSize + 32;
  EXPECT_GT((*full)[middle], 0.35f);  // light metal in the red
}

TEST(Changes, BurntPatchIsDarkInTheInfrared) {
  const World world(1, 3.0f, 0.0f);
  ChangeSite site;
  site.kind = ChangeKind::burnt;
  site.x = site.y = 96.0;
  site.core = 40.0f;
  site.radius = 112.0f;
  site.id = 12345;
  site.surface = ChangeSurface::char_ash;
  const auto layer = std::make_unique<ChangeLayer>();
  draw_changes(world, Frame{1.5, 1.5, 3.0f}, {site}, *layer);
  const auto ground = std::make_unique<Ground>();
  ground->clear();
  const Band nir = make_bands(world, 4, 0.0f)[3];
  const auto values = std::make_unique<Field>();
  values->fill(0.35f);
  apply_changes(*layer, *ground, nir, 1.0f, *values);
  int burnt = 0;
  for (std::size_t i = 0; i < kPatchPixels; ++i) {
    if (layer->kind[i] == 0) continue;
    ++burnt;
    EXPECT_LT((*values)[i], 0.25f);
  }
  EXPECT_NEAR(burnt, 3.14 * 40 * 40 / 9.0, 0.45 * 3.14 * 40 * 40 / 9.0);  // ragged, about the area of its core
}

}  // namespace
}  // namespace groundshift::synth

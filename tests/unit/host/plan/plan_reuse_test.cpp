// SPDX-License-Identifier: Apache-2.0
// What the plan promises of its caches, replayed: a least-recently-used cache of its size decodes each unit once.
#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/plan/plan.hpp"
#include "tests/unit/host/plan/plan_requests.hpp"

namespace groundshift {
namespace {

using test::kMiB;

/// Most often that any unit is decoded when the tiles are read in plan order through a cache of `capacity` units.
/// One panel: 1 means nothing is decoded again. In panels a unit may be met once in each panel it touches.
int most_decodes_in_a_panel(const PlanRequest& r, const TilePlan& plan, const UnitGeometry& unit,
                            std::int32_t capacity) {
  const std::int64_t across = (r.width + unit.width - 1) / unit.width;
  std::list<std::int64_t> recent;
  std::map<std::pair<std::int32_t, std::int64_t>, int> decodes;
  for (const Window& core : plan.tiles) {
    const Window w = padded(core, r.halo, r.width, r.height);
    for (std::int32_t uy = w.y / unit.height; uy <= (w.y + w.height - 1) / unit.height; ++uy) {
      for (std::int32_t ux = w.x / unit.width; ux <= (w.x + w.width - 1) / unit.width; ++ux) {
        const std::int64_t key = uy * across + ux;
        const auto found = std::find(recent.begin(), recent.end(), key);
        if (found != recent.end()) {
          recent.splice(recent.begin(), recent, found);
          continue;
        }
        ++decodes[{core.x / plan.panel_width, key}];
        recent.push_front(key);
        if (static_cast<std::int32_t>(recent.size()) > capacity) recent.pop_back();
      }
    }
  }
  int most = 0;
  for (const auto& [unit_in_panel, times] : decodes) most = std::max(most, times);
  return most;
}

/// Most tiles that any unit is read by.
int most_tiles_of_a_unit(const PlanRequest& r, const TilePlan& plan, const UnitGeometry& unit) {
  const std::int64_t across = (r.width + unit.width - 1) / unit.width;
  std::map<std::int64_t, int> tiles;
  int most = 0;
  for (const Window& core : plan.tiles) {
    const Window w = padded(core, r.halo, r.width, r.height);
    for (std::int32_t uy = w.y / unit.height; uy <= (w.y + w.height - 1) / unit.height; ++uy) {
      for (std::int32_t ux = w.x / unit.width; ux <= (w.x + w.width - 1) / unit.width; ++ux) {
        most = std::max(most, ++tiles[uy * across + ux]);
      }
    }
  }
  return most;
}

TEST(PlanReuse, UnsharedUnitsAreReadByOneTile) {
  std::mt19937 random(37);
  int unshared = 0;
  for (int i = 0; i < 800 && !::testing::Test::HasFailure(); ++i) {
    PlanRequest r = test::random_request(random);
    r.halo = i % 2 == 0 ? 0 : r.halo;
    if (i % 4 == 0) r.before.width = r.before.height = 256;
    SCOPED_TRACE(test::text_of(r));
    try {
      const TilePlan plan = plan_tiles(r);
      if (!r.before.on_grid || plan.before_shares) continue;
      ++unshared;
      EXPECT_EQ(most_tiles_of_a_unit(r, plan, r.before), 1);
    } catch (const BudgetError&) {
      continue;
    }
  }
  EXPECT_GT(unshared, 50);
}

TEST(PlanReuse, KeptNeighboursAreDecodedOncePerPanel) {
  std::mt19937 random(31);
  int kept = 0, panels = 0;
  for (int i = 0; i < 800 && !::testing::Test::HasFailure(); ++i) {
    PlanRequest r = test::random_request(random);
    r.threads = 1;
    SCOPED_TRACE(test::text_of(r));
    try {
      const TilePlan plan = plan_tiles(r);
      if (plan.decodes_again) continue;
      ++kept;
      panels += plan.panel_width < r.width ? 1 : 0;
      EXPECT_EQ(most_decodes_in_a_panel(r, plan, r.before, plan.before_units), 1) << "before, " << plan.before_units;
      EXPECT_EQ(most_decodes_in_a_panel(r, plan, r.after, plan.after_units), 1) << "after, " << plan.after_units;
    } catch (const BudgetError&) {
      continue;
    }
  }
  EXPECT_GT(kept, 300);
  EXPECT_GT(panels, 5);
}

TEST(PlanReuse, SaysWhenUnitsAreDecodedAgain) {
  PlanRequest r = test::plain_request(20000, 20000);
  r.before = r.after = {20000, 256, 0};  // strips of 5 MiB, met by each of the 79 tiles of a row
  r.tile = 256;
  r.halo = 1;
  r.memory_bytes = 32 * kMiB;
  EXPECT_TRUE(plan_tiles(r).decodes_again);
  r.memory_bytes = 400 * kMiB;
  EXPECT_FALSE(plan_tiles(r).decodes_again);
}

}  // namespace
}  // namespace groundshift

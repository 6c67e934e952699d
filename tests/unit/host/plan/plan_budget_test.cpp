// SPDX-License-Identifier: Apache-2.0
// The budget is kept by every plan, and a refusal names a budget that then works.
#include <random>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/plan/plan.hpp"
#include "kernels/api/pair_tile.hpp"
#include "tests/unit/host/plan/plan_requests.hpp"

namespace groundshift {
namespace {

using test::kMiB;

std::int64_t unit_bytes(const UnitGeometry& unit, const PlanRequest& r) {
  return std::int64_t{unit.width} * unit.height * (r.band_count * std::int64_t(byte_count(r.type)) + 1);
}

/// What the plan will hold at once, counted from its parts and not by the planner.
std::int64_t bytes_held(const PlanRequest& r, const TilePlan& plan) {
  const std::int64_t cells =
      std::int64_t{(r.width + kCellSize - 1) / kCellSize} * ((r.height + kCellSize - 1) / kCellSize);
  const std::int64_t workspace = r.extra_bytes ? r.extra_bytes(plan.slot.width, plan.slot.height) : 0;
  const std::int64_t histogram = kFloatBins * std::int64_t(sizeof(std::uint64_t));
  return plan.slot_count * (plan.slot.host_bytes + histogram + workspace) +
         plan.before_units * unit_bytes(r.before, r) + plan.after_units * unit_bytes(r.after, r) +
         plan.workers * (r.before.handle_bytes + r.after.handle_bytes) + plan.gdal_cache_bytes + 32 * cells;
}

/// Slots that hold every tile with its halo, and the score of its core.
void expect_slots_fit(const PlanRequest& r, const TilePlan& plan) {
  const std::int64_t date = r.band_count * plan.slot.pixel_plane * std::int64_t(byte_count(r.type));
  const std::int64_t for_score = plan.slot.host_bytes - 2 * date - plan.slot.pixel_plane;
  for (const Window& core : plan.tiles) {
    const Window w = padded(core, r.halo, r.width, r.height);
    ASSERT_LE(w.width, plan.slot.width);
    ASSERT_LE(w.height, plan.slot.height);
    ASSERT_LE(pixel_count(core) * std::int64_t(sizeof(float)), for_score);
  }
  EXPECT_GE(plan.slot.row_pitch, plan.slot.width);
  EXPECT_GE(plan.slot.pixel_plane, std::int64_t{plan.slot.row_pitch} * plan.slot.height);
}

std::int64_t budget_named_in(const std::string& message) {
  std::smatch match;
  const std::regex pattern("needs (\\d+) MiB");
  return std::regex_search(message, match, pattern) ? std::stoll(match[1]) * kMiB : -1;
}

TEST(PlanBudget, IsNeverExceeded) {
  std::mt19937 random(7);
  int planned = 0;
  for (int i = 0; i < 1500; ++i) {
    const PlanRequest r = test::random_request(random);
    SCOPED_TRACE(test::text_of(r));
    try {
      const TilePlan plan = plan_tiles(r);
      ++planned;
      EXPECT_LE(bytes_held(r, plan), r.memory_bytes);
      EXPECT_EQ(bytes_held(r, plan), plan.planned_bytes);
      EXPECT_LE(plan.gdal_cache_bytes, r.memory_bytes / 8);
      EXPECT_GE(plan.slot_count, 1);
      EXPECT_LE(plan.slot_count, static_cast<std::int64_t>(plan.tiles.size()));
      EXPECT_TRUE(plan.workers >= 1 && plan.workers <= r.threads);
      // A worker holds one unit of each date while it copies: fewer would make workers wait for each other.
      EXPECT_GE(plan.before_units, plan.workers);
      EXPECT_GE(plan.after_units, plan.workers);
      expect_slots_fit(r, plan);
    } catch (const BudgetError&) {
      continue;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(planned, 800);
}

TEST(PlanBudget, ARefusalNamesABudgetThatWorks) {
  std::mt19937 random(99);
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    PlanRequest r = test::random_request(random);
    r.memory_bytes = std::int64_t{1} << std::uniform_int_distribution<int>(10, 24)(random);
    SCOPED_TRACE(test::text_of(r));
    try {
      plan_tiles(r);
    } catch (const BudgetError& e) {
      ++refused;
      const std::int64_t asked = r.memory_bytes;
      r.memory_bytes = budget_named_in(e.what());
      ASSERT_GT(r.memory_bytes, asked) << e.what();
      ASSERT_NO_THROW(plan_tiles(r)) << e.what();
      // Not an idle number either: half of what is missing is refused again.
      if (r.memory_bytes - asked < 8 * kMiB) continue;
      r.memory_bytes = r.memory_bytes / 8 * 7 - 2 * kMiB;
      ASSERT_THROW(plan_tiles(r), BudgetError) << e.what();
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(PlanBudget, TakesThreadsAwayBeforeItRefuses) {
  PlanRequest r = test::plain_request(8192, 8192);
  r.type = PixelType::u16;
  r.band_count = 4;
  r.halo = 1;
  r.threads = 8;
  r.memory_bytes = 24 * kMiB;
  const TilePlan plan = plan_tiles(r);
  EXPECT_GE(plan.workers, 1);
  EXPECT_LT(plan.workers, 8);
}

TEST(PlanBudget, AStripLargerThanTheBudgetIsRefused) {
  PlanRequest r = test::plain_request(100000, 4096);
  r.before = r.after = {100000, 4096, 0};  // one strip: 2 dates x 410 M pixels x 2 bytes
  r.memory_bytes = 512 * kMiB;
  EXPECT_THROW(plan_tiles(r), BudgetError);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// How the grid is cut: every pixel once, tiles on cell corners, panels in order, halos inside the grid.
#include "host/plan/plan.hpp"

#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/unit/host/plan/plan_requests.hpp"

namespace groundshift {
namespace {

using test::kMiB;
using test::plain_request;

TEST(Padded, GrowsByTheHaloInsideTheGrid) {
  EXPECT_EQ(padded({256, 512, 256, 256}, 3, 2000, 3000), (Window{253, 509, 262, 262}));
}

TEST(Padded, IsCutAtEveryBorder) {
  EXPECT_EQ(padded({0, 0, 256, 256}, 3, 2000, 3000), (Window{0, 0, 259, 259}));
  EXPECT_EQ(padded({1792, 2816, 208, 184}, 3, 2000, 3000), (Window{1789, 2813, 211, 187}));
  EXPECT_EQ(padded({0, 0, 5, 4}, 100, 5, 4), (Window{0, 0, 5, 4}));
}

TEST(Padded, HoldsNearTheLargestCoordinate) {
  constexpr std::int32_t kLargest = std::numeric_limits<std::int32_t>::max();
  const std::int32_t start = kLargest / kCellSize * kCellSize;
  EXPECT_EQ(padded({start, start, kLargest - start, kLargest - start}, 499, kLargest, kLargest),
            (Window{start - 499, start - 499, kLargest - start + 499, kLargest - start + 499}));
}

TEST(PlanTiles, CutsRowMajorWithSmallerTilesAtTheBorders) {
  PlanRequest r = plain_request(600, 300);
  r.tile = 256;
  const std::vector<Window> expected = {{0, 0, 256, 256},  {256, 0, 256, 256},  {512, 0, 88, 256},
                                        {0, 256, 256, 44}, {256, 256, 256, 44}, {512, 256, 88, 44}};
  const TilePlan plan = plan_tiles(r);
  EXPECT_EQ(plan.tiles, expected);
  EXPECT_EQ(plan.panel_width, 600);
}

TEST(PlanTiles, OnePixelIsOneTile) {
  for (const std::int32_t tile : {kAutoTile, 256, 1024, kWholeTile}) {
    PlanRequest r = plain_request(1, 1);
    r.tile = tile;
    r.threads = 8;
    const TilePlan plan = plan_tiles(r);
    EXPECT_EQ(plan.tiles, (std::vector<Window>{{0, 0, 1, 1}}));
    EXPECT_EQ(plan.slot_count, 1);
    EXPECT_EQ(plan.slot.width, 1);
  }
}

TEST(PlanTiles, WholeIsOneTileOfAnySize) {
  PlanRequest r = plain_request(3001, 17);
  r.tile = kWholeTile;
  EXPECT_EQ(plan_tiles(r).tiles, (std::vector<Window>{{0, 0, 3001, 17}}));
}

TEST(PlanTiles, ChoosesTheLargestTileThatFits) {
  PlanRequest r = plain_request(4096, 4096);
  r.type = PixelType::u16;
  r.band_count = 4;
  r.threads = 1;
  EXPECT_EQ(plan_tiles(r).tile_width, 1024);
  EXPECT_EQ(plan_tiles(r).tile_height, 512);
  // A slot of side s holds 2 dates x 4 bands x 2 bytes, a byte of validity and 4 bytes of score a pixel = 21 s^2, and
  // 512 KiB of histogram; two slots and two decoded units of 9 x 256^2 bytes must fit 7/8 of the budget.
  // s = 1024 x 512: 23.1 MiB of 7/8 x 20 = 17.5 MiB does not fit; s = 512: 12.6 MiB does.
  r.memory_bytes = 20 * kMiB;
  EXPECT_EQ(plan_tiles(r).tile_width, 512);
}

TEST(PlanTiles, AreSquareForLargeUnitsAndForDevices) {
  PlanRequest r = plain_request(4096, 4096);
  r.after.height = 1024;
  EXPECT_EQ(plan_tiles(r).tile_height, 1024);
  r.after.height = 256;
  EXPECT_EQ(plan_tiles(r).tile_height, 512);
  r.after.width = 4096;
  EXPECT_EQ(plan_tiles(r).tile_height, 1024);
  r.after.width = 256;
  r.waiting_workers = 2;
  EXPECT_EQ(plan_tiles(r).tile_height, 1024);
}

TEST(PlanTiles, RefusesTilesThatAreNotWholeCells) {
  for (const std::int32_t tile : {1, 255, 300, 1000, -256}) {
    PlanRequest r = plain_request(1000, 1000);
    r.tile = tile;
    EXPECT_THROW(plan_tiles(r), UsageError) << tile;
  }
}

/// Cells covered by the tiles, each of which must start on a cell corner and end on one or on the grid's border.
void expect_each_cell_once(const PlanRequest& r, const TilePlan& plan) {
  const std::int32_t across = (r.width + kCellSize - 1) / kCellSize, down = (r.height + kCellSize - 1) / kCellSize;
  std::vector<int> covered(static_cast<std::size_t>(across) * down, 0);
  std::int64_t pixels = 0;
  for (const Window& t : plan.tiles) {
    ASSERT_EQ(t.x % kCellSize, 0);
    ASSERT_EQ(t.y % kCellSize, 0);
    ASSERT_TRUE(t.width % kCellSize == 0 || t.x + t.width == r.width);
    ASSERT_TRUE(t.height % kCellSize == 0 || t.y + t.height == r.height);
    ASSERT_TRUE(t.width >= 1 && t.height >= 1 && t.x + t.width <= r.width && t.y + t.height <= r.height);
    pixels += pixel_count(t);
    for (std::int32_t cy = t.y / kCellSize; cy * kCellSize < t.y + t.height; ++cy) {
      for (std::int32_t cx = t.x / kCellSize; cx * kCellSize < t.x + t.width; ++cx) ++covered[cy * across + cx];
    }
  }
  EXPECT_EQ(pixels, std::int64_t{r.width} * r.height);
  for (const int times : covered) ASSERT_EQ(times, 1);
}

/// Panels from left to right, rows of tiles from top to bottom inside one, tiles from left to right inside a row.
void expect_panel_order(const TilePlan& plan) {
  for (std::size_t i = 1; i < plan.tiles.size(); ++i) {
    const Window &a = plan.tiles[i - 1], &b = plan.tiles[i];
    const std::int32_t panel_a = a.x / plan.panel_width, panel_b = b.x / plan.panel_width;
    ASSERT_LE(panel_a, panel_b);
    if (panel_a != panel_b) continue;
    ASSERT_TRUE(b.y > a.y || (b.y == a.y && b.x == a.x + a.width));
  }
}

TEST(PlanTiles, CoversAnyGridOnceInPanels) {
  std::mt19937 random(20240611);
  int planned = 0, in_panels = 0;
  for (int i = 0; i < 1500; ++i) {
    const PlanRequest r = test::random_request(random);
    SCOPED_TRACE(test::text_of(r));
    try {
      const TilePlan plan = plan_tiles(r);
      ++planned;
      in_panels += plan.panel_width < r.width ? 1 : 0;
      expect_each_cell_once(r, plan);
      expect_panel_order(plan);
    } catch (const BudgetError&) {
      continue;
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(planned, 800);
  EXPECT_GT(in_panels, 10);  // the draw reaches the case
}

TEST(PlanTiles, CoversTheWidestGridInPanels) {
  PlanRequest r = plain_request(std::numeric_limits<std::int32_t>::max(), 300);
  r.before = r.after = {256, 256, 0};
  r.tile = 256 * 8192;  // 2 Mi pixels wide, so that the list stays short
  r.halo = 1;
  r.memory_bytes = std::int64_t{24} << 30;
  const TilePlan plan = plan_tiles(r);
  std::int64_t pixels = 0;
  for (const Window& t : plan.tiles) pixels += pixel_count(t);
  EXPECT_EQ(pixels, std::int64_t{r.width} * r.height);
}

}  // namespace
}  // namespace groundshift

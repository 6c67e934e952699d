// SPDX-License-Identifier: Apache-2.0
// Which pixels count: masks, area and saturation on a tile, and windows that are not whole.
#include "host/engine/pixel_rules.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "host/io/quality_bits.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

Grid grid_of_ten() {
  Grid grid;
  grid.width = grid.height = 10;
  grid.geotransform = std::array<double, 6>{0, 1, 0, 10, 0, -1};
  return grid;
}

/// A tile of u8 pixels that is the whole grid but for its first column; its core leaves a border of one pixel.
struct TileOfNine {
  std::vector<std::uint8_t> before = std::vector<std::uint8_t>(90, 7), after = std::vector<std::uint8_t>(90, 9);
  std::vector<std::uint8_t> valid = std::vector<std::uint8_t>(90, 1), scratch = std::vector<std::uint8_t>(90, 3);
  std::vector<std::uint8_t> reasons = std::vector<std::uint8_t>(90, 0);
  Window window{1, 0, 9, 10};

  PairTile tile() const {
    return {PixelType::u8, 9, 10, 1, 9, 90, before.data(), after.data(), valid.data(), {1, 1, 7, 8}};
  }
  std::uint8_t& at(std::vector<std::uint8_t>& plane, int x, int y) {
    return plane[static_cast<std::size_t>(y * 9 + x)];
  }
};

TEST(PixelRules, SaturationKeepsPixelsOutOfStatisticsOnly) {
  TileOfNine t;
  t.at(t.before, 2, 3) = 255;
  t.at(t.after, 4, 5) = 254;
  PixelRules rules;
  rules.saturated_before = 255.0;
  rules.saturated_after = 254.0;
  apply_rules(rules, t.window, t.tile(), false, t.scratch.data(), t.reasons.data());
  EXPECT_EQ(t.at(t.valid, 2, 3), 2);
  EXPECT_EQ(t.at(t.valid, 4, 5), 2);
  EXPECT_EQ(t.at(t.reasons, 2, 3), kSaturated);
  EXPECT_EQ(std::count(t.valid.begin(), t.valid.end(), 1), 88);
  EXPECT_EQ(std::count(t.reasons.begin(), t.reasons.end(), 0), 88);
}

TEST(PixelRules, OfAfterAloneDoNotLookAtBefore) {
  TileOfNine t;
  t.at(t.before, 2, 3) = 255;
  PixelRules rules;
  rules.saturated_before = rules.saturated_after = 255.0;
  apply_rules(rules, t.window, t.tile(), true, t.scratch.data(), nullptr);
  EXPECT_EQ(std::count(t.valid.begin(), t.valid.end(), 1), 90);
}

TEST(PixelRules, TheAreaSaysNothingElseOfWhatLiesOutside) {
  TileOfNine t;
  t.at(t.valid, 8, 0) = 0;
  t.at(t.reasons, 8, 0) = kNodataAfter;
  Warnings warnings;
  PixelRules rules;
  rules.aoi.emplace("2,0,6,10", grid_of_ten(), warnings);  // columns 2 to 5 of the grid, 1 to 4 of the tile
  apply_rules(rules, t.window, t.tile(), false, t.scratch.data(), t.reasons.data());
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 9; ++x) {
      const bool inside = x >= 1 && x < 5;
      EXPECT_EQ(t.at(t.valid, x, y), inside ? 1 : 0) << x << "," << y;
      EXPECT_EQ(t.at(t.reasons, x, y), inside ? 0 : kOutsideAoi) << x << "," << y;
    }
  }
}

TEST(PixelRules, AMaskGivesItsDatesReason) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = spec.height = 10;
  spec.band_count = 1;
  spec.creation_options = {};
  spec.crs.clear();
  spec.geotransform = *grid_of_ten().geotransform;
  write_scene(folder / "mask.tif", spec, [](int, int x, int y) { return x == 4 && y == 6 ? 0.0 : 1.0; });
  TileOfNine t;
  Warnings warnings;
  PixelRules rules;
  rules.masks.push_back({"--after-mask", kMaskedAfter,
                         MaskSource(parse_mask(folder / "mask.tif", "--after-mask"), grid_of_ten(), warnings)});
  apply_rules(rules, t.window, t.tile(), false, t.scratch.data(), t.reasons.data());
  EXPECT_EQ(t.at(t.valid, 3, 6), 0);
  EXPECT_EQ(t.at(t.reasons, 3, 6), kMaskedAfter);
  EXPECT_EQ(std::count(t.valid.begin(), t.valid.end(), 1), 89);
}

TEST(IncompleteWindows, ReachInvalidPixelsOrTheGridsBorder) {
  for (const std::int32_t radius : {0, 1}) {
    TileOfNine t;
    t.at(t.valid, 5, 5) = 0;
    mark_incomplete_windows(t.tile(), t.window, radius, 10, 10, t.reasons.data());
    for (int y = 1; y < 9; ++y) {
      for (int x = 1; x < 8; ++x) {
        const bool near = radius == 1 && std::abs(x - 5) <= 1 && std::abs(y - 5) <= 1 && !(x == 5 && y == 5);
        EXPECT_EQ(t.at(t.reasons, x, y), near ? kIncompleteWindow : 0) << x << "," << y << " radius " << radius;
      }
    }
  }
  // At the grid's own border there is nothing to look at.
  TileOfNine t;
  PairTile whole = t.tile();
  whole.core = {0, 0, 9, 10};
  mark_incomplete_windows(whole, {0, 0, 9, 10}, 1, 9, 10, t.reasons.data());
  EXPECT_EQ(t.at(t.reasons, 0, 5), kIncompleteWindow);
  EXPECT_EQ(t.at(t.reasons, 8, 5), kIncompleteWindow);
  EXPECT_EQ(t.at(t.reasons, 4, 0), kIncompleteWindow);
  EXPECT_EQ(t.at(t.reasons, 4, 9), kIncompleteWindow);
  EXPECT_EQ(t.at(t.reasons, 1, 1), 0);
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// Which windows a scene gets.
#include "host/align/tie_grid.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

TEST(TieGrid, LargeScenesHaveWindowsEvery256Pixels) {
  const auto grid = make_tie_grid(1300, 1100, TieDensity::sparse, 128);
  EXPECT_EQ(grid, (TieGrid{256, 256, 1, 5, 4, 0, 0}));
  EXPECT_EQ(grid.window(0), (Window{0, 0, 256, 256}));
  EXPECT_EQ(grid.window(7), (Window{512, 256, 256, 256}));
}

TEST(TieGrid, DenseWindowsAreHalfAsLarge) {
  EXPECT_EQ(make_tie_grid(2048, 2048, TieDensity::dense, 16384), (TieGrid{128, 128, 1, 16, 16, 0, 0}));
}

TEST(TieGrid, SmallScenesHaveSmallerAndOverlappingWindows) {
  EXPECT_EQ(make_tie_grid(400, 400, TieDensity::sparse, 128), (TieGrid{128, 64, 1, 5, 5, 0, 0}));
  EXPECT_EQ(make_tie_grid(64, 64, TieDensity::sparse, 128).count(), 4);  // 32 x 32: no grid has 16
  EXPECT_EQ(make_tie_grid(32, 32, TieDensity::sparse, 128).count(), 1);
  EXPECT_EQ(make_tie_grid(5000, 40, TieDensity::sparse, 1000), (TieGrid{32, 32, 1, 156, 1, 0, 0}));
}

TEST(TieGrid, NothingFitsBelowTheSmallestWindow) {
  EXPECT_EQ(make_tie_grid(31, 5000, TieDensity::sparse, 128).count(), 0);
  EXPECT_EQ(make_tie_grid(0, 0, TieDensity::dense, 1).count(), 0);
}

TEST(TieGrid, ThinningKeepsToTheLatticeAndTheLimit) {
  const auto grid = make_tie_grid(10980, 10980, TieDensity::sparse, 128);  // 42 x 42 windows
  EXPECT_EQ(grid.stride, 4);  // 11 x 11; every third would be 14 x 14 = 196
  EXPECT_EQ(grid.columns, 11);
  EXPECT_EQ(grid.rows, 11);
  EXPECT_EQ(grid.spacing(), 1024);
  for (std::int64_t i = 0; i < grid.count(); ++i) {
    const Window w = grid.window(i);
    EXPECT_EQ(w.x % 256, 0);
    EXPECT_EQ(w.y % 256, 0);
    EXPECT_LE(w.x + w.width, 10980);
    EXPECT_LE(w.y + w.height, 10980);
  }
  EXPECT_EQ(make_tie_grid(10980, 10980, TieDensity::sparse, 1).count(), 1);
  EXPECT_THROW(make_tie_grid(100, 100, TieDensity::sparse, 0), std::logic_error);
}

}  // namespace
}  // namespace groundshift

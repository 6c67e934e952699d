// SPDX-License-Identifier: Apache-2.0
// Integer positions: rounding, frames, interpolation, source windows.
#include "host/geo/position_lattice.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

/// Positions 3 x + 10 and y / 2 - 4, exact at every node.
SourceLattice affine_lattice(const PixelRect& window, int step_log2) {
  SourceLattice lattice = lattice_frame(window, step_log2);
  for (std::int64_t row = 0; row < lattice.rows; ++row) {
    for (std::int64_t column = 0; column < lattice.columns; ++column) {
      const std::int64_t x = (lattice.first_column + column) << step_log2, y = (lattice.first_row + row) << step_log2;
      lattice.x.push_back((3 * x + 10) * kPositionOne);
      lattice.y.push_back(y * kPositionOne / 2 - 4 * kPositionOne);
    }
  }
  return lattice;
}

TEST(QuantizedPosition, RoundsToTheNearestAndHalvesUpwards) {
  const double unit = 1.0 / 1048576.0;
  EXPECT_EQ(quantized_position(0.0), 0);
  EXPECT_EQ(quantized_position(1.0), 1048576);
  EXPECT_EQ(quantized_position(-2.5), -2621440);
  EXPECT_EQ(quantized_position(0.4 * unit), 0);
  EXPECT_EQ(quantized_position(0.5 * unit), 1);
  EXPECT_EQ(quantized_position(-0.5 * unit), 0);
  EXPECT_EQ(quantized_position(-0.6 * unit), -1);
}

TEST(QuantizedPosition, HasNoneForWhatIsNoPosition) {
  EXPECT_EQ(quantized_position(std::nan("")), kNoPosition);
  EXPECT_EQ(quantized_position(HUGE_VAL), kNoPosition);
  EXPECT_EQ(quantized_position(-HUGE_VAL), kNoPosition);
  EXPECT_EQ(quantized_position(16777217.0), kNoPosition);
  EXPECT_EQ(quantized_position(16777216.0), kFarthestPosition);
}

TEST(LatticeFrame, HoldsTheCellsOfItsPixelsCountedFromTheGridsOrigin) {
  SourceLattice one = lattice_frame({100, 0, 1, 1}, 6);
  EXPECT_EQ(one.first_column, 1);
  EXPECT_EQ(one.first_row, 0);
  EXPECT_EQ(one.columns, 2);
  EXPECT_EQ(one.rows, 2);
  // Pixels 63 and 64 lie in two cells, 0 to 63 in one.
  EXPECT_EQ(lattice_frame({63, 0, 2, 64}, 6).columns, 3);
  EXPECT_EQ(lattice_frame({63, 0, 2, 64}, 6).rows, 2);
  const SourceLattice before_origin = lattice_frame({-3, -8, 4, 8}, 3);
  EXPECT_EQ(before_origin.first_column, -1);
  EXPECT_EQ(before_origin.columns, 3);
  EXPECT_EQ(before_origin.first_row, -1);
  EXPECT_EQ(before_origin.rows, 2);
}

TEST(PositionAt, IsExactForAnAffineMapInEveryPixel) {
  for (const int step_log2 : {0, 3, 6}) {
    const PixelRect window{-5, 40, 90, 50};
    const SourceLattice lattice = affine_lattice(window, step_log2);
    for (std::int64_t y = window.y; y < window.y + window.height; ++y) {
      for (std::int64_t x = window.x; x < window.x + window.width; ++x) {
        const SourcePosition want{(3 * x + 10) * kPositionOne, y * kPositionOne / 2 - 4 * kPositionOne, true};
        ASSERT_EQ(position_at(lattice, x, y), want) << x << "," << y << " step 2^" << step_log2;
      }
    }
  }
}

TEST(PositionAt, RoundsHalvesUpwardsBetweenNodes) {
  SourceLattice lattice = lattice_frame({0, 0, 8, 8}, 3);
  lattice.x = {0, 1, 0, 1};  // a unit of 2^-20 pixel over a cell
  lattice.y = {0, -1, 0, -1};
  EXPECT_EQ(position_at(lattice, 3, 0), (SourcePosition{0, 0, true}));
  EXPECT_EQ(position_at(lattice, 4, 0), (SourcePosition{1, 0, true}));  // 1/2 and -1/2
  EXPECT_EQ(position_at(lattice, 5, 7), (SourcePosition{1, -1, true}));
}

TEST(PositionAt, StaysIn64BitsAtTheLimits) {
  SourceLattice lattice = lattice_frame({0, 0, 64, 64}, 6);
  const std::int64_t far = kFarthestPosition;
  lattice.x = {far, far, far, far};
  lattice.y = {-far, -far, -far, -far};
  EXPECT_EQ(position_at(lattice, 63, 63), (SourcePosition{far, -far, true}));
}

TEST(PositionAt, HasNoneInACellWithAnUndefinedNode) {
  SourceLattice lattice = affine_lattice({0, 0, 16, 8}, 3);
  lattice.x[2] = lattice.y[2] = kNoPosition;        // node at pixel (16, 0)
  EXPECT_TRUE(position_at(lattice, 8, 0).defined);  // on a node that has one
  EXPECT_FALSE(position_at(lattice, 9, 0).defined);
  EXPECT_FALSE(position_at(lattice, 15, 7).defined);
  EXPECT_TRUE(position_at(lattice, 7, 7).defined);
}

TEST(SourceWindow, IsTheBoxOfThePositionsGrownAndCut) {
  const PixelRect window{70, 10, 5, 4};  // positions x 220..232, y 1..2.5
  const SourceLattice lattice = affine_lattice(window, 6);
  EXPECT_EQ(source_window(lattice, window, 0, 0, 1000, 1000), (PixelRect{220, 1, 13, 3}));
  EXPECT_EQ(source_window(lattice, window, 2, 2, 1000, 1000), (PixelRect{218, 0, 17, 6}));
  EXPECT_EQ(source_window(lattice, window, 2, 2, 225, 3), (PixelRect{218, 0, 7, 3}));
  EXPECT_FALSE(source_window(lattice, window, 2, 2, 218, 1000));
  EXPECT_TRUE(source_window(lattice, window, 2, 2, 219, 1000));
  EXPECT_EQ(source_window(lattice, {70, 10, 1, 1}, 0, 0, 1000, 1000), (PixelRect{220, 1, 1, 1}));
}

TEST(SourceWindow, SeesTheTurnOfAFoldAtANode) {
  // x falls to 0 at node 8 and rises again: the least position lies inside the window.
  SourceLattice lattice = lattice_frame({4, 0, 9, 1}, 3);
  lattice.x = {8 * kPositionOne, 0, 8 * kPositionOne, 8 * kPositionOne, 0, 8 * kPositionOne};
  lattice.y.assign(6, 0);
  EXPECT_EQ(source_window(lattice, {4, 0, 9, 1}, 0, 0, 100, 100), (PixelRect{0, 0, 5, 1}));
}

TEST(SourceWindow, IsNothingWithoutPositions) {
  SourceLattice lattice = lattice_frame({0, 0, 8, 8}, 3);
  lattice.x.assign(4, kNoPosition);
  lattice.y.assign(4, kNoPosition);
  EXPECT_FALSE(source_window(lattice, {0, 0, 8, 8}, 9, 9, 100, 100));
}

}  // namespace
}  // namespace groundshift

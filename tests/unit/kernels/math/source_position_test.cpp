// SPDX-License-Identifier: Apache-2.0
// Positions between the nodes of a lattice, and the source pixels around them, by hand.
#include "kernels/math/source_position.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr std::int64_t kPixel = 1 << 20;

TEST(SourcePosition, IsBilinearBetweenNodesAndRoundsHalvesUp) {
  // 2 x 2 nodes, 2 pixels apart: x is 0, 1 above and 2, 6 below; y is -1 everywhere but for 0 at the last node.
  const std::vector<std::int64_t> x{0, 1, 2, 6}, y{-1, -1, -1, 0};
  const PositionLattice lattice{1, 0, 0, 2, 2, x.data(), y.data()};
  EXPECT_EQ(position_at(lattice, 0, 0).x, 0);
  EXPECT_EQ(position_at(lattice, 1, 0).x, 1);  // 0.5
  EXPECT_EQ(position_at(lattice, 0, 1).x, 1);
  EXPECT_EQ(position_at(lattice, 1, 1).x, 2);   // 2.25
  EXPECT_EQ(position_at(lattice, 1, 1).y, -1);  // -0.75
  EXPECT_TRUE(position_at(lattice, 1, 1).defined);
}

TEST(SourcePosition, OfAMovedWindowMovesByWholePixels) {
  const std::vector<std::int64_t> x{-3 * kPixel + 5, 7 * kPixel + 2, -2 * kPixel, 9 * kPixel}, y = x;
  std::vector<std::int64_t> moved = x;
  for (std::int64_t& value : moved) value -= 1000 * kPixel;
  const PositionLattice lattice{3, 0, 0, 2, 2, x.data(), y.data()};
  const PositionLattice other{3, 0, 0, 2, 2, moved.data(), y.data()};
  for (std::int32_t v = 0; v <= 8; ++v) {
    for (std::int32_t u = 0; u < 8; ++u) {
      if (v == 8) continue;
      EXPECT_EQ(position_at(other, u, v).x, position_at(lattice, u, v).x - 1000 * kPixel) << u << " " << v;
    }
  }
}

TEST(SourcePosition, AsksOnlyTheNodesThatWeigh) {
  // 3 x 1 nodes, a pixel apart by 4; the middle one is undefined, in y alone. 9 pixels in one row.
  const std::vector<std::int64_t> x{0, 4 * kPixel, 8 * kPixel}, y{0, kNoPosition, 0};
  const PositionLattice lattice{2, 0, 0, 3, 1, x.data(), y.data()};
  std::vector<bool> defined;
  for (std::int32_t u = 0; u < 9; ++u) defined.push_back(position_at(lattice, u, 0).defined);
  EXPECT_EQ(defined, (std::vector<bool>{true, false, false, false, false, false, false, false, true}));
  EXPECT_EQ(lattice_node_count(0, 9, 2), 3);
  EXPECT_EQ(lattice_node_count(1, 9, 2), 4);
  EXPECT_EQ(lattice_node_count(3, 1, 2), 2);
  EXPECT_EQ(lattice_node_count(0, 1, 8), 1);
}

TEST(SourcePosition, FarNodesAreUndefined) {
  for (const std::int64_t far : {kFarthestPosition + 1, -kFarthestPosition - 1, kNoPosition}) {
    EXPECT_FALSE(position_at({0, 0, 0, 1, 1, &far, &far}, 0, 0).defined);
  }
  // The farthest nodes with the widest step do not overflow (UBSan looks on).
  const std::vector<std::int64_t> x{-kFarthestPosition, kFarthestPosition, -kFarthestPosition, kFarthestPosition};
  const PositionLattice lattice{8, 0, 0, 2, 2, x.data(), x.data()};
  EXPECT_EQ(position_at(lattice, 128, 255).x, 0);
  EXPECT_EQ(position_at(lattice, 0, 255).y, -kFarthestPosition);
}

TEST(AxisTaps, RoundsToPhasesAndFindsTheNearestPixel) {
  const AxisTaps half = axis_taps(5 * kPixel + kPixel / 2, 4);
  EXPECT_EQ(half.nearest, 6);  // the border of two pixels belongs to the second
  EXPECT_EQ(half.first, 4);
  EXPECT_EQ(half.phase, 512);
  const AxisTaps below = axis_taps(5 * kPixel + kPixel / 2 - 1, 1);
  EXPECT_EQ(below.nearest, 5);
  EXPECT_EQ(below.first, 5);
  const AxisTaps up = axis_taps(-512, 2);  // -1/2048 pixel rounds to 0
  EXPECT_EQ(up.first, 0);
  EXPECT_EQ(up.phase, 0);
  const AxisTaps down = axis_taps(-513, 6);
  EXPECT_EQ(down.first, -3);
  EXPECT_EQ(down.phase, 1023);
  EXPECT_EQ(down.nearest, 0);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The fixed order of a cell's float sum: the tree in place, and the same tree as a warp does it.
#include "kernels/math/lane_sum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>

namespace groundshift {
namespace {

using Lanes = std::array<double, kCellLanes>;

Lanes random_lanes(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Lanes lanes;
  for (double& lane : lanes) lane = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 60) - 90);
  return lanes;
}

TEST(LaneSum, PutsAColumnIntoItsLane) {
  EXPECT_EQ(lane_of_column(0), 0);
  EXPECT_EQ(lane_of_column(31), 31);
  EXPECT_EQ(lane_of_column(32), 0);
  EXPECT_EQ(lane_of_column(255), 31);
}

TEST(LaneSum, AddsSmallIntegersExactly) {
  Lanes lanes;
  for (int i = 0; i < kCellLanes; ++i) lanes[i] = i + 1;
  EXPECT_EQ(lane_tree(lanes.data()), 528.0);
}

TEST(LaneSum, JoinsLanesSixteenApartFirst) {
  Lanes lanes{};
  lanes[0] = 1.0;
  lanes[16] = 0x1p-53;  // lost against 1, were it added first
  lanes[8] = 0x1p-53;
  lanes[24] = 0x1p-53;  // joins lane 8, and their sum survives
  EXPECT_EQ(lane_tree(lanes.data()), 1.0 + 0x1p-52);
  Lanes other{};
  other[0] = 1.0;
  other[16] = 0x1p-53;
  other[8] = 0x1p-53;
  EXPECT_EQ(lane_tree(other.data()), 1.0);  // two ties, each rounded to even
}

TEST(LaneSum, IsTheSameAsShufflesInAWarp) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Lanes lanes = random_lanes(seed);
    Lanes warp = lanes;
    for (int offset : {16, 8, 4, 2, 1}) {
      const Lanes before = warp;
      for (int l = 0; l < kCellLanes; ++l) {  // a lane without a partner keeps its own value, as the hardware does
        warp[l] = before[l] + (l + offset < kCellLanes ? before[l + offset] : before[l]);
      }
    }
    EXPECT_EQ(std::bit_cast<std::uint64_t>(lane_tree(lanes.data())), std::bit_cast<std::uint64_t>(warp[0]));
  }
}

}  // namespace
}  // namespace groundshift

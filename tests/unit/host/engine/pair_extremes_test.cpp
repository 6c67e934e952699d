// SPDX-License-Identifier: Apache-2.0
// Extremes and clipped pixels of tiles, merged in any order.
#include "host/engine/pair_extremes.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

/// Two bands of a 4 x 2 tile.
struct SmallPair {
  std::vector<std::uint8_t> before, after, valid;
  PairTile tile() const {
    return {PixelType::u8, 4, 2, 2, 4, 8, before.data(), after.data(), valid.data(), {0, 0, 4, 2}};
  }
};

SmallPair pair_with_fill() {
  return {{3, 3, 9, 40, 3, 7, 8, 200, 5, 5, 60, 70, 5, 6, 7, 8},
          {3, 3, 9, 50, 4, 7, 8, 90, 5, 5, 61, 70, 5, 6, 7, 8},
          {1, 1, 1, 1, 1, 1, 1, 0}};
}

TEST(PairExtremes, FindsMinimaRangeAndPixelsClippedOnBothDates) {
  const SmallPair pair = pair_with_fill();
  PairExtremes extremes(2);
  extremes.add(pair.tile());
  EXPECT_EQ(extremes.valid(), 7);
  EXPECT_EQ(extremes.minimum(), (std::vector<float>{3.0f, 5.0f}));
  EXPECT_EQ(extremes.range(), 70.0 - 3.0);  // 200 is not valid
  EXPECT_EQ(extremes.clipped(), 2);         // the fifth pixel is at the minimum before, not after
}

TEST(PairExtremes, CountOnlyWhatIsClippedToTheJointMinimum) {
  SmallPair low = pair_with_fill();
  low.before[2] = low.after[2] = 0;  // a lower minimum in band 1 alone
  PairExtremes a(2), b(2), ab(2), ba(2);
  a.add(pair_with_fill().tile());
  b.add(low.tile());
  ab.merge(a);
  ab.merge(b);
  ba.merge(b);
  ba.merge(a);
  EXPECT_EQ(ab.clipped(), 0);
  EXPECT_EQ(ba.clipped(), 0);
  EXPECT_EQ(ab.minimum(), ba.minimum());
  EXPECT_EQ(ab.valid(), 14);
  PairExtremes twice(2);
  twice.add(pair_with_fill().tile());
  twice.add(pair_with_fill().tile());
  EXPECT_EQ(twice.clipped(), 4);
}

TEST(PairExtremes, WithoutValidPixelsAreEmpty) {
  SmallPair pair = pair_with_fill();
  pair.valid.assign(8, 0);
  PairExtremes extremes(2);
  extremes.add(pair.tile());
  EXPECT_EQ(extremes.valid(), 0);
  EXPECT_EQ(extremes.clipped(), 0);
  EXPECT_EQ(extremes.range(), 0.0);
}

TEST(PairExtremes, MarkClippedPixelsAsKeptOut) {
  const SmallPair pair = pair_with_fill();
  keep_out_clipped(pair.tile(), {3.0f, 5.0f});
  EXPECT_EQ(pair.valid, (std::vector<std::uint8_t>{2, 2, 1, 1, 1, 1, 1, 0}));
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Disks by hand, the edge rule, and the rule of pixels without a score.
#include "host/sites/morphology.hpp"

#include <gtest/gtest.h>

#include "tests/unit/host/sites/drawn_image.hpp"

namespace groundshift::test {
namespace {

Drawing shaped(const Drawing& image, std::int32_t radius, bool open) {
  StoreRoom room{std::int64_t{1} << 24, "."};
  const auto set = store_of(image, '#', room), unknown = store_of(image, '?', room);
  const auto width = static_cast<std::int32_t>(image.front().size());
  const auto out = open ? opened(*set, *unknown, width, radius, room) : closed(*set, *unknown, width, radius, room);
  return drawn(*out, width);
}

TEST(Morphology, OpeningTakesWhatNoDiskFitsInto) {
  const Drawing image = {".........", "....#....", "...###...", ".#####...", "...###...", "....#....", "........."};
  // The plus of radius 1 fits into the blob, not into its arm.
  EXPECT_EQ(shaped(image, 1, true),
            (Drawing{".........", "....#....", "...###...", "..####...", "...###...", "....#....", "........."}));
}

TEST(Morphology, ClosingBridgesNarrowGaps) {
  EXPECT_EQ(
      shaped({".........", ".........", "..##.##..", "..##.##..", "..##.##..", ".........", "........."}, 1, false),
      (Drawing{".........", ".........", "..##.##..", "..#####..", "..##.##..", ".........", "........."}));
}

TEST(Morphology, ClosingAlsoClosesTheGapToTheEdge) {
  EXPECT_EQ(shaped({"......", ".##...", ".##...", ".##...", "......"}, 1, false),
            (Drawing{"......", ".##...", "###...", ".##...", "......"}));
}

TEST(Morphology, TheEdgeHoldsNothingBack) {
  // Outside is neutral: the corner of a block in the corner survives an opening, and so does an image that is all set.
  EXPECT_EQ(shaped({"##..", "##..", "....", "...."}, 1, true), (Drawing{"##..", "#...", "....", "...."}));
  EXPECT_EQ(shaped({"....", ".#..", "...."}, 1, false), (Drawing{"....", ".#..", "...."}));
  EXPECT_EQ(shaped({"###", "###"}, 5, true), (Drawing{"###", "###"}));
}

TEST(Morphology, PixelsWithoutAScoreAreNeitherSetNorInTheWay) {
  EXPECT_EQ(shaped({"###", "#?#", "###"}, 1, true), (Drawing{"###", "#.#", "###"}));
  EXPECT_EQ(
      shaped({".........", ".........", "..##?##..", "..##?##..", "..##?##..", ".........", "........."}, 1, false),
      (Drawing{".........", ".........", "..##.##..", "..##.##..", "..##.##..", ".........", "........."}));
}

TEST(Morphology, ADiskOfTwoIsNoSquare) {
  // Closing two pixels 4 apart on the diagonal with radius 2 leaves them alone: the disk lacks its corners.
  Drawing two(11, "...........");
  two[3][3] = two[7][7] = '#';
  EXPECT_EQ(shaped(two, 2, false), two);
  EXPECT_EQ(shaped({".........", "..#...#..", "........."}, 2, false)[1], "..#...#..");
}

TEST(Morphology, OneRowOneColumnAndEmpty) {
  EXPECT_EQ(shaped({"#.#...##"}, 1, false), Drawing{"###...##"});
  EXPECT_EQ(shaped({"#", ".", "#", ".", "."}, 1, false), (Drawing{"#", "#", "#", ".", "."}));
  EXPECT_EQ(shaped({"..", ".."}, 3, true), (Drawing{"..", ".."}));
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// Outlines by hand: sense, holes, and what happens where corners touch.
#include "host/sites/contours.hpp"

#include <map>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/unit/host/sites/drawn_image.hpp"

namespace groundshift::test {
namespace {

using Rings = std::vector<std::vector<Corner>>;

/// Rings by component index.
std::map<std::int32_t, Rings> outlines(const Drawing& image, std::int64_t most_bytes = 1 << 20) {
  StoreRoom room{std::int64_t{1} << 24, "."};
  const auto parts = components_of(image, Connectivity::four, room);
  std::map<std::int32_t, Rings> out;
  trace_contours(
      *parts, most_bytes, [](std::int32_t) { return true; },
      [&](std::int32_t part, const PixelPolygon& polygon) {
        std::int32_t begin = 0;
        for (const std::int32_t end : polygon.ring_ends) {
          out[part].emplace_back(polygon.corners.begin() + begin, polygon.corners.begin() + end);
          begin = end;
        }
      });
  return out;
}

/// Above 0 where the ring runs counter-clockwise as seen with row 0 at the top.
double area(const std::vector<Corner>& ring) {
  double sum = 0.0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Corner a = ring[i], b = ring[(i + 1) % ring.size()];
    sum += 0.5 * (double(b.x) * a.y - double(a.x) * b.y);
  }
  return sum;
}

TEST(Contours, OnePixelIsASquareCounterClockwise) {
  const auto found = outlines({"...", ".#.", "..."});
  ASSERT_EQ(found.at(0).size(), 1u);
  const std::vector<Corner>& ring = found.at(0)[0];
  ASSERT_EQ(ring.size(), 4u);
  EXPECT_EQ(area(ring), 1.0);
  for (const Corner c : ring) EXPECT_TRUE((c.x == 1 || c.x == 2) && (c.y == 1 || c.y == 2));
}

TEST(Contours, StraightSidesHaveNoCornersBetween) {
  const auto found = outlines({"####", "####", "##..", "##.."});
  EXPECT_EQ(found.at(0).at(0).size(), 6u);
  EXPECT_EQ(area(found.at(0)[0]), 12.0);
}

TEST(Contours, HolesRunClockwiseBehindTheExterior) {
  const auto found = outlines({"#####", "#.#.#", "#####"});
  ASSERT_EQ(found.at(0).size(), 3u);
  EXPECT_EQ(area(found.at(0)[0]), 15.0);
  EXPECT_EQ(area(found.at(0)[1]), -1.0);
  EXPECT_EQ(area(found.at(0)[2]), -1.0);
}

TEST(Contours, ARingThatMeetsItselfInACornerBecomesExteriorAndHole) {
  // The exterior would pass corner (2, 2) twice.
  const auto found = outlines({"###.", "#.#.", "##..", "...."});
  ASSERT_EQ(found.at(0).size(), 2u);
  EXPECT_EQ(area(found.at(0)[0]) + area(found.at(0)[1]), 7.0);
  EXPECT_EQ(area(found.at(0)[1]), -1.0);
  EXPECT_EQ(found.at(0)[1].size(), 4u);
}

TEST(Contours, HolesThatMeetInACornerAreTwo) {
  const auto found = outlines({"####", "#.##", "##.#", "####"});
  ASSERT_EQ(found.at(0).size(), 3u);
  EXPECT_EQ(area(found.at(0)[0]), 16.0);
  EXPECT_EQ(area(found.at(0)[1]), -1.0);
  EXPECT_EQ(area(found.at(0)[2]), -1.0);
}

TEST(Contours, PartsThatMeetInACornerStayApart) {
  const auto found = outlines({"#..", ".#.", "..#"});
  ASSERT_EQ(found.size(), 3u);
  for (const auto& [part, rings] : found) {
    ASSERT_EQ(rings.size(), 1u);
    EXPECT_EQ(area(rings[0]), 1.0);
  }
}

TEST(Contours, IslandsInHolesAreTheirOwn) {
  const auto found = outlines({"#####", "#...#", "#.#.#", "#...#", "#####"});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(area(found.at(0).at(0)) + area(found.at(0).at(1)), 16.0);
  EXPECT_EQ(area(found.at(1).at(0)), 1.0);
}

TEST(Contours, OnlyWhatIsWantedIsTraced) {
  StoreRoom room{std::int64_t{1} << 24, "."};
  const auto parts = components_of({"#.#", "#.#"}, Connectivity::four, room);
  std::vector<std::int32_t> taken;
  trace_contours(
      *parts, 1 << 20, [](std::int32_t part) { return part == 1; },
      [&](std::int32_t part, const PixelPolygon& polygon) {
        taken.push_back(part);
        EXPECT_EQ(polygon.corners.size(), 4u);
      });
  EXPECT_EQ(taken, std::vector<std::int32_t>{1});
}

TEST(Contours, MoreOpenCornersThanTheMemoryHoldsIsABudgetError) {
  EXPECT_THROW(outlines({"#.#.#", "#####"}, 64), BudgetError);
}

}  // namespace
}  // namespace groundshift::test

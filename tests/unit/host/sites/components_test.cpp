// SPDX-License-Identifier: Apache-2.0
// Components by hand: labels in the order of their first pixel, and what is summed of them.
#include "host/sites/components.hpp"

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/unit/host/sites/drawn_image.hpp"

namespace groundshift::test {
namespace {

class ComponentsTest : public ::testing::Test {
 protected:
  Drawing labels(const Drawing& image, Connectivity connectivity) {
    return drawn(components_of(image, connectivity, room_)->runs, static_cast<std::int32_t>(image.front().size()));
  }
  StoreRoom room_{std::int64_t{1} << 24, "."};
};

TEST_F(ComponentsTest, CornersJoinUnderEightNeighboursOnly) {
  const Drawing image = {"#..#", ".##.", "#..#"};
  EXPECT_EQ(labels(image, Connectivity::eight), (Drawing{"a..a", ".aa.", "a..a"}));
  EXPECT_EQ(labels(image, Connectivity::four), (Drawing{"a..b", ".cc.", "d..e"}));
}

TEST_F(ComponentsTest, IdsFollowTheFirstPixelNotTheLast) {
  // The third one to begin is the first to end; teeth that join below are one.
  EXPECT_EQ(labels({"#.#.#.#", "#.#...#", "#.....#", "###.###"}, Connectivity::four),
            (Drawing{"a.b.c.d", "a.b...d", "a.....d", "aaa.ddd"}));
  EXPECT_EQ(labels({"..#..", "#...#", "#####"}, Connectivity::four), (Drawing{"..a..", "b...b", "bbbbb"}));
}

TEST_F(ComponentsTest, SumsAreThoseOfThePixels) {
  const Drawing image = {"....", ".##.", ".#..", ".##."};
  const auto labelled = components_of(image, Connectivity::four, room_);
  ASSERT_EQ(labelled->components.size(), 1u);
  const ComponentFacts& c = labelled->components[0];
  EXPECT_EQ(c.first, 5);
  EXPECT_EQ(c.area, 5);
  EXPECT_EQ(c.area_units, 5);
  EXPECT_EQ(c.sum_x, 1 + 2 + 1 + 1 + 2);
  EXPECT_EQ(c.sum_y, 1 + 1 + 2 + 3 + 3);
  EXPECT_EQ(c.perimeter, 12);
  EXPECT_EQ(std::make_tuple(c.x_min, c.y_min, c.x_max, c.y_max), std::make_tuple(1, 1, 2, 3));
  EXPECT_TRUE(touches_edge(c, 4, 4));
  EXPECT_FALSE(touches_edge(c, 4, 5));
}

TEST_F(ComponentsTest, HolesCountInThePerimeter) {
  const auto ring = components_of({"###", "#.#", "###"}, Connectivity::eight, room_);
  EXPECT_EQ(ring->components.at(0).perimeter, 12 + 4);
}

TEST_F(ComponentsTest, WhatIsNotKeptTakesNoIdAndNoRoom) {
  const Drawing image = {"#.##.#", "......", "####.#"};
  ComponentsSpec spec = spec_of(image, Connectivity::eight);
  spec.most_bytes = 2 * static_cast<std::int64_t>(sizeof(ComponentFacts));  // for the two that are kept
  Components components(spec, room_, [](const ComponentFacts& c) { return c.area >= 2; });
  for (const std::string& line : image) components.add_row(runs_of(line, '#'));
  const auto labelled = components.finish();
  EXPECT_EQ(drawn(labelled->runs, 6), (Drawing{"..aa..", "......", "bbbb.."}));
}

TEST_F(ComponentsTest, MoreThanTheTableHoldsIsABudgetError) {
  const Drawing image = {"#.#.#", ".....", "#.#.#"};
  ComponentsSpec spec = spec_of(image, Connectivity::eight);
  spec.most_bytes = 2 * static_cast<std::int64_t>(sizeof(ComponentFacts));
  Components components(spec, room_, [](const ComponentFacts&) { return true; });
  components.add_row(runs_of(image[0], '#'));
  EXPECT_THROW(components.add_row(runs_of(image[1], '#')), BudgetError);
}

TEST_F(ComponentsTest, MarksAndUnitsAreSummed) {
  const std::vector<std::int64_t> units = {10, 100};
  ComponentsSpec spec = spec_of({"...", "..."}, Connectivity::eight);
  spec.row_units = units;
  Components components(spec, room_, [](const ComponentFacts&) { return true; });
  components.add_row(Runs{{0, 2, 1}});
  components.add_row(Runs{{1, 2, 1}, {2, 3, 0}});
  const auto labelled = components.finish();
  EXPECT_EQ(labelled->components.at(0).area_units, 2 * 10 + 2 * 100);
  EXPECT_EQ(labelled->components.at(0).marked, 2);
}

TEST_F(ComponentsTest, EmptyOnePixelAndLastRow) {
  EXPECT_TRUE(components_of({"...", "..."}, Connectivity::four, room_)->components.empty());
  EXPECT_EQ(labels({"#"}, Connectivity::four), Drawing{"a"});
  EXPECT_EQ(labels({"...", "#.#"}, Connectivity::eight), (Drawing{"...", "a.b"}));
}

TEST_F(ComponentsTest, ManyRowsSpillAndComeBack) {
  // A checkerboard: one component under eight neighbours, each pixel its own under four.
  StoreRoom small{0, "."};
  const std::int32_t width = 400, height = 600;
  Runs even, odd;
  for (std::int32_t x = 0; x < width; ++x) (x % 2 == 0 ? even : odd).push_back({x, x + 1, 0});
  for (const Connectivity connectivity : {Connectivity::four, Connectivity::eight}) {
    ComponentsSpec spec;
    spec.width = width;
    spec.height = height;
    spec.connectivity = connectivity;
    spec.most_bytes = std::int64_t{1} << 30;
    Components components(spec, small, [](const ComponentFacts&) { return true; });
    for (std::int32_t y = 0; y < height; ++y) components.add_row(y % 2 == 0 ? even : odd);
    const auto labelled = components.finish();
    EXPECT_GT(labelled->runs.scratch_bytes(), 0);
    const bool single = connectivity == Connectivity::eight;
    EXPECT_EQ(labelled->components.size(), single ? 1u : 120000u);
    Runs row;
    for (std::int32_t y = 0; y < height; ++y) {
      labelled->runs.read(y, row);
      ASSERT_EQ(row.size(), 200u);
      ASSERT_EQ(row.front().label, single ? 1 : y * 200 + 1);
      ASSERT_EQ(row.back().label, single ? 1 : y * 200 + 200);
    }
  }
}

}  // namespace
}  // namespace groundshift::test

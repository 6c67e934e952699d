// SPDX-License-Identifier: Apache-2.0
// Tie points of scenes in memory, and what becomes of odd ones.
#include "host/align/tie_points.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/unit/host/align/align_scene.hpp"
#include "tests/unit/host/align/tie_cloud.hpp"

namespace groundshift {
namespace {

using test::PairInMemory;

PairInMemory& shifted_pair(PairInMemory& pair, double dx, double dy, std::uint32_t seed = 5) {
  auto before = test::texture(pair.width(), seed), after = test::texture(pair.width(), seed, 0.25, dx, dy);
  pair.fill([&](std::int32_t x, std::int32_t y) { return before.at(x, y); },
            [&](std::int32_t x, std::int32_t y) { return after.at(x, y); });
  return pair;
}

const TieGrid kGrid{128, 128, 1, 2, 2, 0, 0};

TEST(MeasureTiePoints, FollowsTheShiftFromAPoorStart) {
  PairInMemory pair(256, 256);
  shifted_pair(pair, 14.3, -11.6);
  const auto points = measure_tie_points(pair, kGrid, {}, {}, {});
  ASSERT_EQ(points.size(), 4u);
  for (const auto& p : points) {
    EXPECT_EQ(p.state, TieState::accepted);
    EXPECT_NEAR(p.shift.dx, 14.3, 0.05);
    EXPECT_NEAR(p.shift.dy, -11.6, 0.05);
    EXPECT_LT(p.round_trip, 0.1);
    EXPECT_GT(p.valid_share, 0.8);
  }
  EXPECT_EQ(points[0].x, 63.5);
  EXPECT_EQ(points[1].x, 191.5);
  EXPECT_EQ(points[2].y, 191.5);
}

TEST(MeasureTiePoints, BeyondMaxShiftIsSaid) {
  PairInMemory pair(256, 256);
  shifted_pair(pair, 14.3, -11.6);  // 18.4 px
  TieOptions options;
  options.max_shift = 18.0;
  for (const auto& p : measure_tie_points(pair, kGrid, {}, options, {})) EXPECT_EQ(p.state, TieState::beyond_max_shift);
}

TEST(MeasureTiePoints, TooFewValidPixelsAreSaid) {
  PairInMemory pair(256, 256);
  shifted_pair(pair, 0.4, 0.2);
  for (std::int32_t y = 0; y < 128; ++y)
    for (std::int32_t x = 0; x < 50; ++x) pair.before_valid[pair.place(x, y)] = 0;  // 39 % of the first window
  const auto points = measure_tie_points(pair, kGrid, {}, {}, {});
  EXPECT_EQ(points[0].state, TieState::few_valid);
  EXPECT_NEAR(points[0].valid_share, 1.0 - 50.0 / 128.0, 1e-12);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(points[i].state, TieState::accepted);
}

TEST(MeasureTiePoints, NewContentIsUnreliable) {
  PairInMemory pair(256, 256);
  shifted_pair(pair, 0.4, 0.2);
  auto other = test::texture(256, 77);
  for (std::int32_t y = 0; y < 128; ++y)
    for (std::int32_t x = 128; x < 256; ++x) pair.after[pair.place(x, y)] = static_cast<float>(other.at(x, y));
  const auto points = measure_tie_points(pair, kGrid, {}, {}, {});
  EXPECT_EQ(points[1].state, TieState::unreliable);
  EXPECT_EQ(count_of(points, TieState::accepted), 3);
}

TEST(MeasureTiePoints, TheReadersFailurePasses) {
  struct Broken : AlignReader {
    void read(const Window& window, std::int32_t, const Offset&, float*, float*, std::uint8_t*) override {
      throw InputError("window at " + std::to_string(window.x) + ", " + std::to_string(window.y));
    }
  } reader;
  try {
    measure_tie_points(reader, kGrid, {}, {}, {});
    FAIL() << "nothing thrown";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()), "window at 0, 0");
  }
}

TEST(CheckNeighbours, OneOddPointAmongSmoothOnesIsMarked) {
  const TieGrid grid{256, 256, 1, 6, 5, 0, 0};
  auto points = test::tie_cloud(
      grid,
      [](double x, double y) {
        return Shift{0.001 * x, 1.0 - 0.0005 * y};
      },
      0.02);
  points[14].shift.dx += 1.0;
  check_neighbours(grid, points);
  for (std::size_t i = 0; i < points.size(); ++i)
    EXPECT_EQ(points[i].state, i == 14 ? TieState::unlike_neighbours : TieState::accepted) << i;
}

TEST(CheckNeighbours, LonelyPointsAreNotJudged) {
  const TieGrid grid{256, 256, 1, 3, 1, 0, 0};
  auto points = test::tie_cloud(grid, [](double x, double) { return Shift{x, 0.0}; });
  check_neighbours(grid, points);
  EXPECT_EQ(count_of(points, TieState::accepted), 3);
}

TEST(CheckNeighbours, WhatWasRefusedHasNoSay) {
  const TieGrid grid{256, 256, 1, 3, 3, 0, 0};
  auto points = test::tie_cloud(grid, [](double, double) { return Shift{1.0, 1.0}; });
  for (const std::size_t i : {0u, 2u, 3u, 8u}) {
    points[i].shift = {-9.0, 4.0};
    points[i].state = TieState::unreliable;
  }
  check_neighbours(grid, points);
  EXPECT_EQ(count_of(points, TieState::accepted), 5);
  EXPECT_EQ(count_of(points, TieState::unreliable), 4);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Source windows of output tiles, by hand.
#include "kernels/solve/needed_source.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "kernels/solve/resample_weights.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kPixel = 1 << 20;

struct Nodes {
  std::vector<std::int64_t> x, y;
  PositionLattice lattice(std::int32_t step_log2, std::int32_t width) const {
    return {step_log2, 0, 0, width, static_cast<std::int32_t>(x.size()) / width, x.data(), y.data()};
  }
};

// 5 x 1 pixels between the nodes of a lattice of 4: columns 0, 4, 8 (the last one is not needed), rows 0, 4.
Nodes shifted(std::int64_t x, std::int64_t y) {
  return {{x, x + 4 * kPixel, x + 8 * kPixel, x, x + 4 * kPixel, x + 8 * kPixel},
          {y, y, y, y + 4 * kPixel, y + 4 * kPixel, y + 4 * kPixel}};
}

Window needed(const Nodes& nodes, ResampleMethod method, std::int32_t width, std::int32_t height) {
  return needed_source(nodes.lattice(2, 3), 5, 1, resample_weights(method, 1, 1), width, height);
}

TEST(NeededSource, HoldsTheTapsOfEveryPixel) {
  // Positions 10.25 .. 14.25, 20 (one row: a pixel on a node asks only that node).
  const Nodes nodes = shifted(10 * kPixel + kPixel / 4, 20 * kPixel);
  EXPECT_EQ(needed(nodes, ResampleMethod::nearest, 100, 100), (Window{10, 20, 5, 1}));
  EXPECT_EQ(needed(nodes, ResampleMethod::bilinear, 100, 100), (Window{10, 20, 6, 2}));
  EXPECT_EQ(needed(nodes, ResampleMethod::cubic, 100, 100), (Window{9, 19, 8, 4}));
  EXPECT_EQ(needed(nodes, ResampleMethod::lanczos, 100, 100), (Window{8, 18, 10, 6}));
}

TEST(NeededSource, RoundsAsThePhasesDo) {
  const Nodes nodes = shifted(10 * kPixel - 512, 20 * kPixel - 513);  // 10 and just below 20 - 1/2048
  EXPECT_EQ(needed(nodes, ResampleMethod::bilinear, 100, 100), (Window{10, 19, 6, 2}));
}

TEST(NeededSource, IsCutAtTheImage) {
  EXPECT_EQ(needed(shifted(-2 * kPixel, -kPixel / 2), ResampleMethod::cubic, 3, 1), (Window{0, 0, 3, 1}));
  EXPECT_EQ(needed(shifted(40 * kPixel, 0), ResampleMethod::cubic, 30, 30), Window{});
  EXPECT_EQ(needed(shifted(-40 * kPixel, 0), ResampleMethod::cubic, 30, 30), Window{});
  EXPECT_EQ(needed(shifted(0, 0), ResampleMethod::cubic, 0, 30), Window{});
}

TEST(NeededSource, LeavesOutWhatHasNoPosition) {
  Nodes nodes = shifted(10 * kPixel, 20 * kPixel);
  nodes.x[1] = kNoPosition;
  EXPECT_EQ(needed(nodes, ResampleMethod::nearest, 100, 100), (Window{10, 20, 1, 1}));
  nodes.y[0] = kNoPosition;
  EXPECT_EQ(needed(nodes, ResampleMethod::nearest, 100, 100), Window{});
  EXPECT_EQ(needed_source(nodes.lattice(2, 3), 0, 1, resample_weights(ResampleMethod::cubic, 1, 1), 9, 9), Window{});
}

}  // namespace
}  // namespace groundshift

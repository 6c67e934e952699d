// SPDX-License-Identifier: Apache-2.0
// Set operations on one row.
#include "host/sites/run_rows.hpp"

#include <gtest/gtest.h>

namespace groundshift::test {
namespace {

using Runs = std::vector<Run>;

TEST(RunRows, ComplementCoversTheRest) {
  Runs out;
  complement_of(Runs{{2, 4, 7}, {6, 9, 7}}, 10, out);
  EXPECT_EQ(out, (Runs{{0, 2, 0}, {4, 6, 0}, {9, 10, 0}}));
  complement_of(Runs{}, 5, out);
  EXPECT_EQ(out, (Runs{{0, 5, 0}}));
  complement_of(Runs{{0, 5, 0}}, 5, out);
  EXPECT_TRUE(out.empty());
}

TEST(RunRows, SubtractCutsRuns) {
  Runs out;
  subtract(Runs{{0, 10, 0}, {12, 20, 0}}, Runs{{2, 3, 0}, {5, 6, 0}, {9, 14, 0}, {18, 30, 0}}, out);
  EXPECT_EQ(out, (Runs{{0, 2, 0}, {3, 5, 0}, {6, 9, 0}, {14, 18, 0}}));
  subtract(Runs{{3, 5, 0}}, Runs{{0, 9, 0}}, out);
  EXPECT_TRUE(out.empty());
}

TEST(RunRows, UniteJoinsWhatTouches) {
  Runs out;
  unite(Runs{{0, 2, 1}, {8, 9, 1}}, Runs{{2, 4, 2}, {6, 7, 2}}, out);
  EXPECT_EQ(out, (Runs{{0, 4, 0}, {6, 7, 0}, {8, 9, 0}}));
}

TEST(RunRows, MarksAreCountedInEachRun) {
  Runs runs = {{0, 4, 9}, {6, 8, 9}, {9, 10, 9}};
  count_marks(runs, Runs{{-2, 1, 0}, {3, 7, 0}});
  EXPECT_EQ(runs, (Runs{{0, 4, 2}, {6, 8, 1}, {9, 10, 0}}));
}

TEST(RunRows, PushedRunsAddTheirLabelsUp) {
  Runs runs;
  push_run(runs, {0, 2, 3});
  push_run(runs, {1, 5, 4});
  push_run(runs, {7, 8, 1});
  EXPECT_EQ(runs, (Runs{{0, 5, 7}, {7, 8, 1}}));
}

}  // namespace
}  // namespace groundshift::test

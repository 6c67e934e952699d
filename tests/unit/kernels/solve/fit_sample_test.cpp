// SPDX-License-Identifier: Apache-2.0
// The order in which a sample takes cells.
#include "kernels/solve/fit_sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "kernels/math/pixel_hash.hpp"

namespace groundshift {
namespace {

TEST(FitSample, TakesEveryCellOnceByHash) {
  const auto order = select_cells(256 * 37 + 1, 256 * 12);  // 38 x 12 cells
  ASSERT_EQ(order.size(), 38u * 12u);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(sorted[i], static_cast<std::int64_t>(i));
  const auto hash = [](std::int64_t cell) {
    return pixel_hash(static_cast<std::int32_t>(cell % 38), static_cast<std::int32_t>(cell / 38));
  };
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto last = std::pair(hash(order[i - 1]), order[i - 1]);
    EXPECT_LT(last, std::pair(hash(order[i]), order[i]));
  }
}

TEST(FitSample, SpreadsOverTheGrid) {
  const auto order = select_cells(256 * 100, 256 * 100);
  int upper = 0, left = 0;  // of the first 1000: binomial, standard deviation 15
  for (std::size_t i = 0; i < 1000; ++i) {
    upper += order[i] / 100 < 50 ? 1 : 0;
    left += order[i] % 100 < 50 ? 1 : 0;
  }
  EXPECT_NEAR(upper, 500, 60);
  EXPECT_NEAR(left, 500, 60);
}

TEST(FitSample, CountsPartCells) {
  EXPECT_EQ(select_cells(1, 1), std::vector<std::int64_t>{0});
  EXPECT_EQ(select_cells(256, 257).size(), 2u);
  EXPECT_EQ(select_cells(2147483647, 1).size(), 8388608u);
  EXPECT_TRUE(select_cells(0, 5).empty());
  EXPECT_THROW(select_cells(-1, 5), std::invalid_argument);
}

TEST(SamplingError, FallsWithTheSample) {
  EXPECT_DOUBLE_EQ(sampling_error(0.0, 100), 0.1);
  EXPECT_DOUBLE_EQ(sampling_error(0.6, 10000), 0.0064);
  EXPECT_EQ(sampling_error(1.0, 100), 0.0);
  EXPECT_TRUE(std::isinf(sampling_error(0.5, 0)));
}

}  // namespace
}  // namespace groundshift

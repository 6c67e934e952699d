// SPDX-License-Identifier: Apache-2.0
// 128-bit sums beside the compiler's own 128-bit integers.
#include "kernels/math/exact_sum.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>

namespace groundshift {
namespace {

TEST(ExactSum, StartsAtZero) { EXPECT_TRUE(ExactSum{}.value() == 0); }

TEST(ExactSum, CarriesIntoTheHighWord) {
  ExactSum sum;
  sum.add_unsigned(std::numeric_limits<std::uint64_t>::max());
  sum.add_unsigned(1);
  EXPECT_EQ(sum.lo, 0u);
  EXPECT_EQ(sum.hi, 1u);
}

TEST(ExactSum, BorrowsFromTheHighWord) {
  ExactSum sum;
  sum.add(-1);
  EXPECT_TRUE(sum.value() == -1);
  sum.add(std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(sum.value() == -(Int128{1} << 63) - 1);
  sum.add(std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(sum.value() == -2);
}

TEST(ExactSum, HoldsWhatOverflows64Bits) {
  ExactSum sum;
  const std::int64_t term = std::int64_t{1} << 62;
  for (int i = 0; i < 1000; ++i) sum.add(term);
  EXPECT_TRUE(sum.value() == Int128{term} * 1000);
  for (int i = 0; i < 2000; ++i) sum.add(-term);
  EXPECT_TRUE(sum.value() == Int128{term} * -1000);
}

TEST(ExactSum, AgreesWithTheCompilersIntegersInAnyGrouping) {
  std::mt19937_64 random(7);
  ExactSum parts[4];
  ExactSum forward;
  Int128 expected = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto term = static_cast<std::int64_t>(random());
    expected += term;
    forward.add(term);
    parts[random() % 4].add(term);
  }
  ExactSum merged;
  for (int i : {2, 0, 3, 1}) merged.merge(parts[i]);
  EXPECT_TRUE(forward.value() == expected);
  EXPECT_TRUE(merged == forward);
}

}  // namespace
}  // namespace groundshift

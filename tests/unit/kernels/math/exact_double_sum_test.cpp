// SPDX-License-Identifier: Apache-2.0
// The long accumulator against exact integers, against rounding cases by hand, and in shuffled order.
#include "kernels/math/exact_double_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "kernels/math/exact_sum.hpp"

namespace groundshift {
namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kDenormal = std::numeric_limits<double>::denorm_min();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double sum_of(const std::vector<double>& terms) {
  ExactDoubleSum sum;
  for (double term : terms) sum.add(term);
  return sum.to_double();
}

TEST(ExactDoubleSum, OfNothingIsPlusZero) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(sum_of({})), 0u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(sum_of({-0.0})), 0u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(sum_of({1e300, -1e300})), 0u);
}

TEST(ExactDoubleSum, GivesBackASingleTerm) {
  for (double term : {1.0, -1.0, 0.1, -1e-300, 1e300, kMax, -kMax, kDenormal, -kDenormal, 0x1p-1022, 0x1.fffffp-1030}) {
    EXPECT_EQ(sum_of({term}), term);
  }
}

TEST(ExactDoubleSum, LosesNothingToCancellation) {
  EXPECT_EQ(sum_of({1e300, 1.0, -1e300}), 1.0);
  EXPECT_EQ(sum_of({kMax, kDenormal, -kMax}), kDenormal);
  EXPECT_EQ(sum_of({0.1, 0.2, -0.3}), 0x1p-55);  // the three doubles' exact sum
}

TEST(ExactDoubleSum, RoundsOnceToNearestEven) {
  const double half_ulp = 0x1p-53;
  EXPECT_EQ(sum_of({1.0, half_ulp}), 1.0);                           // tie, to even: down
  EXPECT_EQ(sum_of({1.0 + 0x1p-52, half_ulp}), 1.0 + 0x1p-51);       // tie, to even: up
  EXPECT_EQ(sum_of({1.0, half_ulp, kDenormal}), 1.0 + 0x1p-52);      // just above the tie
  EXPECT_EQ(sum_of({-1.0, -half_ulp, -kDenormal}), -1.0 - 0x1p-52);  // sign does not matter
  EXPECT_EQ(sum_of({2.0 - 0x1p-52, half_ulp}), 2.0);                 // carry into the next binade
  EXPECT_EQ(sum_of({1.0, half_ulp, 1e-30, -1e-30}), 1.0);            // back on the tie
}

TEST(ExactDoubleSum, OverflowsOnlyAtTheEnd) {
  EXPECT_EQ(sum_of({kMax, kMax, -kMax}), kMax);
  EXPECT_EQ(sum_of({kMax, kMax}), kInfinity);
  EXPECT_EQ(sum_of({-kMax, -kMax}), -kInfinity);
}

TEST(ExactDoubleSum, KeepsWhatIsNotFinite) {
  EXPECT_EQ(sum_of({1.0, kInfinity, -5.0}), kInfinity);
  EXPECT_EQ(sum_of({-kInfinity, kMax}), -kInfinity);
  EXPECT_TRUE(std::isnan(sum_of({kInfinity, -kInfinity})));
  EXPECT_TRUE(std::isnan(sum_of({std::nan(""), 1.0})));
  ExactDoubleSum a, b;
  a.add(kInfinity);
  b.merge(a);
  EXPECT_EQ(b.to_double(), kInfinity);
}

TEST(ExactDoubleSum, AgreesWithExactIntegers) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 50; ++round) {
    ExactDoubleSum sum;
    Int128 expected = 0;
    for (int i = 0; i < 500; ++i) {
      const std::int64_t mantissa = static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52);
      const int shift = static_cast<int>(random() % 40);
      sum.add(std::ldexp(static_cast<double>(mantissa), shift));
      expected += Int128{mantissa} << shift;
    }
    EXPECT_EQ(sum.to_double(), static_cast<double>(expected));
  }
}

TEST(ExactDoubleSum, DoesNotDependOnOrderOrGrouping) {
  std::mt19937_64 random(3);
  std::vector<double> terms;
  while (terms.size() < 3000) {
    const auto term = std::bit_cast<double>(random());
    if (std::isfinite(term)) terms.push_back(term);
  }
  const auto expected = std::bit_cast<std::uint64_t>(sum_of(terms));
  for (int round = 0; round < 10; ++round) {
    std::shuffle(terms.begin(), terms.end(), random);
    ExactDoubleSum parts[3];
    for (double term : terms) parts[random() % 3].add(term);
    parts[2].merge(parts[0]);
    parts[2].merge(parts[1]);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(parts[2].to_double()), expected);
  }
}

TEST(ExactDoubleSum, AddsProductsExactly) {
  ExactDoubleSum sum;
  sum.add_product(1.0 + 0x1p-40, 1.0 - 0x1p-40);  // 1 - 2^-80
  sum.add(-1.0);
  EXPECT_EQ(sum.to_double(), -0x1p-80);
  sum.add_product(-0x1p-40, -0x1p-40);
  EXPECT_EQ(sum.to_double(), 0.0);
}

TEST(ExactDoubleSum, TakesAPartAwayExactly) {
  std::mt19937_64 random(17);
  ExactDoubleSum whole, part, rest;
  for (int i = 0; i < 2000; ++i) {
    const auto term = std::ldexp(static_cast<double>(random() >> 11) - 0x1p52, static_cast<int>(random() % 400) - 200);
    whole.add(term);
    (i % 3 == 0 ? part : rest).add(term);
  }
  whole.subtract(part);
  EXPECT_EQ(whole.to_double(), rest.to_double());
  whole.subtract(rest);
  EXPECT_EQ(whole.to_double(), 0.0);
  ExactDoubleSum infinite;
  infinite.add(kInfinity);
  whole.merge(infinite);
  EXPECT_EQ(whole.to_double(), kInfinity);
  whole.subtract(infinite);
  EXPECT_TRUE(std::isnan(whole.to_double()));
}

TEST(ExactDoubleSum, CarriesAfterManyMerges) {
  ExactDoubleSum sum;
  sum.add(0x1.fffffffffffffp+0);
  for (int i = 0; i < 40; ++i) {  // doubles 40 times: more pending terms than words can wait for
    const ExactDoubleSum copy = sum;
    sum.merge(copy);
  }
  EXPECT_EQ(sum.to_double(), std::ldexp(0x1.fffffffffffffp+0, 40));
}

}  // namespace
}  // namespace groundshift

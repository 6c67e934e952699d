// SPDX-License-Identifier: Apache-2.0
// The float32 bin map keeps the order of values.
#include "kernels/math/float_bins.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "kernels/math/arithmetic.hpp"

namespace groundshift {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(FloatBins, PutsBothZerosIntoOneBin) {
  EXPECT_EQ(float_bin(0.0f), 0x8000u);
  EXPECT_EQ(float_bin(-0.0f), 0x8000u);
  EXPECT_EQ(float_bin(std::numeric_limits<float>::denorm_min()), 0x8000u);
  EXPECT_EQ(float_bin(-std::numeric_limits<float>::denorm_min()), 0x7fffu);
}

TEST(FloatBins, PlacesKnownValues) {
  EXPECT_EQ(float_bin(1.0f), 0xbf80u);
  EXPECT_EQ(float_bin(1.0078124f), 0xbf80u);  // last before 1 + 1/128
  EXPECT_EQ(float_bin(1.0078125f), 0xbf81u);
  EXPECT_EQ(float_bin(-1.0f), 0x407fu);
  EXPECT_EQ(float_bin(kInfinity), 0xff80u);
  EXPECT_EQ(float_bin(-kInfinity), 0x007fu);
  EXPECT_EQ(float_bin(std::numeric_limits<float>::max()), 0xff7fu);
  EXPECT_EQ(float_bin(-std::numeric_limits<float>::max()), 0x0080u);
}

TEST(FloatBins, KeepsOrderOverAllPatterns) {
  std::uint32_t last = float_bin(-kInfinity);
  for (std::uint32_t bits = 0xff800000u; bits > 0x80000000u; bits -= 0x1000u) {  // -inf up to -0
    const std::uint32_t bin = float_bin(math::from_bits(bits));
    ASSERT_TRUE(bin == last || bin == last + 1) << std::hex << bits;
    last = bin;
  }
  for (std::uint32_t bits = 0; bits <= 0x7f800000u; bits += 0x1000u) {
    const std::uint32_t bin = float_bin(math::from_bits(bits));
    ASSERT_TRUE(bin == last || bin == last + 1) << std::hex << bits;
    last = bin;
  }
  EXPECT_EQ(last, 0xff80u);
}

TEST(FloatBins, OrdersRandomPairs) {
  std::mt19937 random(5);
  for (int i = 0; i < 1000000; ++i) {
    const float a = math::from_bits(random());
    const float b = math::from_bits(random());
    if (!(a < b)) continue;
    ASSERT_LE(float_bin(a), float_bin(b)) << a << " " << b;
  }
}

}  // namespace
}  // namespace groundshift

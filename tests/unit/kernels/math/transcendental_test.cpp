// SPDX-License-Identifier: Apache-2.0
// The project's log, exp, acos and atan2 against the C library in double, and their special cases.
#include "kernels/math/transcendental.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace groundshift {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kPiDouble = 3.14159265358979323846;

/// Distance of a float from a reference in units of the reference's last float32 place (that of denormals below
/// 2^-126).
double error_in_ulp(float value, double reference) {
  if (std::isnan(reference)) return std::isnan(value) ? 0.0 : kInfinity;
  const auto rounded = static_cast<float>(reference);
  if (std::isinf(value) || std::isinf(rounded)) return value == rounded ? 0.0 : kInfinity;
  int exponent = 0;
  std::frexp(reference, &exponent);
  return std::fabs(value - reference) / std::ldexp(1.0, std::max(exponent, -125) - 24);
}

struct Worst {
  double ulp = 0.0;
  float at = 0.0f;
  void see(float x, float value, double reference) {
    const double error = error_in_ulp(value, reference);
    if (!(error > ulp)) return;
    ulp = error;
    at = x;
  }
};

/// Every 1021st float32 pattern: all signs, exponents, denormals, infinities and NaNs; 4.2 million values.
template <class F>
void for_dense_floats(F&& f) {
  for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 1021) f(math::from_bits(static_cast<std::uint32_t>(bits)));
}

TEST(Log, StaysWithinOneUlp) {
  Worst worst;
  for_dense_floats([&](float x) { worst.see(x, math::log(x), std::log(static_cast<double>(x))); });
  for (std::uint32_t bits = 0x3f000000u; bits < 0x40000000u; bits += 7) {  // around 1, where log crosses 0
    const float x = math::from_bits(bits);
    worst.see(x, math::log(x), std::log(static_cast<double>(x)));
  }
  EXPECT_LE(worst.ulp, 1.0) << worst.at;
}

TEST(Log, HandlesSpecialValues) {
  EXPECT_EQ(math::to_bits(math::log(1.0f)), 0u);
  EXPECT_EQ(math::log(0.0f), -kInfinity);
  EXPECT_EQ(math::log(-0.0f), -kInfinity);
  EXPECT_EQ(math::log(kInfinity), kInfinity);
  for (float x : {-1.0f, -kInfinity, -std::numeric_limits<float>::denorm_min(), std::nanf("")}) {
    EXPECT_EQ(math::to_bits(math::log(x)), 0x7fc00000u) << x;
  }
  EXPECT_FLOAT_EQ(math::log(std::numeric_limits<float>::denorm_min()), -103.27893f);  // -149 ln 2
}

TEST(Exp, StaysWithinOneAndAHalfUlp) {
  Worst worst;
  for_dense_floats([&](float x) { worst.see(x, math::exp(x), std::exp(static_cast<double>(x))); });
  for (int i = -1050000; i <= 890000; ++i) {
    const float x = static_cast<float>(i) * 1e-4f;
    worst.see(x, math::exp(x), std::exp(static_cast<double>(x)));
  }
  EXPECT_LE(worst.ulp, 1.5) << worst.at;
}

TEST(Exp, HandlesSpecialValues) {
  EXPECT_EQ(math::exp(0.0f), 1.0f);
  EXPECT_EQ(math::exp(-0.0f), 1.0f);
  EXPECT_EQ(math::exp(kInfinity), kInfinity);
  EXPECT_EQ(math::exp(89.0f), kInfinity);
  EXPECT_LT(math::exp(88.72f), kInfinity);
  EXPECT_EQ(math::to_bits(math::exp(-kInfinity)), 0u);
  EXPECT_EQ(math::to_bits(math::exp(-104.0f)), 0u);
  EXPECT_EQ(math::exp(-103.5f), std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(math::to_bits(math::exp(std::nanf("1"))), 0x7fc00000u);
}

TEST(Acos, StaysWithinOneAndAHalfUlp) {
  Worst worst;
  for_dense_floats([&](float x) { worst.see(x, math::acos(x), std::acos(static_cast<double>(x))); });
  for (int i = -1000000; i <= 1000000; ++i) {
    const float x = static_cast<float>(i) * 1e-6f;
    worst.see(x, math::acos(x), std::acos(static_cast<double>(x)));
  }
  EXPECT_LE(worst.ulp, 1.5) << worst.at;
}

TEST(Acos, HandlesSpecialValues) {
  EXPECT_EQ(math::to_bits(math::acos(1.0f)), 0u);
  EXPECT_EQ(math::acos(-1.0f), static_cast<float>(kPiDouble));
  EXPECT_EQ(math::acos(0.0f), static_cast<float>(kPiDouble / 2));
  for (float x : {1.0000001f, -1.0000001f, kInfinity, -kInfinity, std::nanf("")}) {
    EXPECT_EQ(math::to_bits(math::acos(x)), 0x7fc00000u) << x;
  }
}

TEST(Atan2, StaysWithinTwoUlp) {
  std::mt19937_64 random(1);
  Worst worst;
  const auto see = [&](float y, float x) {
    worst.see(y, math::atan2(y, x), std::atan2(static_cast<double>(y), static_cast<double>(x)));
  };
  for (int i = 0; i < 1500000; ++i) {
    const std::uint64_t bits = random();
    const auto low = static_cast<std::uint32_t>(bits);
    const auto high = static_cast<std::uint32_t>(bits >> 32);
    see(math::from_bits(low), math::from_bits(high));                            // any two floats
    see(static_cast<float>(low) - 0x1p31f, static_cast<float>(high) - 0x1p31f);  // all directions
    const float x = math::from_bits(low & 0xbfffffffu);                          // at most 2
    see(x * (static_cast<float>(high) * 0x1p-31f), x);                           // sizes alike
  }
  EXPECT_LE(worst.ulp, 2.0) << worst.at;
}

TEST(Atan2, FollowsTheSignsOfZerosAndInfinities) {
  const float values[] = {0.0f, -0.0f, 1.0f, -1.0f, kInfinity, -kInfinity, 1e-45f, -1e-45f};
  for (float y : values) {
    for (float x : values) {
      const auto expected = static_cast<float>(std::atan2(static_cast<double>(y), static_cast<double>(x)));
      EXPECT_EQ(math::to_bits(math::atan2(y, x)), math::to_bits(expected)) << y << " " << x;
    }
  }
  EXPECT_EQ(math::to_bits(math::atan2(0.0f, 0.0f)), 0u);
  EXPECT_EQ(math::to_bits(math::atan2(std::nanf(""), 1.0f)), 0x7fc00000u);
  EXPECT_EQ(math::to_bits(math::atan2(1.0f, std::nanf(""))), 0x7fc00000u);
}

}  // namespace
}  // namespace groundshift

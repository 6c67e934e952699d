// SPDX-License-Identifier: Apache-2.0
// Histogram matching of integers against skimage, of float32 against sorted values.
#include "kernels/solve/histogram_match.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "kernels/api/pair_tile.hpp"
#include "kernels/math/float_bins.hpp"

namespace groundshift {
namespace {

using Counts = std::vector<std::uint64_t>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Counts no_counts() { return Counts(static_cast<std::size_t>(kFloatBins), 0); }

Counts level_counts(const std::vector<std::int32_t>& values, std::int32_t lowest) {
  Counts counts = no_counts();
  for (const std::int32_t value : values) ++counts[static_cast<std::size_t>(value - lowest)];
  return counts;
}

Counts float_counts(const std::vector<float>& values) {
  Counts counts = no_counts();
  for (const float value : values) ++counts[float_bin(value)];
  return counts;
}

/// The generator of tests/support/histogram_match_reference.py.
std::vector<std::int32_t> band(std::uint64_t seed, int count, std::int32_t low, std::int32_t width, std::int32_t step) {
  std::vector<std::int32_t> out;
  std::uint64_t state = seed;
  for (int i = 0; i < count; ++i) {
    std::int32_t sum = 0;
    for (int k = 0; k < 3; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      sum += static_cast<std::int32_t>((state >> 33) % static_cast<std::uint64_t>(width));
    }
    out.push_back(low + sum / step * step);
  }
  return out;
}

struct Match {
  std::int32_t after;
  float expected;
};

void expect_matches(const ValueMap& map, const std::vector<Match>& matches) {
  for (const Match& m : matches) EXPECT_EQ(map(static_cast<float>(m.after)), m.expected) << m.after;
}

// Constants: output of tests/support/histogram_match_reference.py (skimage 0.19.3), equal to the last bit of float32.
TEST(ValueMap, IsSkimagesOnU8) {
  const ValueMap map(PixelType::u8, level_counts(band(1, 700, 30, 60, 2), 0), level_counts(band(2, 500, 5, 40, 1), 0));
  expect_matches(map, {{10, 43.20000076293945f},
                       {26, 68.9000015258789f},
                       {39, 82.0f},
                       {50, 97.44000244140625f},
                       {61, 110.80000305175781f},
                       {72, 126.73332977294922f},
                       {83, 147.44000244140625f},
                       {94, 159.75384521484375f},
                       {106, 178.39999389648438f}});
}

TEST(ValueMap, IsSkimagesOnU16) {
  const ValueMap map(PixelType::u16, level_counts(band(3, 600, 200, 9000, 1), 0),
                     level_counts(band(4, 290, 40000, 5000, 10), 0));
  expect_matches(
      map,
      {{41490, 2586.93115234375f}, {43300, 6233.310546875f},   {44080, 7813.7587890625f},  {44670, 8801.4140625f},
       {45170, 9614.20703125f},    {45470, 10311.896484375f},  {45880, 10757.9306640625f}, {46190, 11443.0693359375f},
       {46580, 12020.2412109375f}, {46990, 12683.8271484375f}, {47530, 13243.8623046875f}, {47750, 13772.0f},
       {48100, 14231.4482421875f}, {48440, 14835.1376953125f}, {48920, 15435.3447265625f}, {49180, 15969.5859375f},
       {49400, 16724.861328125f},  {49600, 17409.5859375f},    {49960, 17948.103515625f},  {50470, 18618.896484375f},
       {50930, 19505.03515625f},   {51770, 20851.96484375f},   {52980, 23323.275390625f}});
}

TEST(ValueMap, IsSkimagesOnI16) {
  const ValueMap map(PixelType::i16, level_counts(band(5, 400, -30000, 15000, 25), -32768),
                     level_counts(band(6, 300, -900, 700, 1), -32768));
  expect_matches(map, {{-682, -26008.333984375f},
                       {-477, -20300.0f},
                       {-359, -18091.666015625f},
                       {-269, -15625.0f},
                       {-215, -14400.0f},
                       {-173, -13558.3330078125f},
                       {-113, -12500.0f},
                       {-73, -11625.0f},
                       {-12, -10458.3330078125f},
                       {39, -9766.6669921875f},
                       {75, -8833.3330078125f},
                       {94, -7458.33349609375f},
                       {138, -6641.66650390625f},
                       {190, -5375.0f},
                       {243, -4225.0f},
                       {275, -3375.0f},
                       {329, -2416.666748046875f},
                       {400, -1100.0f},
                       {444, -275.0f},
                       {483, 950.0f},
                       {535, 1916.6666259765625f},
                       {601, 3550.0f},
                       {798, 6141.66650390625f},
                       {960, 9425.0f}});
}

TEST(ValueMap, TakesTheFirstAndLastLevelBeyondTheEnds) {
  const ValueMap map(PixelType::u8, level_counts({10, 20, 20, 30}, 0), level_counts({100, 101, 102, 103}, 0));
  EXPECT_EQ(map(0.0f), 10.0f);    // nothing of AFTER up to here: numpy.interp's left end
  EXPECT_EQ(map(100.0f), 10.0f);  // a quarter
  EXPECT_EQ(map(101.0f), 15.0f);  // half, between 1/4 (10) and 3/4 (20)
  EXPECT_EQ(map(102.0f), 20.0f);
  EXPECT_EQ(map(103.0f), 30.0f);
  EXPECT_EQ(map(255.0f), 30.0f);
  EXPECT_EQ(map(-5.0f), 10.0f);
  EXPECT_EQ(map(1e9f), 30.0f);
  EXPECT_TRUE(std::isnan(map(std::nanf(""))));
}

TEST(ValueMap, MapsConstantBands) {
  const Counts flat = level_counts({7, 7, 7}, 0), spread = level_counts({1, 2, 3, 9}, 0);
  EXPECT_EQ(ValueMap(PixelType::u16, spread, flat)(7.0f), 9.0f);  // skimage: share 1 is the largest
  EXPECT_EQ(ValueMap(PixelType::u16, flat, spread)(2.0f), 7.0f);
  EXPECT_EQ(ValueMap(PixelType::u16, flat, spread)(60000.0f), 7.0f);
  // f32: all of the constant's bin holds BEFORE's values, so the constant itself lies within BEFORE's range
  const ValueMap from_flat(PixelType::f32, float_counts({1.0f, 2.0f, 4.0f}), float_counts({7.0f, 7.0f}));
  EXPECT_GE(from_flat(7.0f), 1.0f);
  EXPECT_LE(from_flat(7.03f), 4.04f);
  const ValueMap to_flat(PixelType::f32, float_counts({7.0f}), float_counts({1.0f, 2.0f, 4.0f}));
  for (const float value : {-1.0f, 1.0f, 2.0f, 3.0f, 4.0f, 9.0f}) EXPECT_NEAR(to_flat(value), 7.0f, 0.04f) << value;
}

TEST(ValueMap, NeverFalls) {
  std::mt19937 random(11);
  for (const PixelType type : {PixelType::u8, PixelType::u16, PixelType::i16}) {
    const std::uint32_t levels = type == PixelType::u8 ? 256 : 65536;
    Counts before = no_counts(), after = no_counts();
    for (int i = 0; i < 300; ++i) {
      before[random() % levels] += random() % 1000;
      after[random() % levels] += random() % 1000;
    }
    const ValueMap map(type, before, after);
    const std::int32_t lowest = type == PixelType::i16 ? -32768 : 0;
    float last = -kInfinity;
    for (std::uint32_t k = 0; k < levels; ++k) {
      const float value = map(static_cast<float>(lowest + static_cast<std::int32_t>(k)));
      ASSERT_GE(value, last) << k;
      last = value;
    }
  }
}

TEST(ValueMap, NeverFallsOnFloats) {
  std::mt19937 random(12);
  std::normal_distribution<float> wide(0.0f, 50.0f), narrow(3.0f, 0.1f);
  std::vector<float> before, after, probes;
  for (int i = 0; i < 5000; ++i) {
    before.push_back(wide(random));
    after.push_back(narrow(random));
    probes.push_back(wide(random));
    probes.push_back(narrow(random));
  }
  std::sort(probes.begin(), probes.end());
  const ValueMap map(PixelType::f32, float_counts(before), float_counts(after));
  const ValueMap back(PixelType::f32, float_counts(after), float_counts(before));
  for (std::size_t i = 0; i + 1 < probes.size(); ++i) {
    ASSERT_LE(map(probes[i]), map(probes[i + 1])) << probes[i];
    ASSERT_LE(back(probes[i]), back(probes[i + 1])) << probes[i];
  }
}

// Sorted values pair off: the k-th of AFTER belongs on the k-th of BEFORE, within the width of the bins on both dates.
TEST(ValueMap, PairsSortedFloats) {
  std::mt19937 random(13);
  std::gamma_distribution<float> reflectance(4.0f, 0.05f);
  std::vector<float> before, after;
  for (int i = 0; i < 20000; ++i) {
    before.push_back(reflectance(random));
    after.push_back(900.0f + 3000.0f * reflectance(random));
  }
  const ValueMap map(PixelType::f32, float_counts(before), float_counts(after));
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  for (std::size_t i = 100; i + 100 < after.size(); ++i) {
    ASSERT_NEAR(map(after[i]), before[i], 0.016f * before[i] + 0.002f) << i;
  }
}

TEST(ValueMap, IsTheIdentityOnEqualFloats) {
  std::mt19937 random(14);
  std::normal_distribution<float> normal(0.0f, 3.0f);
  std::vector<float> values = {0.0f, 0.0f, 1.0f, 2.0f, 255.0f};
  for (int i = 0; i < 1000; ++i) values.push_back(normal(random));
  const ValueMap map(PixelType::f32, float_counts(values), float_counts(values));
  for (const float value : values) EXPECT_EQ(map(value), value);
}

// Twice the pixels at the same shares: the shares are equal as fractions, not only nearly so.
TEST(ValueMap, ComparesSharesExactly) {
  const std::vector<float> few = {1.0f, 2.0f, 8.0f};
  std::vector<float> many;
  for (int i = 0; i < 7; ++i) many.insert(many.end(), few.begin(), few.end());
  const ValueMap map(PixelType::f32, float_counts(few), float_counts(many));
  for (const float value : few) EXPECT_EQ(map(value), value);
}

TEST(ValueMap, StaysAtTheEndsBeyondTheFloatsOfAfter) {
  const ValueMap map(PixelType::f32, float_counts({-3.0f, 5.0f}), float_counts({100.0f, 200.0f, kInfinity}));
  EXPECT_EQ(map(-1e30f), map(100.0f));
  EXPECT_EQ(map(-kInfinity), map(100.0f));
  EXPECT_NEAR(map(100.0f), -3.0f, 0.02f);
  EXPECT_EQ(map(1e30f), map(kInfinity));
  EXPECT_NEAR(map(1e30f), 5.0f, 0.04f);
  EXPECT_TRUE(std::isnan(map(std::nanf(""))));
}

TEST(ValueMap, NeedsValuesOnBothDates) {
  const Counts none = no_counts(), some = level_counts({1, 2}, 0);
  for (const PixelType type : {PixelType::u8, PixelType::u16, PixelType::i16}) {
    EXPECT_THROW(ValueMap(type, none, some), std::domain_error);
    EXPECT_THROW(ValueMap(type, some, none), std::domain_error);
  }
  const Counts floats = float_counts({1.0f});
  EXPECT_THROW(ValueMap(PixelType::f32, none, floats), std::domain_error);
  EXPECT_THROW(ValueMap(PixelType::f32, floats, float_counts({kInfinity, -kInfinity})), std::domain_error);
  EXPECT_THROW(ValueMap(PixelType::u8, level_counts({300}, 0), some), std::domain_error);
  EXPECT_THROW(ValueMap(PixelType::u8, Counts(256, 1), some), std::invalid_argument);
}

}  // namespace
}  // namespace groundshift

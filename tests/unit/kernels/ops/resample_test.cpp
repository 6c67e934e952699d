// SPDX-License-Identifier: Apache-2.0
// One resampled pixel by hand: which taps count, when there is a value, how it is rounded.
#include "kernels/ops/resample.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

constexpr std::int64_t kOne = std::int64_t{1} << 28;

// 2 x 2 pixels under weights of a quarter and three quarters along x, a half each along y.
struct Square {
  std::vector<std::uint8_t> valid{1, 1, 1, 1};
  std::vector<std::int16_t> x{4096, 12288}, y{8192, 8192};
  std::int32_t first_x = 0, first_y = 0;

  PixelTaps taps() const { return {1, 0, first_x, first_y, 2, 2, x.data(), y.data()}; }
  TapCover cover() const { return tap_cover(taps(), {valid.data(), 2, 2, 2}); }
};

TEST(Resample, NeedsTheNearestPixelAndHalfOfTheWeight) {
  Square square;
  EXPECT_EQ(square.cover().state, ResampledState::whole);
  EXPECT_TRUE(square.cover().plain);
  EXPECT_EQ(square.cover().weight, kOne);
  square.valid = {0, 1, 1, 1};
  EXPECT_EQ(square.cover().state, ResampledState::renormalised);
  EXPECT_EQ(square.cover().weight, kOne / 8 * 7);
  square.valid = {1, 1, 1, 0};  // 5/8
  EXPECT_EQ(square.cover().state, ResampledState::renormalised);
  square.valid = {1, 1, 0, 0};  // half is not more than half
  EXPECT_EQ(square.cover().state, ResampledState::from_invalid);
  square.valid = {1, 0, 1, 1};  // the nearest
  EXPECT_EQ(square.cover().state, ResampledState::from_invalid);
}

TEST(Resample, TapsBeyondTheEdgeAreInvalidAndThoseOfNoWeightDoNotCount) {
  Square square;
  square.first_x = 1;  // the second column of taps is outside: a quarter is left
  EXPECT_EQ(square.cover().state, ResampledState::from_invalid);
  square.x = {12288, 4096};
  EXPECT_EQ(square.cover().state, ResampledState::renormalised);
  square.x = {16384, 0};
  EXPECT_EQ(square.cover().state, ResampledState::whole);
  EXPECT_FALSE(square.cover().plain) << "its second column cannot be read";
  square = Square{};
  square.y = {16384, 0};
  square.valid = {1, 1, 0, 0};
  EXPECT_EQ(square.cover().state, ResampledState::whole);
}

TEST(Resample, DividesByTheWeightOfTheValid) {
  Square square;
  square.valid = {0, 1, 1, 1};
  const std::vector<std::uint16_t> pixels{65535, 10, 20, 31};
  // (3/8 10 + 1/8 20 + 3/8 31) / (7/8) = 20.43
  EXPECT_EQ(partial_value<std::uint16_t>({pixels.data(), 2, 2, 2}, {square.valid.data(), 2, 2, 2}, square.taps(),
                                         square.cover().weight),
            20);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> floats{nan, 10, 20, 31};
  EXPECT_FLOAT_EQ(partial_value<float>({floats.data(), 2, 2, 2}, {square.valid.data(), 2, 2, 2}, square.taps(),
                                       square.cover().weight),
                  143.0f / 7.0f);
}

TEST(Resample, IntegersRoundHalvesAwayFromZeroAndClip) {
  using Words = ResampleSum<std::int16_t>;
  EXPECT_EQ(Words::finish(kOne / 2), 1);
  EXPECT_EQ(Words::finish(kOne / 2 - 1), 0);
  EXPECT_EQ(Words::finish(-kOne / 2), -1);
  EXPECT_EQ(Words::finish(-kOne / 2 + 1), 0);
  EXPECT_EQ(Words::finish(-3 * kOne / 2), -2);
  EXPECT_EQ(Words::finish(40000 * kOne), 32767);
  EXPECT_EQ(Words::finish(-40000 * kOne), -32768);
  EXPECT_EQ(ResampleSum<std::uint8_t>::finish(-kOne), 0);
  EXPECT_EQ(ResampleSum<std::uint8_t>::finish(300 * kOne), 255);
  EXPECT_EQ(ResampleSum<std::uint16_t>::finish(70000 * kOne), 65535);
  for (const std::int64_t sum : {std::int64_t{7}, kOne / 2, kOne / 2 - 1, 12345 * kOne + 77, -kOne / 2, -5 * kOne}) {
    EXPECT_EQ(Words::finish(sum), Words::finish(sum, kOne)) << sum;
  }
  EXPECT_EQ(Words::finish(-5, 2), -3);
  EXPECT_EQ(Words::finish(7, 3), 2);
}

TEST(Resample, PlainValuesAreThoseOfTheCarefulWay) {
  const std::vector<std::int16_t> x{-1024, 9216, 9216, -1024}, y{-100, 16384, 100, 0};
  const PixelTaps taps{1, 1, 0, 0, 4, 4, x.data(), y.data()};
  const std::vector<std::uint8_t> valid(16, 1);
  std::vector<std::uint16_t> words;
  std::vector<float> floats;
  for (int k = 0; k < 16; ++k) {
    words.push_back(static_cast<std::uint16_t>(k % 3 == 0 ? 65535 : 37 * k));
    floats.push_back(0.1f * static_cast<float>(k * k) - 3.0f);
  }
  floats[13] = std::numeric_limits<float>::infinity();  // under a weight of 0
  const std::uint16_t word = partial_value<std::uint16_t>({words.data(), 4, 4, 4}, {valid.data(), 4, 4, 4}, taps, kOne);
  EXPECT_EQ((plain_value<std::uint16_t, 4, 4>(words.data(), 4, taps)), word);
  EXPECT_EQ((plain_value<std::uint16_t, 0, 0>(words.data(), 4, taps)), word);
  const float real = partial_value<float>({floats.data(), 4, 4, 4}, {valid.data(), 4, 4, 4}, taps, kOne);
  EXPECT_TRUE(std::isfinite(real));
  EXPECT_EQ((plain_value<float, 4, 4>(floats.data(), 4, taps)), real);
  EXPECT_EQ((plain_value<float, 0, 0>(floats.data(), 4, taps)), real);
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Nodata on a file's own values, and what float32 cannot hold.
#include "host/io/pixel_conversion.hpp"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace groundshift {
namespace {

using ::testing::ElementsAre;
constexpr float kLargest = std::numeric_limits<float>::max();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(NodataAs, IsAbsentWhereTheTypeHasNoSuchValue) {
  EXPECT_EQ(nodata_as<std::uint8_t>(std::nullopt), std::nullopt);
  EXPECT_EQ(nodata_as<std::uint8_t>(255.0), std::uint8_t{255});
  EXPECT_EQ(nodata_as<std::uint8_t>(256.0), std::nullopt);
  EXPECT_EQ(nodata_as<std::uint8_t>(-1.0), std::nullopt);
  EXPECT_EQ(nodata_as<std::uint8_t>(0.5), std::nullopt);
  EXPECT_EQ(nodata_as<std::uint8_t>(kNan), std::nullopt);
  EXPECT_EQ(nodata_as<std::uint8_t>(kInf), std::nullopt);
  EXPECT_EQ(nodata_as<std::int8_t>(-128.0), std::int8_t{-128});
  EXPECT_EQ(nodata_as<std::int8_t>(128.0), std::nullopt);
  EXPECT_EQ(nodata_as<std::int16_t>(-9999.0), std::int16_t{-9999});
  EXPECT_EQ(nodata_as<std::uint16_t>(-9999.0), std::nullopt);
}

TEST(NodataAs, ReachesTheEndsOfWideIntegers) {
  // 2^63 - 1 and 2^64 - 1 come as the double next to them.
  EXPECT_EQ(nodata_as<std::int64_t>(9223372036854775807.0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(nodata_as<std::int64_t>(-9223372036854775808.0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(nodata_as<std::uint64_t>(18446744073709551615.0), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(nodata_as<std::uint32_t>(4294967295.0), 4294967295u);
  EXPECT_EQ(nodata_as<std::uint32_t>(4294967296.0), std::nullopt);
}

TEST(NodataAs, RoundsToTheFloatThatTheFileHolds) {
  EXPECT_EQ(nodata_as<float>(0.1), 0.1f);
  EXPECT_EQ(nodata_as<float>(-9999.0), -9999.0f);
  EXPECT_EQ(nodata_as<float>(kNan), std::nullopt);
  // A common way to write the largest float with too few digits.
  EXPECT_EQ(nodata_as<float>(-3.4028235e38), -kLargest);
  EXPECT_EQ(nodata_as<float>(3.40282347e38), kLargest);
  EXPECT_EQ(nodata_as<float>(1e39), std::nullopt);
  EXPECT_EQ(nodata_as<double>(1e39), 1e39);
}

TEST(MarkInvalid, KnowsNodataAndKeepsWhatWasInvalid) {
  const std::vector<std::uint16_t> values = {0, 5, 0, 65535, 7};
  std::vector<std::uint8_t> valid = {1, 1, 1, 1, 0};
  mark_invalid<std::uint16_t>(values.data(), 5, std::uint16_t{0}, valid.data());
  EXPECT_THAT(valid, ElementsAre(0, 1, 0, 1, 0));
}

TEST(MarkInvalid, FloatsMustBeFinite) {
  const std::vector<float> values = {1.0f,
                                     std::numeric_limits<float>::quiet_NaN(),
                                     std::numeric_limits<float>::infinity(),
                                     -std::numeric_limits<float>::infinity(),
                                     -kLargest,
                                     -9999.0f,
                                     1e-45f};
  std::vector<std::uint8_t> valid(7, 1);
  mark_invalid<float>(values.data(), 7, -9999.0f, valid.data());
  EXPECT_THAT(valid, ElementsAre(1, 0, 0, 0, 1, 0, 1));
}

TEST(ConvertRow, KeepsSmallTypesExactly) {
  const std::vector<std::int8_t> bytes = {-128, -1, 0, 127};
  std::vector<std::uint8_t> valid(4, 1);
  std::vector<std::int16_t> wide(4);
  EXPECT_EQ(convert_row(bytes.data(), 4, valid.data(), wide.data()), 0);
  EXPECT_THAT(wide, ElementsAre(-128, -1, 0, 127));

  const std::vector<std::uint16_t> words = {0, 1, 40000, 65535};
  std::vector<float> floats(4);
  EXPECT_EQ(convert_row(words.data(), 4, valid.data(), floats.data()), 0);
  EXPECT_THAT(floats, ElementsAre(0.0f, 1.0f, 40000.0f, 65535.0f));
}

TEST(ConvertRow, CountsWhatFloatDoesNotHold) {
  std::vector<std::uint8_t> valid = {1, 1, 1, 1};
  std::vector<float> out(4);
  // 2^24 is the last integer before gaps of two.
  const std::vector<std::int32_t> integers = {16777216, 16777217, -16777217, 16777218};
  EXPECT_EQ(convert_row(integers.data(), 4, valid.data(), out.data()), 2);
  const std::vector<std::uint64_t> wide = {std::uint64_t{1} << 63, (std::uint64_t{1} << 63) + 1,
                                           std::numeric_limits<std::uint64_t>::max(), 3};
  EXPECT_EQ(convert_row(wide.data(), 4, valid.data(), out.data()), 2);
  EXPECT_EQ(out[0], 9223372036854775808.0f);
  const std::vector<double> doubles = {0.5, 0.1, 1e-60, -2.0};
  EXPECT_EQ(convert_row(doubles.data(), 4, valid.data(), out.data()), 2);
  EXPECT_EQ(out[1], 0.1f);
}

TEST(ConvertRow, InvalidPixelsBecomeZeroAndDoNotCount) {
  const std::vector<double> values = {kNan, 0.1, kInf, 2.0};
  std::vector<std::uint8_t> valid = {0, 0, 0, 1};
  std::vector<float> out(4, 9.0f);
  EXPECT_EQ(convert_row(values.data(), 4, valid.data(), out.data()), 0);
  EXPECT_THAT(out, ElementsAre(0.0f, 0.0f, 0.0f, 2.0f));
}

TEST(ConvertRow, DoublesBeyondFloatBecomeInvalid) {
  const std::vector<double> values = {1e300, -1e39, static_cast<double>(kLargest), 1.0};
  std::vector<std::uint8_t> valid(4, 1);
  std::vector<float> out(4);
  EXPECT_EQ(convert_row(values.data(), 4, valid.data(), out.data()), 2);
  EXPECT_THAT(valid, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(out, ElementsAre(0.0f, 0.0f, kLargest, 1.0f));
}

}  // namespace
}  // namespace groundshift

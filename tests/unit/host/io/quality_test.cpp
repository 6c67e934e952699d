// SPDX-License-Identifier: Apache-2.0
// Saturation marks and the quality product's values.
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/io/quality_bits.hpp"
#include "host/io/saturation.hpp"

namespace groundshift {
namespace {

template <class T>
class SaturationOf : public ::testing::Test {};
using PixelTypes = ::testing::Types<std::uint8_t, std::uint16_t, std::int16_t, float>;
TYPED_TEST_SUITE(SaturationOf, PixelTypes);

TYPED_TEST(SaturationOf, TurnsValidPixelsAtTheLimitInAnyBand) {
  using T = TypeParam;
  // Two bands of 3 x 2 pixels, row pitch 4, band pitch 9; the padding is saturated and must not be looked at.
  std::vector<T> pixels(18, T{100});
  for (const int i : {0, 1, 2, 4, 5, 6, 9, 10, 11, 13, 14, 15}) pixels[i] = T{7};
  pixels[1] = T{90};      // (1,0) band 1
  pixels[9 + 6] = T{91};  // (2,1) band 2
  pixels[9 + 2] = T{89};  // (2,0) band 2: just below
  pixels[5] = T{99};      // (1,1), which is invalid
  pixels[0] = T{99};      // (0,0), which is 2 already
  std::vector<std::uint8_t> valid = {2, 1, 1, 1, 1, 0, 1, 1};
  EXPECT_EQ(mark_saturated(pixel_type_of<T>(), pixels.data(), 3, 2, 2, 4, 9, 90.0, valid.data()), 2);
  EXPECT_EQ(valid, (std::vector<std::uint8_t>{2, 2, 1, 1, 1, 0, 2, 1}));
}

TEST(Saturation, LeavesNanAndInfiniteLimitsAlone) {
  const float pixels[] = {std::numeric_limits<float>::quiet_NaN(), 1e30f};
  std::uint8_t valid[] = {1, 1};
  EXPECT_EQ(mark_saturated(PixelType::f32, pixels, 2, 1, 1, 2, 2, std::numeric_limits<double>::infinity(), valid), 0);
  EXPECT_EQ(mark_saturated(PixelType::f32, pixels, 2, 1, 1, 2, 2, 1.0, valid), 1);
  EXPECT_EQ(valid[0], 1);
  EXPECT_EQ(mark_saturated(PixelType::f32, pixels, 0, 0, 1, 0, 0, 1.0, valid), 0);
}

TEST(SaturationValue, IsTheTypesMaximumOrTheUsers) {
  RasterDescription raster;
  raster.path = "s.tif";
  raster.bands.resize(4);
  raster.bands[0].type_name = raster.bands[1].type_name = "UInt16";
  raster.bands[2].type_name = "Byte";
  raster.bands[3].type_name = "Int16";
  EXPECT_EQ(saturation_value("auto", raster, {1, 2}), 65535.0);
  EXPECT_EQ(saturation_value("auto", raster, {3}), 255.0);
  EXPECT_THROW(saturation_value("auto", raster, {1, 3}), InputError);
  EXPECT_THROW(saturation_value("auto", raster, {4}), InputError);
  EXPECT_EQ(saturation_value("4095", raster, {4}), 4095.0);
  EXPECT_THROW(saturation_value("4095x", raster, {1}), UsageError);
  EXPECT_THROW(saturation_value("", raster, {1}), UsageError);
  EXPECT_THROW(saturation_value("nan", raster, {1}), UsageError);
}

TEST(QualityBits, FillAByteAndLeave255Free) {
  int sum = 0;
  std::set<std::string> names;
  for (const std::uint8_t bit : kQualityBits) {
    sum += bit;
    names.insert(quality_name(bit));
  }
  EXPECT_EQ(sum, 255);
  EXPECT_EQ(names.size(), 8u);
  EXPECT_EQ(quality_text(0), "good");
  EXPECT_EQ(quality_text(kNodataBefore | kMaskedAfter), "nodata before + masked after");
  EXPECT_EQ(quality_text(kOutsideAoi), "outside AOI");
}

TEST(QualityBits, HaveNamesAndColoursForEveryValue) {
  const std::vector<Category> all = quality_categories();
  ASSERT_EQ(all.size(), 256u);
  std::set<std::string> names;
  for (int v = 0; v < 256; ++v) {
    EXPECT_EQ(all[v].value, v);
    names.insert(all[v].name);
  }
  EXPECT_EQ(names.size(), 256u);
  const auto same_color = [&](int a, int b) {
    return all[a].red == all[b].red && all[a].green == all[b].green && all[a].blue == all[b].blue;
  };
  EXPECT_TRUE(same_color(kOutsideOverlap, kOutsideOverlap | kNodataAfter));
  EXPECT_FALSE(same_color(kNodataBefore, kNodataBefore | kNodataAfter));
  EXPECT_FALSE(same_color(0, kIncompleteWindow));
  EXPECT_TRUE(same_color(kSaturated, kSaturated | kIncompleteWindow));
}

}  // namespace
}  // namespace groundshift

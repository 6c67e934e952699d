// SPDX-License-Identifier: Apache-2.0
// What users write of masks, and product layouts against their specifications.
#include "host/io/mask_layout.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

MaskSpec parse(const std::string& text) { return parse_mask(text, "--mask"); }
MaskVerdict judged(const MaskRule& rule, double value) { return rule.judge(&value); }

constexpr auto kClear = MaskVerdict::clear;
constexpr auto kMasked = MaskVerdict::masked;
constexpr auto kSaturated = MaskVerdict::saturated;

TEST(ParseMask, LeavesColonsOfPathsAlone) {
  for (const char* path : {"m.tif", "C:\\scenes\\m.tif", "/vsicurl/https://host:8080/m.tif", "NETCDF:a.nc:mask",
                           "GTIFF_DIR:2:m.tif", "HDF5:\"a.h5\"://group/clouds", "s.tif:bitten=3"}) {
    EXPECT_EQ(parse(path).path, path);
    EXPECT_EQ(parse(path).rule.name, "generic");
    EXPECT_EQ(parse(std::string(path) + ":scl").path, path);
    EXPECT_EQ(parse(std::string(path) + ":bits=3,4:invert").path, path);
  }
}

TEST(ParseMask, TakesWordsInAnyOrder) {
  const MaskSpec spec = parse("m.tif:dilate=30m:outside=clear:values=0,1:band=2:bits=3,4:invert");
  EXPECT_EQ(spec.path, "m.tif");
  EXPECT_EQ(spec.dilate_metres, 30.0);
  EXPECT_EQ(spec.dilate_px, 0.0);
  EXPECT_FALSE(spec.outside_is_masked);
  EXPECT_TRUE(spec.rule.inverted);
  ASSERT_EQ(spec.rule.tests.size(), 1u);
  EXPECT_EQ(spec.rule.tests[0].band, 2);
  EXPECT_EQ(spec.rule.tests[0].bits, 24u);
  EXPECT_EQ(spec.rule.tests[0].values, (std::vector<double>{0, 1}));
  EXPECT_EQ(parse("m.tif:dilate=2.5px").dilate_px, 2.5);
  EXPECT_TRUE(parse("m.tif").outside_is_masked);
}

TEST(ParseMask, RefusesWhatMakesNoSense) {
  for (const char* text : {"", ":scl", "m.tif:bits=32", "m.tif:bits=-1", "m.tif:bits=1.5",
                           "m.tif:bits=", "m.tif:bits=1,", "m.tif:values=x", "m.tif:scl:bits=1", "m.tif:scl:udm2",
                           "m.tif:bits=1:bits=2", "m.tif:udm2:band=3", "m.tif:band=0", "m.tif:dilate=3",
                           "m.tif:dilate=-3px", "m.tif:dilate=px", "m.tif:dilate=", "m.tif:outside=far"}) {
    EXPECT_THROW(parse(text), UsageError) << text;
  }
}

TEST(MaskLayout, GenericMasksZeroAlone) {
  const MaskRule rule = parse("m.tif").rule;
  EXPECT_EQ(judged(rule, 0), kMasked);
  EXPECT_EQ(judged(rule, 1), kClear);
  EXPECT_EQ(judged(rule, 255), kClear);
  EXPECT_EQ(judged(rule, -0.5), kClear);
  EXPECT_EQ(judged(rule, std::nan("")), kMasked);
  const MaskRule inverted = parse("m.tif:invert").rule;
  EXPECT_EQ(judged(inverted, 0), kClear);
  EXPECT_EQ(judged(inverted, 255), kMasked);
}

TEST(MaskLayout, SclFollowsSentinel2) {
  const MaskRule rule = *mask_layout("scl");
  // 2 dark, 4 vegetation, 5 bare, 6 water, 7 unclassified, 11 snow stay.
  const bool masked[12] = {true, true, false, true, false, false, false, false, true, true, true, false};
  for (int value = 0; value < 12; ++value) EXPECT_EQ(judged(rule, value) == kMasked, masked[value]) << value;
}

TEST(MaskLayout, QaPixelFollowsLandsatCollection2) {
  const MaskRule rule = *mask_layout("qa_pixel");
  // Values and meanings of table 6-3 of the Landsat 8-9 Collection 2 Level 2 science product guide.
  EXPECT_EQ(judged(rule, 1), kMasked);      // fill
  EXPECT_EQ(judged(rule, 21824), kClear);   // clear with lows set
  EXPECT_EQ(judged(rule, 21826), kMasked);  // dilated cloud over land
  EXPECT_EQ(judged(rule, 21888), kClear);   // water with lows set
  EXPECT_EQ(judged(rule, 21890), kMasked);  // dilated cloud over water
  EXPECT_EQ(judged(rule, 22280), kMasked);  // mid confidence cloud
  EXPECT_EQ(judged(rule, 23888), kMasked);  // high confidence cloud shadow
  EXPECT_EQ(judged(rule, 30048), kClear);   // high confidence snow/ice
  EXPECT_EQ(judged(rule, 54596), kMasked);  // high confidence cirrus
}

TEST(MaskLayout, QaRadsatTellsSaturationFromLoss) {
  const MaskRule rule = *mask_layout("qa_radsat");
  EXPECT_EQ(judged(rule, 0), kClear);
  for (const int bit : {0, 1, 2, 3, 4, 5, 6, 8}) EXPECT_EQ(judged(rule, 1 << bit), kSaturated) << bit;
  EXPECT_EQ(judged(rule, 1 << 9), kMasked);         // dropped pixel
  EXPECT_EQ(judged(rule, 1 << 11), kMasked);        // terrain occlusion
  EXPECT_EQ(judged(rule, (1 << 11) | 4), kMasked);  // before saturated
}

TEST(MaskLayout, Udm2WantsClearAndUsable) {
  const MaskRule rule = *mask_layout("udm2");
  EXPECT_EQ(rule.band_count(), 8);
  // clear, snow, shadow, light haze, heavy haze, cloud, confidence, unusable
  struct Pixel {
    double bands[8];
    MaskVerdict verdict;
  };
  const Pixel pixels[] = {
      {{1, 0, 0, 0, 0, 0, 93, 0}, kClear},  {{0, 1, 0, 0, 0, 0, 80, 0}, kMasked}, {{0, 0, 1, 0, 0, 0, 80, 0}, kMasked},
      {{0, 0, 0, 1, 0, 0, 80, 0}, kMasked}, {{0, 0, 0, 0, 1, 0, 80, 0}, kMasked}, {{0, 0, 0, 0, 0, 1, 99, 2}, kMasked},
      {{0, 0, 0, 0, 0, 0, 0, 1}, kMasked},   // blackfill
      {{1, 0, 0, 0, 0, 0, 93, 2}, kClear},   // cloud of the older mask alone
      {{1, 0, 0, 0, 0, 0, 93, 8}, kMasked},  // suspect data in band 2
  };
  for (const Pixel& p : pixels) EXPECT_EQ(rule.judge(p.bands), p.verdict);
}

TEST(MaskTest, TakesBitsOfIntegersAlone) {
  const MaskTest test{1, 0b10, {}, false, kMasked};
  EXPECT_TRUE(test.holds(2));
  EXPECT_TRUE(test.holds(4294967294.0));
  EXPECT_TRUE(test.holds(-1));
  EXPECT_FALSE(test.holds(5));
  EXPECT_TRUE(test.holds(0.5));
  EXPECT_TRUE(test.holds(std::nan("")));
  EXPECT_FALSE(mask_layout("SCL2"));
}

}  // namespace
}  // namespace groundshift

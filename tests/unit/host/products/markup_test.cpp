// SPDX-License-Identifier: Apache-2.0
// Text of any kind in a page, bytes as base64, numbers as people write them.
#include "host/products/markup.hpp"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

namespace groundshift {
namespace {

TEST(Markup, LeavesNothingThatHtmlWouldRead) {
  EXPECT_EQ(escaped("<a href=\"x\" id='y'>&\n\x7f"), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;  ");
  EXPECT_EQ(escaped("Großstadt 城"), "Großstadt 城");
}

TEST(Markup, KeepsJsonInsideItsScript) {
  EXPECT_EQ(script_safe(R"({"path":"</script><!--"})"), R"({"path":"\u003c/script>\u003c!--"})");
}

TEST(Markup, Base64OfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
  EXPECT_EQ(data_uri("image/png", "fo"), "data:image/png;base64,Zm8=");
}

TEST(Markup, WritesNumbersForPeople) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(-1234567), "-1,234,567");
  EXPECT_EQ(thousands(-123), "-123");
  EXPECT_EQ(short_number(0.000123456), "0.0001235");
  EXPECT_EQ(short_number(73285.4), "73,285");
  EXPECT_EQ(short_number(NAN), "n/a");
  EXPECT_EQ(counted(1, "place", "places"), "1 place");
  EXPECT_EQ(counted(1200, "place", "places"), "1,200 places");
}

TEST(Markup, WritesSharesWithTwoDigits) {
  EXPECT_EQ(percent(0.0), "0 %");
  EXPECT_EQ(percent(0.000001), "less than 0.001 %");
  EXPECT_EQ(percent(0.0007), "0.070 %");
  EXPECT_EQ(percent(0.0042), "0.42 %");
  EXPECT_EQ(percent(0.0123), "1.2 %");
  EXPECT_EQ(percent(0.254), "25 %");
}

TEST(Markup, ChoosesUnits) {
  EXPECT_EQ(area_text(850.0), "850 m²");
  EXPECT_EQ(area_text(9.0), "9 m²");
  EXPECT_EQ(area_text(12000.0), "1.2 ha");
  EXPECT_EQ(area_text(2.5e6), "2.5 km²");
  EXPECT_EQ(area_text(1.44e8), "144 km²");
  EXPECT_EQ(length_text(2000.0), "2 km");
  EXPECT_EQ(length_text(50.0), "50 m");
  EXPECT_EQ(length_text(0.5), "50 cm");
}

TEST(Markup, RoundsDownToOneTwoFive) {
  EXPECT_DOUBLE_EQ(round_below(1.0), 1.0);
  EXPECT_DOUBLE_EQ(round_below(4.99), 2.0);
  EXPECT_DOUBLE_EQ(round_below(1000.0), 1000.0);
  EXPECT_DOUBLE_EQ(round_below(999.0), 500.0);
  EXPECT_DOUBLE_EQ(round_below(0.07), 0.05);
}

TEST(Markup, FillsEachPlaceOnceAndLooksIntoNoValue) {
  EXPECT_EQ(filled("a{{x}}b{{y}}c{{x}}", {{"x", "{{y}}"}, {"y", "2"}}), "a{{y}}b2c{{y}}");
  EXPECT_EQ(filled("", {}), "");
  EXPECT_THROW(filled("{{z}}", {{"x", "1"}}), std::logic_error);
  EXPECT_THROW(filled("{{x", {{"x", "1"}}), std::logic_error);
}

}  // namespace
}  // namespace groundshift

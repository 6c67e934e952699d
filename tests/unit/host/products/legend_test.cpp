// SPDX-License-Identifier: Apache-2.0
// Ramp, ticks, text and layout of the picture.
#include "host/products/legend.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/products/bitmap_font.hpp"
#include "host/products/canvas.hpp"

namespace groundshift {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

double luminance(RgbColor c) { return 0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue; }

TEST(ColorRamp, GetsBrighterAllTheWay) {
  for (int i = 1; i <= 100; ++i)
    EXPECT_GT(luminance(ramp_color(i / 100.0)), luminance(ramp_color((i - 1) / 100.0))) << i;
}

TEST(ColorRamp, MeetsItsStopsAndStaysInside) {
  EXPECT_EQ(ramp_color(0.5), kRampStops[5]);
  EXPECT_EQ(ramp_color(-1.0), kRampStops.front());
  EXPECT_EQ(ramp_color(std::numeric_limits<double>::infinity()), kRampStops.back());
  EXPECT_EQ(ramp_color(std::nan("")), kRampStops.front());
  // Half way between the first two stops, rounded to nearest: (0 + 22) / 2, (0 + 11) / 2, (4 + 57) / 2.
  EXPECT_EQ(ramp_color(0.05), (RgbColor{11, 6, 31}));
}

TEST(Legend, TicksAreRoundAndCoverTheBar) {
  EXPECT_THAT(tick_values(1.0), ElementsAre(0.0, 0.25, 0.5, 0.75, 1.0));
  EXPECT_THAT(tick_values(8.927), ElementsAre(0.0, 2.0, 4.0, 6.0, 8.0));
  EXPECT_THAT(tick_values(0.031),
              ElementsAre(0.0, DoubleNear(0.01, 1e-12), DoubleNear(0.02, 1e-12), DoubleNear(0.03, 1e-12)));
  for (double high = 1e-30; high < 1e38; high *= 1.37) {
    const std::vector<double> ticks = tick_values(high);
    EXPECT_GE(ticks.size(), 4u) << high;
    EXPECT_LE(ticks.size(), 6u) << high;
    EXPECT_LE(ticks.back(), high * 1.000001);
  }
}

TEST(BitmapFont, EveryPrintableCharacterHasItsOwnGlyph) {
  std::set<Glyph> glyphs;
  for (char c = ' '; c <= '~'; ++c) glyphs.insert(glyph_of(c));
  EXPECT_EQ(glyphs.size(), 95u);
  EXPECT_EQ(glyph_of('\x80'), glyph_of('?'));
  EXPECT_EQ(glyph_of('\n'), glyph_of('?'));
}

TEST(Canvas, DrawsALetterWhereItIsTold) {
  IndexedImage drawn = make_canvas(12, 16, {255, 255, 255});
  draw_text(drawn, 1, 1, 2, {0, 0, 0}, "T");  // top bar: 5 glyph pixels, stem in the middle
  const RgbImage image = rgb_of(drawn);
  EXPECT_EQ(image.pixel(1, 1)[0], 0);
  EXPECT_EQ(image.pixel(10, 2)[0], 0);
  EXPECT_EQ(image.pixel(1, 3)[0], 255);
  EXPECT_EQ(image.pixel(5, 14)[0], 0);
  EXPECT_EQ(image.pixel(5, 15)[0], 255);
}

TEST(Canvas, ClipsWhatLiesOutside) {
  IndexedImage drawn = make_canvas(4, 3, {9, 9, 9});
  draw_text(drawn, -3, -3, 4, {0, 0, 0}, "WWW");
  fill_rectangle(drawn, {10, 1, 5, 1}, {1, 2, 3});
  fill_checker(drawn, {-5, -5, 100, 100});
  const RgbImage image = rgb_of(drawn);
  EXPECT_EQ(image.rgb.size(), 36u);
  EXPECT_NE(image.pixel(3, 2)[0], 9);
}

TEST(Canvas, ScoresAreSquaresOfTheRamp) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  IndexedImage drawn = make_canvas(9, 7, {255, 255, 255});
  const std::vector<float> scores{0.0f, 1.0f, kNan, 0.5f};
  fill_scores(drawn, 2, 1, scores, 2, 1.0, 3);
  const RgbImage image = rgb_of(drawn);
  const auto color_at = [&](std::int32_t x, std::int32_t y) {
    const std::uint8_t* c = image.pixel(x, y);
    return RgbColor{c[0], c[1], c[2]};
  };
  for (std::int32_t y = 0; y < 7; ++y) {
    for (std::int32_t x = 0; x < 9; ++x) {
      const RgbColor color = color_at(x, y);
      if (y < 1 || x < 2 || x >= 8) {
        EXPECT_EQ(color, (RgbColor{255, 255, 255}));
      } else if (x < 5 && y >= 4) {
        EXPECT_TRUE(color.red == color.green && color.red < 0xe0) << x << ' ' << y;
      } else {
        EXPECT_EQ(color, ramp_color(y < 4 ? (x < 5 ? 0.0 : 1.0) : 0.5)) << x << ' ' << y;
      }
    }
  }
}

TEST(Canvas, HasNoMoreColorsThanAPalette) {
  IndexedImage image = make_canvas(1, 1, {0, 0, 0});
  for (int i = 1; i < 256; ++i) EXPECT_EQ(place_of(image, {static_cast<std::uint8_t>(i), 0, 0}), i);
  EXPECT_EQ(place_of(image, {7, 0, 0}), 7);
  EXPECT_THROW(place_of(image, {0, 1, 0}), std::logic_error);
}

TEST(Canvas, WrapsAtSpacesAndCutsLongWords) {
  // Ten characters at scale 1 take 59 pixels.
  EXPECT_EQ(text_width("abcdefghij", 1), 59);
  EXPECT_THAT(wrap_text("abcde fghij klm", 1, 59), ElementsAre("abcde", "fghij klm"));
  EXPECT_THAT(wrap_text("abcdefghijkl mn", 1, 59), ElementsAre("abcdefghij", "kl mn"));
  EXPECT_THAT(wrap_text("abc", 1, 1), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(wrap_text("", 1, 59).empty());
}

TEST(Legend, EnlargesSmallPicturesOnly) {
  const auto picture_of = [](std::int32_t width, std::int32_t height) {
    const PooledScores zero{width, height, 1, std::vector<float>(std::size_t(width) * std::size_t(height), 0.0f)};
    return framed_heatmap(zero, "t", {1.0, 99.5});
  };
  EXPECT_EQ(picture_of(400, 400).width, 800 + 32);
  EXPECT_EQ(picture_of(300, 200).width, 900 + 32);
  EXPECT_EQ(picture_of(700, 900).width, 700 + 32);
  EXPECT_EQ(picture_of(1, 1).width, 800 + 32);
  EXPECT_EQ(picture_of(1, 1024).width, 640 + 32);  // room for the legend's text
}

}  // namespace
}  // namespace groundshift

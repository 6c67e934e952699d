// SPDX-License-Identifier: Apache-2.0
// Painting pixel by pixel: a legend is small.
#include "host/products/canvas.hpp"

#include <algorithm>

#include "host/products/bitmap_font.hpp"

namespace groundshift {
namespace {

constexpr RgbColor kCheckerLight{0xd2, 0xd2, 0xd2};
constexpr RgbColor kCheckerDark{0xbc, 0xbc, 0xbc};
constexpr std::int32_t kCheckerSide = 8;

/// paint(x, y) for the part of `where` inside the picture.
template <class Paint>
void for_each_inside(const RgbImage& image, const Window& where, Paint&& paint) {
  const std::int32_t right = std::min(image.width, where.x + where.width);
  const std::int32_t bottom = std::min(image.height, where.y + where.height);
  for (std::int32_t y = std::max(0, where.y); y < bottom; ++y) {
    for (std::int32_t x = std::max(0, where.x); x < right; ++x) paint(x, y);
  }
}

}  // namespace

RgbImage make_canvas(std::int32_t width, std::int32_t height, RgbColor color) {
  RgbImage image;
  image.width = width;
  image.height = height;
  std::vector<std::uint8_t> row;
  for (std::int32_t x = 0; x < width; ++x) row.insert(row.end(), {color.red, color.green, color.blue});
  image.rgb.reserve(row.size() * static_cast<std::size_t>(height));
  for (std::int32_t y = 0; y < height; ++y) image.rgb.insert(image.rgb.end(), row.begin(), row.end());
  return image;
}

void fill_rectangle(RgbImage& image, const Window& where, RgbColor color) {
  for_each_inside(image, where, [&](std::int32_t x, std::int32_t y) { set_pixel(image, x, y, color); });
}

void draw_frame(RgbImage& image, const Window& where, RgbColor color) {
  fill_rectangle(image, {where.x, where.y, where.width, 1}, color);
  fill_rectangle(image, {where.x, where.y + where.height - 1, where.width, 1}, color);
  fill_rectangle(image, {where.x, where.y, 1, where.height}, color);
  fill_rectangle(image, {where.x + where.width - 1, where.y, 1, where.height}, color);
}

void fill_checker(RgbImage& image, const Window& where) {
  for_each_inside(image, where, [&](std::int32_t x, std::int32_t y) {
    const bool light = (x / kCheckerSide + y / kCheckerSide) % 2 == 0;
    set_pixel(image, x, y, light ? kCheckerLight : kCheckerDark);
  });
}

void draw_text(RgbImage& image, std::int32_t x, std::int32_t y, std::int32_t scale, RgbColor color,
               std::string_view text) {
  for (const char character : text) {
    const Glyph& glyph = glyph_of(character);
    for (std::int32_t row = 0; row < kGlyphHeight; ++row) {
      for (std::int32_t column = 0; column < kGlyphWidth; ++column) {
        if ((glyph[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) == 0) continue;
        fill_rectangle(image, {x + column * scale, y + row * scale, scale, scale}, color);
      }
    }
    x += (kGlyphWidth + 1) * scale;
  }
}

std::int32_t text_width(std::string_view text, std::int32_t scale) {
  if (text.empty()) return 0;
  return (static_cast<std::int32_t>(text.size()) * (kGlyphWidth + 1) - 1) * scale;
}

std::vector<std::string> wrap_text(std::string_view text, std::int32_t scale, std::int32_t width) {
  const auto fitting = std::max(1, (width + scale) / ((kGlyphWidth + 1) * scale));
  const auto limit = static_cast<std::size_t>(fitting);
  std::vector<std::string> lines;
  while (text.size() > limit) {
    const std::size_t space = text.rfind(' ', limit);
    const bool at_space = space != std::string_view::npos && space > 0;
    lines.emplace_back(text.substr(0, at_space ? space : limit));
    text.remove_prefix(at_space ? space + 1 : limit);
  }
  if (!text.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace groundshift

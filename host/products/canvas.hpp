// SPDX-License-Identifier: Apache-2.0
// Rectangles and text on an RGB picture; whatever lies outside the picture is clipped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/png.hpp"
#include "host/products/color_ramp.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Of a pixel inside the picture.
inline void set_pixel(RgbImage& image, std::int32_t x, std::int32_t y, RgbColor color) {
  std::uint8_t* p = image.pixel(x, y);
  p[0] = color.red;
  p[1] = color.green;
  p[2] = color.blue;
}

/// A picture of one colour.
RgbImage make_canvas(std::int32_t width, std::int32_t height, RgbColor color);

void fill_rectangle(RgbImage& image, const Window& where, RgbColor color);
/// One pixel wide, just inside `where`.
void draw_frame(RgbImage& image, const Window& where, RgbColor color);
/// Two greys in 8 x 8 squares counted from the picture's origin: what "no data" looks like in every picture.
void fill_checker(RgbImage& image, const Window& where);

/// Text with its upper left corner at (x, y); a glyph is 5 x 7 pixels times `scale`, one free column between glyphs.
void draw_text(RgbImage& image, std::int32_t x, std::int32_t y, std::int32_t scale, RgbColor color,
               std::string_view text);
std::int32_t text_width(std::string_view text, std::int32_t scale);
/// Lines no wider than `width` pixels (at least one character each), broken at spaces where there are any.
std::vector<std::string> wrap_text(std::string_view text, std::int32_t scale, std::int32_t width);

}  // namespace groundshift

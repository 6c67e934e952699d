// SPDX-License-Identifier: Apache-2.0
// Rectangles, text and scores on a picture; whatever lies outside the picture is clipped.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/io/png.hpp"
#include "host/products/color_ramp.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// A picture of one colour. Drawn pictures have few colours and a palette from the start; whoever draws with more than
/// 256 gets std::logic_error.
IndexedImage make_canvas(std::int32_t width, std::int32_t height, RgbColor color);
/// Place of a colour in the palette, where it is put if it was not there.
std::uint8_t place_of(IndexedImage& image, RgbColor color);
/// The same picture by three bytes a pixel.
RgbImage rgb_of(const IndexedImage& image);

void fill_rectangle(IndexedImage& image, const Window& where, RgbColor color);
/// One pixel wide, just inside `where`.
void draw_frame(IndexedImage& image, const Window& where, RgbColor color);
/// Two greys in 8 x 8 squares counted from the picture's origin: what "no data" looks like in every picture.
void fill_checker(IndexedImage& image, const Window& where);
/// Scores 0..high by the ramp, NaN by the checker; score (x, y) of `width` in a row is a square of `enlarge` pixels,
/// the first at `at_x`, `at_y`. All squares lie inside the picture.
void fill_scores(IndexedImage& image, std::int32_t at_x, std::int32_t at_y, std::span<const float> scores,
                 std::int32_t width, double high, std::int32_t enlarge = 1);

/// Text with its upper left corner at (x, y); a glyph is 5 x 7 pixels times `scale`, one free column between glyphs.
void draw_text(IndexedImage& image, std::int32_t x, std::int32_t y, std::int32_t scale, RgbColor color,
               std::string_view text);
std::int32_t text_width(std::string_view text, std::int32_t scale);
/// Lines no wider than `width` pixels (at least one character each), broken at spaces where there are any.
std::vector<std::string> wrap_text(std::string_view text, std::int32_t scale, std::int32_t width);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Painting by places in the palette.
#include "host/products/canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/base/error.hpp"
#include "host/products/bitmap_font.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

constexpr RgbColor kCheckerLight{0xd2, 0xd2, 0xd2};
constexpr RgbColor kCheckerDark{0xbc, 0xbc, 0xbc};
constexpr std::int32_t kCheckerSide = 8;

/// Of row y.
std::uint8_t* row_of(IndexedImage& image, std::int32_t y) {
  return image.index.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width);
}

/// paint(row, y, first, end) for the pixels [first, end) of each row of the part of `where` inside the picture.
template <class Paint>
void for_rows_inside(IndexedImage& image, const Window& where, Paint&& paint) {
  const std::int32_t left = std::max(0, where.x), right = std::min(image.width, where.x + where.width);
  const std::int32_t bottom = std::min(image.height, where.y + where.height);
  for (std::int32_t y = std::max(0, where.y); y < bottom && left < right; ++y) paint(row_of(image, y), y, left, right);
}

void fill_places(IndexedImage& image, const Window& where, std::uint8_t place) {
  for_rows_inside(image, where, [&](std::uint8_t* row, std::int32_t, std::int32_t first, std::int32_t end) {
    std::fill(row + first, row + end, place);
  });
}

/// The two greys.
class Checker {
 public:
  explicit Checker(IndexedImage& image)
      : light_(place_of(image, kCheckerLight)), dark_(place_of(image, kCheckerDark)) {}
  std::uint8_t at(std::int32_t x, std::int32_t y) const {
    return (x / kCheckerSide + y / kCheckerSide) % 2 == 0 ? light_ : dark_;
  }

 private:
  std::uint8_t light_, dark_;
};

constexpr std::uint8_t kNoStep = 255;
static_assert(kRampColors <= kNoStep);

/// The ramp's steps of a row, kNoStep for NaN.
GS_CLONES void steps_of(const float* __restrict scores, double high, std::span<std::uint8_t> steps) {
  std::uint8_t* __restrict to = steps.data();
  for (std::size_t x = 0; x < steps.size(); ++x) {
    const auto step = static_cast<std::uint8_t>(ramp_step(double(scores[x]) / high));
    to[x] = scores[x] == scores[x] ? step : kNoStep;
  }
}

}  // namespace

IndexedImage make_canvas(std::int32_t width, std::int32_t height, RgbColor color) {
  IndexedImage image;
  image.width = width;
  image.height = height;
  image.index.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), place_of(image, color));
  return image;
}

std::uint8_t place_of(IndexedImage& image, RgbColor color) {
  const std::array<std::uint8_t, 4> opaque{color.red, color.green, color.blue, 255};
  const auto found = std::find(image.palette.begin(), image.palette.end(), opaque);
  const auto place = found - image.palette.begin();
  if (found == image.palette.end()) {
    expects(image.palette.size() < 256, "a drawn picture has at most 256 colours");
    image.palette.push_back(opaque);
  }
  return static_cast<std::uint8_t>(place);
}

RgbImage rgb_of(const IndexedImage& image) {
  RgbImage out{image.width, image.height, {}};
  out.rgb.reserve(3 * image.index.size());
  for (const std::uint8_t place : image.index) {
    const auto& color = image.palette[place];
    out.rgb.insert(out.rgb.end(), color.begin(), color.begin() + 3);
  }
  return out;
}

void fill_rectangle(IndexedImage& image, const Window& where, RgbColor color) {
  fill_places(image, where, place_of(image, color));
}

void draw_frame(IndexedImage& image, const Window& where, RgbColor color) {
  fill_rectangle(image, {where.x, where.y, where.width, 1}, color);
  fill_rectangle(image, {where.x, where.y + where.height - 1, where.width, 1}, color);
  fill_rectangle(image, {where.x, where.y, 1, where.height}, color);
  fill_rectangle(image, {where.x + where.width - 1, where.y, 1, where.height}, color);
}

void fill_checker(IndexedImage& image, const Window& where) {
  const Checker checker(image);
  for_rows_inside(image, where, [&](std::uint8_t* row, std::int32_t y, std::int32_t first, std::int32_t end) {
    for (std::int32_t x = first; x < end; ++x) row[x] = checker.at(x, y);
  });
}

void fill_scores(IndexedImage& image, std::int32_t at_x, std::int32_t at_y, std::span<const float> scores,
                 std::int32_t width, double high, std::int32_t enlarge) {
  const Checker checker(image);
  std::array<std::int16_t, kRampColors> places;
  places.fill(-1);  // small pictures see few steps of the ramp
  const auto place_of_step = [&](std::size_t step) {
    if (places[step] < 0) places[step] = place_of(image, ramp_step_color(step));
    return static_cast<std::uint8_t>(places[step]);
  };
  std::vector<std::uint8_t> steps(static_cast<std::size_t>(width));
  const auto rows = static_cast<std::int32_t>(scores.size() / steps.size());
  for (std::int32_t y = 0; y < rows * enlarge; ++y) {
    if (y % enlarge == 0) steps_of(scores.data() + static_cast<std::size_t>(y / enlarge) * steps.size(), high, steps);
    std::int32_t x = at_x;
    std::uint8_t* const to = row_of(image, at_y + y);
    for (const std::uint8_t step : steps) {
      for (const std::int32_t end = x + enlarge; x < end; ++x) {
        to[x] = step == kNoStep ? checker.at(x, at_y + y) : place_of_step(step);
      }
    }
  }
}

void draw_text(IndexedImage& image, std::int32_t x, std::int32_t y, std::int32_t scale, RgbColor color,
               std::string_view text) {
  const std::uint8_t place = place_of(image, color);
  for (const char character : text) {
    const Glyph& glyph = glyph_of(character);
    for (std::int32_t row = 0; row < kGlyphHeight; ++row) {
      for (std::int32_t column = 0; column < kGlyphWidth; ++column) {
        if ((glyph[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) == 0) continue;
        fill_places(image, {x + column * scale, y + row * scale, scale, scale}, place);
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

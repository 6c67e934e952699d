// SPDX-License-Identifier: Apache-2.0
// Layout from top to bottom: title lines, heatmap, colour bar, ticks, notes.
#include "host/products/legend.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/products/bitmap_font.hpp"
#include "host/products/canvas.hpp"

namespace groundshift {
namespace {

constexpr RgbColor kPaper{0xff, 0xff, 0xff};
constexpr RgbColor kInk{0x20, 0x20, 0x20};
constexpr std::int32_t kMargin = 16;
constexpr std::int32_t kTextScale = 2;
constexpr std::int32_t kLineHeight = kGlyphHeight * kTextScale + 6;
constexpr std::int32_t kBarHeight = 22;
constexpr std::int32_t kTickLength = 7;
constexpr std::int32_t kNarrowest = 640;     // a legend's text needs this much
constexpr std::int32_t kSmallSide = 640;     // pictures below this are enlarged ...
constexpr std::int32_t kEnlargedSide = 800;  // ... to at least this

std::int32_t enlargement(std::int32_t width, std::int32_t height) {
  const std::int32_t side = std::max(width, height);
  return side >= kSmallSide ? 1 : (kEnlargedSide - 1) / side + 1;
}

std::string number_text(double v) { return fmt::format("{:.4g}", v); }

void draw_ticks(IndexedImage& canvas, const Window& bar, double high) {
  const std::int32_t text_y = bar.y + bar.height + kTickLength + 4;
  for (const double v : tick_values(high)) {
    const auto x = bar.x + static_cast<std::int32_t>(std::lround(v / high * double(bar.width - 1)));
    fill_rectangle(canvas, {x, bar.y + bar.height, 2, kTickLength}, kInk);
    const std::string text = number_text(v);
    const std::int32_t width = text_width(text, kTextScale);
    const std::int32_t text_x = std::clamp(x - width / 2, bar.x, bar.x + bar.width - width);
    draw_text(canvas, text_x, text_y, kTextScale, kInk, text);
  }
}

void draw_bar(IndexedImage& canvas, const Window& bar) {
  for (std::int32_t i = 0; i < bar.width; ++i) {
    fill_rectangle(canvas, {bar.x + i, bar.y, 1, bar.height}, ramp_color(double(i) / double(bar.width - 1)));
  }
  draw_frame(canvas, bar, kInk);
}

}  // namespace

std::vector<double> tick_values(double high) {
  const double power = std::pow(10.0, std::floor(std::log10(high)));
  const double lead = high / power;  // 1 to 10
  const double step = (lead < 1.5 ? 0.25 : lead < 3.0 ? 0.5 : lead < 6.0 ? 1.0 : 2.0) * power;
  std::vector<double> ticks;
  for (int i = 0; double(i) * step <= high * (1.0 + 1e-9); ++i) ticks.push_back(double(i) * step);
  return ticks;
}

IndexedImage framed_heatmap(const PooledScores& scores, const std::string& title, const Stretch& stretch) {
  const std::int32_t width = scores.width, height = scores.height;
  const std::int32_t enlarge = enlargement(width, height);
  const std::int32_t inner = std::max(kNarrowest, width * enlarge);
  const std::vector<std::string> title_lines = wrap_text(title, kTextScale, inner);
  std::string note = stretch.percentile < 100.0
                         ? fmt::format("score; last colour from {} up, the {:g}th percentile",
                                       number_text(stretch.high), stretch.percentile)
                         : fmt::format("score; last colour at {}, the largest", number_text(stretch.high));
  if (scores.factor > 1) note += fmt::format("; one pixel = mean of {0}x{0}", scores.factor);
  const std::vector<std::string> notes = wrap_text(note, kTextScale, inner);

  const std::int32_t map_y = kMargin + kLineHeight * static_cast<std::int32_t>(title_lines.size()) + 4;
  const Window map{kMargin + (inner - width * enlarge) / 2, map_y, width * enlarge, height * enlarge};
  const Window bar{kMargin, map.y + map.height + kMargin, inner, kBarHeight};
  const std::int32_t notes_y = bar.y + bar.height + kTickLength + 4 + kLineHeight + 6;
  const std::int32_t swatch_y = notes_y + kLineHeight * static_cast<std::int32_t>(notes.size());
  IndexedImage canvas = make_canvas(inner + 2 * kMargin, swatch_y + kLineHeight + kMargin, kPaper);

  for (std::size_t i = 0; i < title_lines.size(); ++i) {
    draw_text(canvas, kMargin, kMargin + kLineHeight * static_cast<std::int32_t>(i), kTextScale, kInk, title_lines[i]);
  }
  fill_scores(canvas, map.x, map.y, scores.means, width, stretch.high, enlarge);
  draw_frame(canvas, {map.x - 1, map.y - 1, map.width + 2, map.height + 2}, kInk);
  draw_bar(canvas, bar);
  draw_ticks(canvas, bar, stretch.high);
  for (std::size_t i = 0; i < notes.size(); ++i) {
    draw_text(canvas, kMargin, notes_y + kLineHeight * static_cast<std::int32_t>(i), kTextScale, kInk, notes[i]);
  }
  const Window swatch{kMargin, swatch_y, 2 * kGlyphHeight * kTextScale, kGlyphHeight * kTextScale};
  fill_checker(canvas, swatch);
  draw_frame(canvas, swatch, kInk);
  draw_text(canvas, swatch.x + swatch.width + 8, swatch_y, kTextScale, kInk, "no data");
  return canvas;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Arrows by hand: a line and two barbs.
#include "host/products/shift_picture.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/products/canvas.hpp"

namespace groundshift {
namespace {

constexpr std::int32_t kLongSide = 800, kMargin = 20, kTitle = 56;
constexpr RgbColor kPaper{255, 255, 255}, kInk{40, 40, 40}, kGround{238, 238, 232};
constexpr RgbColor kAccepted{20, 120, 60}, kRejected{200, 60, 50};

void draw_line(IndexedImage& image, double x0, double y0, double x1, double y1, RgbColor color) {
  const double length = std::max({std::fabs(x1 - x0), std::fabs(y1 - y0), 1.0});
  const int steps = static_cast<int>(std::ceil(length));
  for (int i = 0; i <= steps; ++i) {
    const double t = double(i) / steps;
    const auto x = static_cast<std::int32_t>(std::lround(x0 + t * (x1 - x0)));
    const auto y = static_cast<std::int32_t>(std::lround(y0 + t * (y1 - y0)));
    fill_rectangle(image, {x, y, 1, 1}, color);
  }
}

void draw_arrow(IndexedImage& image, double x, double y, double dx, double dy, RgbColor color) {
  draw_line(image, x, y, x + dx, y + dy, color);
  const double barb = std::min(5.0, 0.4 * std::hypot(dx, dy));
  const double length = std::hypot(dx, dy);
  if (length < 1.0) return fill_rectangle(image, {std::int32_t(x) - 1, std::int32_t(y) - 1, 3, 3}, color);
  const double ux = dx / length, uy = dy / length;
  draw_line(image, x + dx, y + dy, x + dx - barb * (ux + 0.6 * uy), y + dy - barb * (uy - 0.6 * ux), color);
  draw_line(image, x + dx, y + dy, x + dx - barb * (ux - 0.6 * uy), y + dy - barb * (uy + 0.6 * ux), color);
}

}  // namespace

IndexedImage shift_picture(const AlignResult& alignment, std::int32_t width, std::int32_t height) {
  const AlignReport& report = alignment.report;
  const double zoom = double{kLongSide} / std::max(width, height);
  const auto plan_width = std::max(1, static_cast<std::int32_t>(std::lround(zoom * width)));
  const auto plan_height = std::max(1, static_cast<std::int32_t>(std::lround(zoom * height)));
  IndexedImage image = make_canvas(std::max(plan_width, 420) + 2 * kMargin, plan_height + kTitle + 2 * kMargin, kPaper);
  const Window ground{kMargin, kTitle + kMargin, plan_width, plan_height};
  fill_rectangle(image, ground, kGround);
  draw_frame(image, ground, kInk);
  double longest = 0.0;
  for (const TiePoint& p : report.points) {
    if (p.state == TieState::accepted) longest = std::max(longest, std::hypot(p.shift.dx, p.shift.dy));
  }
  const double apart = std::max(12.0, zoom * report.grid.spacing());
  const double enlarged = longest > 0.0 ? apart / longest : 0.0;
  for (const bool accepted : {false, true}) {
    for (const TiePoint& p : report.points) {
      if ((p.state == TieState::accepted) != accepted || p.state == TieState::few_valid) continue;
      const double length = std::hypot(p.shift.dx, p.shift.dy);
      const double shown = length > 2.0 * longest && longest > 0.0 ? 2.0 * longest / length : 1.0;
      draw_arrow(image, ground.x + zoom * p.x, ground.y + zoom * p.y, enlarged * shown * p.shift.dx,
                 enlarged * shown * p.shift.dy, accepted ? kAccepted : kRejected);
    }
  }
  draw_text(image, kMargin, 12, 2, kInk,
            fmt::format("shift {:.2f} px RMS, {} of {} windows", report.field_rms, report.windows_accepted,
                        report.windows_asked));
  draw_text(image, kMargin, 36, 2, kInk,
            fmt::format("{} map, {:.2f} px left; arrow", name_of(alignment.field.model), report.rms_after));
  const std::int32_t at =
      kMargin + text_width("x", 2) +
      text_width(fmt::format("{} map, {:.2f} px left; arrow", name_of(alignment.field.model), report.rms_after), 2);
  draw_arrow(image, at, 43, apart, 0.0, kInk);
  draw_text(image, at + static_cast<std::int32_t>(apart) + 10, 36, 2, kInk, fmt::format("{:.2f} px", longest));
  return image;
}

}  // namespace groundshift

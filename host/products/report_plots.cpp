// SPDX-License-Identifier: Apache-2.0
// SVG by hand: axes, bars, lines, arrows.
#include "host/products/report_plots.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/products/markup.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

/// Plot coordinates of one pair of axes.
struct Axes {
  double left, top, width, height;
  double x_low, x_high, y_low, y_high;
  double x(double v) const { return left + width * (v - x_low) / (x_high - x_low); }
  double y(double v) const { return top + height * (1.0 - (v - y_low) / (y_high - y_low)); }
};

std::string opened(double width, double height, const std::string& label) {
  return fmt::format("<svg class=\"plot\" viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\">\n", width, height,
                     escaped(label));
}

std::string text(double x, double y, const char* anchor, const std::string& words) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, escaped(words));
}

std::string upright(double x, double y, const std::string& words) {
  return fmt::format("<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n", x,
                     y, escaped(words));
}

std::string frame(const Axes& a) {
  return fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}v{:.1f}h{:.1f}\"/>\n", a.left, a.top, a.height, a.width);
}

std::string x_tick(const Axes& a, double v, const std::string& words) {
  return fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}v{:.1f}\"/>\n", a.x(v), a.top, a.height) +
         text(a.x(v), a.top + a.height + 17.0, "middle", words);
}

std::string y_tick(const Axes& a, double v, const std::string& words) {
  return fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}h{:.1f}\"/>\n", a.left, a.y(v), a.width) +
         text(a.left - 6.0, a.y(v) + 4.0, "end", words);
}

/// Four to eight round values inside [low, high].
std::vector<double> ticks(double low, double high) {
  const double step = round_below((high - low) / 3.0);
  std::vector<double> out;
  for (double v = std::ceil(low / step) * step; v <= high + 1e-9 * step; v += step) out.push_back(v);
  return out;
}

struct Range {
  double low, high;
};
/// What 99 of 100 values lie in, so that a few do not squeeze the rest.
Range central(std::vector<float> values) {
  std::sort(values.begin(), values.end());
  const std::size_t cut = values.size() / 200;
  const double low = double(values[cut]), high = double(values[values.size() - 1 - cut]);
  const double margin = high > low ? 0.04 * (high - low) : 0.5;
  return {low - margin, high + margin};
}

}  // namespace

std::vector<ThresholdRow> threshold_rows(const Json& thresholds) {
  std::vector<ThresholdRow> rows;
  const Json& used = at(thresholds, {"used"});
  const std::string used_rule = text_at(used, {"rule"});
  const auto add = [&](const std::string& rule, const Json& record, bool is_used) {
    const auto value = number_at(record, {"value"});
    if (value) rows.push_back({'?', rule, *value, number_at(record, {"changed_fraction"}).value_or(NAN), is_used});
  };
  const Json& all = at(thresholds, {"all"});
  if (all.is_object()) {
    for (const auto& [rule, record] : all.items()) add(rule, record, rule == used_rule);
  }
  if (std::none_of(rows.begin(), rows.end(), [](const ThresholdRow& row) { return row.used; }))
    add(used_rule, used, true);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ThresholdRow& a, const ThresholdRow& b) { return a.value < b.value; });
  char letter = 'A';
  for (ThresholdRow& row : rows) row.letter = letter++;
  return rows;
}

std::string histogram_svg(const ScoreHistogram& h, const Json& thresholds) {
  if (h.counts.empty()) return {};
  const std::vector<ThresholdRow> rows = threshold_rows(thresholds);
  const double last = h.first + h.width * double(h.counts.size());
  Axes a{76, 56, 608, 220, h.first, last, 0.0, 0.0};
  for (const ThresholdRow& row : rows) {
    if (!(row.value > 0.0)) continue;
    a.x_low = std::min(a.x_low, std::log2(row.value) - 0.1);
    a.x_high = std::max(a.x_high, std::log2(row.value) + 0.1);
  }
  const auto share = [&](std::int64_t count) { return std::sqrt(double(count) / double(h.scores)); };
  a.y_high = 1.05 * share(*std::max_element(h.counts.begin(), h.counts.end()));
  std::string svg =
      opened(700, 330, "Histogram of the scores with the threshold of every rule; the table below has the numbers");
  for (int i = 0; i <= 2; ++i) {
    const double v = a.y_high / 1.05 * i / 2;
    svg += y_tick(a, v, percent(v * v));
  }
  const double span = a.x_high - a.x_low;
  const int step = std::max(1, static_cast<int>(std::ceil(span / 9.0)));
  for (int power = static_cast<int>(std::ceil(a.x_low)); power <= std::floor(a.x_high); ++power) {
    if (power % step == 0) svg += x_tick(a, power, short_number(std::exp2(power)));
  }
  if (span < 2.0) {  // fewer than two powers of two: the ends say where we are
    svg += text(a.left, a.top + a.height + 17.0, "start", short_number(std::exp2(a.x_low)));
    svg += text(a.left + a.width, a.top + a.height + 17.0, "end", short_number(std::exp2(a.x_high)));
  }
  svg += fmt::format("<path class=\"bar\" d=\"M{:.1f} {:.1f}", a.x(h.first), a.y(0.0));
  for (std::size_t i = 0; i < h.counts.size(); ++i) {
    svg += fmt::format("V{:.1f}H{:.1f}", a.y(share(h.counts[i])), a.x(h.first + h.width * double(i + 1)));
  }
  svg += fmt::format("V{:.1f}z\"/>\n", a.y(0.0));
  svg += frame(a);
  double before = -1e9;
  int level = 0;
  for (const ThresholdRow& row : rows) {
    if (!(row.value > 0.0)) continue;
    const double x = a.x(std::log2(row.value));
    level = x - before < 14.0 ? (level + 1) % 3 : 0;
    before = x;
    const double top = a.top - 6.0 - 14.0 * level;
    svg += fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>\n", row.used ? "mark used" : "mark", x, top,
                       a.top + a.height);
    svg += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                       row.used ? "used" : "", x, top - 3.0, row.letter);
  }
  svg += text(a.left + a.width / 2, a.top + a.height + 38.0, "middle", "score (each gridline twice the one before)");
  svg += upright(14, a.top + a.height / 2, "share of pixels, square-root scale");
  return svg + "</svg>\n";
}

std::string scatter_svg(const std::vector<float>& before, const std::vector<float>& after, double gain, double offset,
                        const std::string& name) {
  if (before.empty() || after.size() != before.size()) return {};
  const Range x = central(after), y = central(before);
  const Axes a{56, 10, 230, 230, x.low, x.high, y.low, y.high};
  std::string svg =
      opened(300, 290,
             fmt::format("{}: value before against value after, and the fitted line before = {} x "
                         "after {} {}",
                         name, short_number(gain), offset < 0 ? "-" : "+", short_number(std::fabs(offset))));
  for (const double v : ticks(x.low, x.high)) svg += x_tick(a, v, short_number(v));
  for (const double v : ticks(y.low, y.high)) svg += y_tick(a, v, short_number(v));
  svg += "<path class=\"dots\" d=\"";
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double px = double(after[i]), py = double(before[i]);
    if (px < x.low || px > x.high || py < y.low || py > y.high) continue;
    svg += fmt::format("M{:.0f} {:.0f}h0", a.x(px), a.y(py));
  }
  svg += "\"/>\n" + frame(a);
  // The part of the line inside the frame.
  double from = x.low, to = x.high;
  if (gain != 0.0) {
    const double one = (y.low - offset) / gain, two = (y.high - offset) / gain;
    from = std::max(from, std::min(one, two));
    to = std::min(to, std::max(one, two));
  }
  if (to > from && gain * from + offset >= y.low - 1e-6 * (y.high - y.low) &&
      gain * from + offset <= y.high + 1e-6 * (y.high - y.low)) {
    svg += fmt::format("<path class=\"line0\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", a.x(from),
                       a.y(gain * from + offset), a.x(to), a.y(gain * to + offset));
  }
  svg += text(a.left + a.width / 2, a.top + a.height + 36.0, "middle", "after");
  svg += upright(12, a.top + a.height / 2, "before");
  return svg + "</svg>\n";
}

std::string convergence_svg(const Json& rho_by_iteration) {
  if (!rho_by_iteration.is_array() || rho_by_iteration.empty()) return {};
  const std::size_t turns = rho_by_iteration.size();
  const Axes a{56, 12, 400, 200, 1.0, std::max(2.0, double(turns)), 0.0, 1.0};
  std::string svg = opened(520, 262, "Canonical correlations of IR-MAD by iteration");
  for (int i = 0; i <= 4; ++i) svg += y_tick(a, i / 4.0, fmt::format("{:g}", i / 4.0));
  const std::size_t step = (turns - 1) / 10 + 1;
  for (std::size_t turn = 1; turn <= turns; turn += step) svg += x_tick(a, double(turn), fmt::format("{}", turn));
  svg += frame(a);
  const std::size_t variates = rho_by_iteration.back().size();
  double label = -1e9;
  for (std::size_t k = 0; k < variates; ++k) {
    std::string path;
    double last = 0.0;
    for (std::size_t turn = 0; turn < turns; ++turn) {
      const Json& rho = rho_by_iteration[turn];
      if (k >= rho.size() || !rho[k].is_number()) continue;
      last = rho[k].get<double>();
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", a.x(double(turn + 1)), a.y(last));
    }
    if (path.empty()) continue;
    svg += fmt::format("<path class=\"line{}\" d=\"{}\"/>\n", k % 6, path);
    label = std::max(label + 12.0, a.y(last) + 4.0);  // correlations come in descending order
    svg += text(a.left + a.width + 6.0, label, "start", fmt::format("{:.2f}", last));
  }
  svg += text(a.left + a.width / 2, a.top + a.height + 38.0, "middle", "iteration");
  svg += upright(14, a.top + a.height / 2, "correlation");
  return svg + "</svg>\n";
}

std::string shift_svg(const Json& alignment, std::int32_t width, std::int32_t height) {
  const Json& points = at(alignment, {"points"});
  if (!points.is_array() || points.empty()) return {};
  struct Arrow {
    double x, y, dx, dy;
    bool accepted;
  };
  std::vector<Arrow> arrows;
  double longest = 0.0;
  for (const Json& p : points) {
    const auto x = number_at(p, {"x"}), y = number_at(p, {"y"}), dx = number_at(p, {"dx"}), dy = number_at(p, {"dy"});
    if (!x || !y || !dx || !dy) continue;
    arrows.push_back({*x, *y, *dx, *dy, text_at(p, {"state"}) == "accepted"});
    if (arrows.back().accepted) longest = std::max(longest, std::hypot(*dx, *dy));
  }
  if (arrows.empty()) return {};
  const double zoom = 400.0 / std::max(width, height), plan_width = zoom * width, plan_height = zoom * height;
  const double apart = std::sqrt(plan_width * plan_height / double(arrows.size()));
  const double enlarged = longest > 0.0 ? 0.8 * apart / longest : 0.0;
  std::string svg =
      opened(420, plan_height + 44, fmt::format("Measured shifts of {} windows as arrows", arrows.size()));
  svg += fmt::format("<rect class=\"plan\" x=\"10\" y=\"10\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n", plan_width,
                     plan_height);
  const auto arrow = [](double x, double y, double dx, double dy, const char* style) {
    const double length = std::hypot(dx, dy);
    if (length < 1.0) return fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"1.5\"/>\n", style, x, y);
    const double ux = dx / length, uy = dy / length, barb = std::min(5.0, 0.4 * length);
    return fmt::format(
        "<path class=\"{}\" d=\"M{:.1f} {:.1f}l{:.1f} {:.1f}m{:.1f} {:.1f}L{:.1f} {:.1f}l{:.1f} {:.1f}\"/>\n", style, x,
        y, dx, dy, -barb * (ux + 0.6 * uy), -barb * (uy - 0.6 * ux), x + dx, y + dy, -barb * (ux - 0.6 * uy),
        -barb * (uy + 0.6 * ux));
  };
  for (const bool accepted : {false, true}) {
    for (const Arrow& p : arrows) {
      if (p.accepted != accepted) continue;
      const double length = std::hypot(p.dx, p.dy);
      const double shown = longest > 0.0 && length > 1.5 * longest ? 1.5 * longest / length : 1.0;
      svg += arrow(10 + zoom * p.x, 10 + zoom * p.y, enlarged * shown * p.dx, enlarged * shown * p.dy,
                   accepted ? "accepted" : "rejected");
    }
  }
  svg += arrow(14, plan_height + 30, 0.8 * apart, 0.0, "accepted");
  svg += text(22 + 0.8 * apart, plan_height + 34, "start", fmt::format("{:.2f} px; dashed: not accepted", longest));
  return svg + "</svg>\n";
}

}  // namespace groundshift

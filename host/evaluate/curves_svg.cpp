// SPDX-License-Identifier: Apache-2.0
// Two panels drawn by hand: a plotting library would be a large guest for forty lines of paths.
#include "host/evaluate/curves_svg.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "host/base/markup_text.hpp"

namespace groundshift {
namespace {

constexpr double kPanelSide = 400.0;
constexpr double kPanelTop = 90.0;
constexpr std::array<double, 2> kPanelLeft{75.0, 570.0};
// Colours of Okabe & Ito 2008, told apart with every common colour vision.
constexpr std::string_view kCurveColor = "#0072b2";
constexpr std::array<std::string_view, 3> kMarkColors{"#d55e00", "#009e73", "#cc79a7"};

struct Panel {
  double left;
  double x(double v) const { return left + kPanelSide * v; }
  double y(double v) const { return kPanelTop + kPanelSide * (1.0 - v); }
};

void draw_axes(std::string& svg, const Panel& p, std::string_view title, std::string_view x_label,
               std::string_view y_label) {
  for (int i = 0; i <= 5; ++i) {
    const double v = i / 5.0;
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}V{:.1f}M{:.1f} {:.1f}H{:.1f}\"/>\n", p.x(v), p.y(0),
                       p.y(1), p.x(0), p.y(v), p.x(1));
    svg +=
        fmt::format("<path class=\"tick\" d=\"M{:.1f} {:.1f}v6M{:.1f} {:.1f}h-6\"/>\n", p.x(v), p.y(0), p.x(0), p.y(v));
    svg +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.1f}</text>\n", p.x(v), p.y(0) + 22, v);
    svg +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.1f}</text>\n", p.x(0) - 10, p.y(v) + 5, v);
  }
  svg += fmt::format("<rect class=\"frame\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n", p.x(0),
                     p.y(1), kPanelSide, kPanelSide);
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" class=\"title\">{}</text>\n", p.x(0.5),
                     p.y(1) - 14, title);
  svg +=
      fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", p.x(0.5), p.y(0) + 46, x_label);
  svg += fmt::format("<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                     p.x(0) - 46, p.y(0.5), y_label);
}

void draw_curve(std::string& svg, const Panel& p, const std::vector<CurvePoint>& points) {
  if (points.empty()) return;
  svg += "<path class=\"curve\" d=\"M";
  for (const CurvePoint& point : points) svg += fmt::format("{:.2f} {:.2f} ", p.x(point.x), p.y(point.y));
  svg.back() = '"';
  svg += "/>\n";
}

void draw_mark(std::string& svg, std::size_t shape, double x, double y) {
  const std::string_view color = kMarkColors[shape % kMarkColors.size()];
  if (shape % 3 == 0) {
    svg += fmt::format("<rect class=\"mark\" fill=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"11\" height=\"11\"/>\n",
                       color, x - 5.5, y - 5.5);
  } else if (shape % 3 == 1) {
    svg += fmt::format("<circle class=\"mark\" fill=\"{}\" cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"6\"/>\n", color, x, y);
  } else {
    svg += fmt::format("<path class=\"mark\" fill=\"{}\" d=\"M{:.2f} {:.2f}l7 12h-14z\"/>\n", color, x, y - 7);
  }
}

/// Low in the panel, where good curves do not run.
void draw_legend(std::string& svg, const Panel& p, double left, const std::vector<CurveMark>& marks) {
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const double y = p.y(0) - 22.0 * double(marks.size() - i);
    draw_mark(svg, i, left, y);
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left + 14, y + 5, escaped(marks[i].name));
  }
}

}  // namespace

std::string curves_svg(const CurvesFigure& figure) {
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"560\" viewBox=\"0 0 1000 560\" "
      "font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" font-size=\"14\" fill=\"#222222\">\n"
      "<style>.grid{stroke:#e4e4e4;fill:none}.tick{stroke:#222222;fill:none}.frame{stroke:#222222;fill:none}"
      ".title{font-size:16px;font-weight:bold}.mark{stroke:#ffffff;stroke-width:1.5}";
  svg += fmt::format(".curve{{stroke:{};stroke-width:2.5;fill:none;stroke-linejoin:round}}", kCurveColor);
  svg +=
      ".chance{stroke:#888888;stroke-dasharray:6 5;fill:none}</style>\n"
      "<rect width=\"1000\" height=\"560\" fill=\"#ffffff\"/>\n";
  svg += fmt::format("<text x=\"500\" y=\"34\" text-anchor=\"middle\" font-size=\"18\">{}</text>\n",
                     escaped(figure.title));

  const Panel roc{kPanelLeft[0]};
  draw_axes(svg, roc, fmt::format("ROC, AUC = {:.4f}", figure.area_under_roc), "False-positive rate",
            "True-positive rate");
  svg += fmt::format("<path class=\"chance\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", roc.x(0), roc.y(0), roc.x(1),
                     roc.y(1));
  draw_curve(svg, roc, figure.roc);
  for (std::size_t i = 0; i < figure.marks.size(); ++i) {
    draw_mark(svg, i, roc.x(figure.marks[i].roc.x), roc.y(figure.marks[i].roc.y));
  }
  draw_legend(svg, roc, roc.x(0.5), figure.marks);

  const Panel pr{kPanelLeft[1]};
  draw_axes(svg, pr, fmt::format("Precision-recall, AP = {:.4f}", figure.average_precision), "Recall", "Precision");
  svg += fmt::format("<path class=\"chance\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", pr.x(0), pr.y(figure.changed_share),
                     pr.x(1));
  draw_curve(svg, pr, figure.precision_recall);
  for (std::size_t i = 0; i < figure.marks.size(); ++i) {
    if (const auto& at = figure.marks[i].precision_recall) draw_mark(svg, i, pr.x(at->x), pr.y(at->y));
  }
  draw_legend(svg, pr, pr.x(0.04), figure.marks);
  svg += "</svg>\n";
  return svg;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The QML that QGIS reads from the layer: a graduated outline and a label.
#include <array>

#include <fmt/format.h>

#include "host/sites/site_layer.hpp"

namespace groundshift {
namespace {

/// Yellow to dark red, readable over imagery. source : ColorBrewer YlOrRd, five classes
constexpr std::array<const char*, 5> kOutlines = {"255,255,178,255", "254,204,92,255", "253,141,60,255",
                                                  "240,59,32,255", "189,0,38,255"};

std::string symbol(std::size_t index) {
  return fmt::format(
      "      <symbol type=\"fill\" name=\"{0}\" alpha=\"1\" clip_to_extent=\"1\">\n"
      "        <layer class=\"SimpleFill\" enabled=\"1\" pass=\"0\" locked=\"0\">\n"
      "          <prop k=\"color\" v=\"{1}\"/>\n"
      "          <prop k=\"style\" v=\"no\"/>\n"
      "          <prop k=\"outline_color\" v=\"{1}\"/>\n"
      "          <prop k=\"outline_style\" v=\"solid\"/>\n"
      "          <prop k=\"outline_width\" v=\"0.5\"/>\n"
      "          <prop k=\"outline_width_unit\" v=\"MM\"/>\n"
      "        </layer>\n"
      "      </symbol>\n",
      index, kOutlines[index]);
}

}  // namespace

std::string site_style(double lowest_mean, double highest_mean) {
  const auto classes = static_cast<double>(kOutlines.size());
  const auto bound = [&](std::size_t i) {
    return lowest_mean + (highest_mean - lowest_mean) * (static_cast<double>(i) / classes);
  };
  std::string ranges, symbols;
  for (std::size_t i = 0; i < kOutlines.size(); ++i) {
    const double upper = i + 1 == kOutlines.size() ? highest_mean : bound(i + 1);
    ranges += fmt::format(
        "      <range lower=\"{0:.9g}\" upper=\"{1:.9g}\" symbol=\"{2}\" label=\"score {0:.4g} - {1:.4g}\" "
        "render=\"true\"/>\n",
        bound(i), upper, i);
    symbols += symbol(i);
  }
  std::string xml =
      "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      "<qgis version=\"3.22.0\" styleCategories=\"Symbology|Labeling\" labelsEnabled=\"1\">\n"
      "  <renderer-v2 type=\"graduatedSymbol\" attr=\"score_mean\" graduatedMethod=\"GraduatedColor\" "
      "symbollevels=\"0\" forceraster=\"0\" enableorderby=\"0\">\n    <ranges>\n";
  xml += ranges + "    </ranges>\n    <symbols>\n" + symbols + "    </symbols>\n  </renderer-v2>\n";
  xml +=
      "  <labeling type=\"simple\">\n"
      "    <settings calloutType=\"simple\">\n"
      "      <text-style fieldName=\"rank\" isExpression=\"0\" fontFamily=\"Sans Serif\" fontSize=\"9\" "
      "fontSizeUnit=\"Point\" textColor=\"255,255,255,255\" textOpacity=\"1\">\n"
      "        <text-buffer bufferDraw=\"1\" bufferSize=\"0.8\" bufferSizeUnits=\"MM\" bufferColor=\"0,0,0,255\" "
      "bufferOpacity=\"1\"/>\n"
      "      </text-style>\n"
      "      <placement placement=\"1\" priority=\"5\"/>\n"
      "      <rendering obstacle=\"1\" displayAll=\"0\" limitNumLabels=\"0\"/>\n"
      "    </settings>\n"
      "  </labeling>\n"
      "  <blendMode>0</blendMode>\n"
      "</qgis>\n";
  return xml;
}

}  // namespace groundshift

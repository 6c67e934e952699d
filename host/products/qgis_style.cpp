// SPDX-License-Identifier: Apache-2.0
// The few elements of a .qml that a pseudocolour raster needs; QGIS fills in the rest.
#include "host/products/qgis_style.hpp"

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/products/color_ramp.hpp"

namespace groundshift {

std::string qgis_style(double high) {
  expects(high > 0.0, "a style's stretch ends above 0");
  constexpr double kLastStop = double(kRampStops.size() - 1);
  std::string stops;
  for (std::size_t i = 1; i + 1 < kRampStops.size(); ++i) {
    const RgbColor& c = kRampStops[i];
    stops +=
        fmt::format("{}{:g};{},{},{},255", stops.empty() ? "" : ":", double(i) / kLastStop, c.red, c.green, c.blue);
  }
  const RgbColor& first = kRampStops.front();
  const RgbColor& last = kRampStops.back();
  std::string xml =
      "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">\n"
      "  <pipe>\n";
  xml += fmt::format(
      "    <rasterrenderer type=\"singlebandpseudocolor\" band=\"1\" opacity=\"1\" alphaBand=\"-1\" "
      "nodataColor=\"\" classificationMin=\"0\" classificationMax=\"{:.9g}\">\n",
      high);
  xml +=
      "      <rasterTransparency/>\n"
      "      <rastershader>\n";
  xml += fmt::format(
      "        <colorrampshader colorRampType=\"INTERPOLATED\" classificationMode=\"1\" clip=\"0\" "
      "labelPrecision=\"4\" minimumValue=\"0\" maximumValue=\"{:.9g}\">\n",
      high);
  xml += fmt::format(
      "          <colorramp type=\"gradient\" name=\"[source]\">\n"
      "            <prop k=\"color1\" v=\"{},{},{},255\"/>\n"
      "            <prop k=\"color2\" v=\"{},{},{},255\"/>\n"
      "            <prop k=\"discrete\" v=\"0\"/>\n"
      "            <prop k=\"rampType\" v=\"gradient\"/>\n"
      "            <prop k=\"stops\" v=\"{}\"/>\n"
      "          </colorramp>\n",
      first.red, first.green, first.blue, last.red, last.green, last.blue, stops);
  for (std::size_t i = 0; i < kRampStops.size(); ++i) {
    const RgbColor& c = kRampStops[i];
    const double value = high * (double(i) / kLastStop);
    xml +=
        fmt::format("          <item value=\"{:.9g}\" label=\"{:.4g}\" alpha=\"255\" color=\"#{:02x}{:02x}{:02x}\"/>\n",
                    value, value, c.red, c.green, c.blue);
  }
  xml +=
      "        </colorrampshader>\n"
      "      </rastershader>\n"
      "    </rasterrenderer>\n"
      "    <brightnesscontrast brightness=\"0\" contrast=\"0\"/>\n"
      "    <huesaturation saturation=\"0\" colorizeOn=\"0\" grayscaleMode=\"0\"/>\n"
      "    <rasterresampler maxOversampling=\"2\"/>\n"
      "  </pipe>\n"
      "  <blendMode>0</blendMode>\n"
      "</qgis>\n";
  return xml;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Head, map, table, close-ups.
#include "host/products/report_sections.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/products/color_ramp.hpp"
#include "host/products/markup.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

std::string figure(const char* name, const std::string& value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escaped(value));
}

/// Outline as a path; even-odd or not does not matter, as it is not filled.
std::string path_data(const ListedSite& site, double tolerance) {
  std::string d;
  for (const SiteRing& points : drawn_rings(site, tolerance)) {
    double x = 0.0, y = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      // Tenths of a pixel, relative to the point before as written, so that roundings do not add up.
      const double px = std::round(points[i][0] * 10.0) / 10.0, py = std::round(points[i][1] * 10.0) / 10.0;
      if (i == 0) {
        d += fmt::format("M{:.10g} {:.10g}l", px, py);
      } else {
        const double dx = std::round((px - x) * 10.0) / 10.0, dy = std::round((py - y) * 10.0) / 10.0;
        d += fmt::format("{:.10g} {:.10g} ", dx, dy);
      }
      x = px;
      y = py;
    }
    if (!d.empty() && d.back() == ' ') d.pop_back();
    d += 'z';
  }
  return d;
}

std::string picture_pane(const char* id, const std::string& image, const std::string& description) {
  return fmt::format(
      "<div class=\"pane\" id=\"{}-pane\"><div class=\"stage\"><img src=\"{}\" alt=\"{}\"></div></div>\n", id, image,
      escaped(description));
}

std::string outlines(const ReportSources& sources, double tolerance) {
  const Grid& grid = sources.grid();
  std::string paths;
  for (const ListedSite& site : sources.sites->sites) {
    paths += fmt::format("<path id=\"site-{0}\" data-id=\"{0}\" d=\"{1}\"><title>Place {2}</title></path>\n", site.id,
                         path_data(site, tolerance), site.rank);
  }
  return fmt::format(
      "<div class=\"pane lines\"><div class=\"stage\"><svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><use class=\"halo\" href=\"#outlines\"/><g class=\"outlines\"><g "
      "id=\"outlines\">\n{}</g></g></svg>"
      "</div></div>\n",
      grid.width, grid.height, paths);
}

std::string size_text(const ListedSite& site) {
  return site.area_m2 ? area_text(*site.area_m2) : counted(site.area_px, "pixel", "pixels");
}

std::string position_text(const ListedSite& site) {
  if (!site.lon || !site.lat)
    return fmt::format("column {}, row {}", site.col + site.cols / 2, site.row + site.rows / 2);
  return fmt::format("{:.5f}° {}, {:.5f}° {}", std::fabs(*site.lat), *site.lat < 0 ? "S" : "N", std::fabs(*site.lon),
                     *site.lon < 0 ? "W" : "E");
}

std::string site_words(const ListedSite& site) {
  std::string words = fmt::format("Place {}: {}", site.rank, size_text(site));
  if (site.score_max) words += fmt::format(", highest score {}", short_number(*site.score_max));
  if (!site.direction.empty()) words += ", " + site.direction;
  return words + ", " + position_text(site);
}

struct Column {
  const char* name;
  const char* style;
  const char* first;  ///< which way a first click sorts
};

std::string cell(const std::optional<double>& value, const std::string& shown) {
  return fmt::format("<td data-v=\"{}\">{}</td>", value ? fmt::format("{}", *value) : "",
                     value ? escaped(shown) : "&ndash;");
}

std::string number_cell(const std::optional<double>& value) { return cell(value, value ? short_number(*value) : ""); }

std::string site_row(const ListedSite& site) {
  std::string row =
      fmt::format("<tr data-id=\"{}\" data-rank=\"{}\" data-box=\"{} {} {} {}\" data-words=\"{}\">", site.id, site.rank,
                  site.col, site.row, site.cols, site.rows, escaped(site_words(site)));
  row += fmt::format(
      "<td data-v=\"{0}\"><button type=\"button\" aria-label=\"Show place {0} on the map\">{0}</button></td>",
      site.rank);
  row += cell(site.area_m2 ? *site.area_m2 : double(site.area_px), size_text(site));
  row += number_cell(site.score_max) + number_cell(site.score_mean) + number_cell(site.score_sum);
  row += fmt::format("<td class=\"word\" data-v=\"{0}\">{1}</td>", escaped(site.direction),
                     site.direction.empty() ? "&ndash;" : escaped(site.direction));
  row += number_cell(site.p_min);
  row += fmt::format("<td class=\"word\" data-v=\"{0}\">{0}</td>", escaped(position_text(site)));
  row += number_cell(site.compactness) + cell(site.near_mask, percent(site.near_mask.value_or(0.0)));
  row += fmt::format("<td class=\"word\" data-v=\"{0}\">{0}</td>", site.touches_edge ? "yes" : "no");
  row += fmt::format("<td data-v=\"{0}\">{0}</td>", site.id);
  return row + "</tr>\n";
}

}  // namespace

std::string list_items(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) out += fmt::format("<li>{}</li>\n", escaped(sentence));
  return out;
}

std::string boxed_list(const char* style, const char* heading, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  return fmt::format("<div class=\"{}\"><h3>{}</h3><ul>{}</ul></div>\n", style, heading, list_items(sentences));
}

std::string key_figures(const Json& summary, const ReportSources& sources) {
  std::string out;
  const Grid& grid = sources.grid();
  if (sources.sites) {
    out += figure("places", thousands(sources.sites->count));
    if (sources.sites->area_m2) out += figure("their area", area_text(*sources.sites->area_m2));
  }
  if (const auto share = number_at(summary, {"thresholds", "used", "changed_fraction"})) {
    out += figure("above the threshold", percent(*share));
  }
  if (const auto value = number_at(summary, {"thresholds", "used", "value"}))
    out += figure("threshold", short_number(*value));
  out += figure("picture", fmt::format("{} × {} pixels", thousands(grid.width), thousands(grid.height)));
  if (const auto side = pixel_size_in_metres(grid)) out += figure("pixel", short_number(*side) + " m");
  if (const auto valid = number_at(summary, {"valid_pixels"})) {
    out += figure("with a score", percent(*valid / double(pixel_count(grid))));
  }
  return out;
}

std::string map_panes(const ReportSources& sources, const Overview& overview, double tolerance_px) {
  std::string out;
  const bool both = !overview.before.empty() && !overview.after.empty();
  if (!overview.after.empty()) out += picture_pane("second", overview.after, "The scene at the second date");
  if (!overview.before.empty()) out += picture_pane("first", overview.before, "The scene at the first date");
  out += "<div class=\"pane\"><div class=\"stage\">";
  out += fmt::format(
      "<img id=\"score-picture\" src=\"{}\" alt=\"Change scores of the scene, dark is little, bright is much\">",
      overview.score);
  if (!overview.change_class.empty()) {
    out += fmt::format("<img id=\"class-picture\" src=\"{}\" alt=\"What counts as changed, in cyan\">",
                       overview.change_class);
  }
  out += "</div></div>\n";
  if (sources.sites && !sources.sites->sites.empty()) out += outlines(sources, tolerance_px);
  if (!overview.before.empty()) out += "<span class=\"tag first\" aria-hidden=\"true\">before</span>\n";
  if (!overview.after.empty()) out += "<span class=\"tag second\" aria-hidden=\"true\">after</span>\n";
  if (both) out += "<div class=\"divider\" id=\"divider\" aria-hidden=\"true\"><span>&#8596;</span></div>\n";
  return out;
}

std::string swipe_control(const Overview& overview) {
  if (overview.before.empty() || overview.after.empty()) return {};
  return "<div class=\"slide\"><label for=\"swipe\">Swipe: before left, after right</label>"
         "<input type=\"range\" id=\"swipe\" min=\"0\" max=\"100\" step=\"1\" value=\"50\"></div>";
}

std::string overlay_control(const ReportSources& sources, const Overview& overview) {
  // Pictures first where there is something to see in them.
  const bool quiet = (!overview.before.empty() || !overview.after.empty()) && sources.sites && sources.sites->count > 0;
  std::string out;
  if (!overview.change_class.empty()) {
    out +=
        "<fieldset><legend>Overlay</legend>"
        "<label><input type=\"radio\" name=\"overlay\" value=\"score\" checked> score</label>"
        "<label><input type=\"radio\" name=\"overlay\" value=\"changed\"> changed</label></fieldset>";
  }
  return out + fmt::format(
                   "<div class=\"slide\"><label for=\"opacity\">Overlay strength</label>"
                   "<input type=\"range\" id=\"opacity\" min=\"0\" max=\"100\" step=\"5\" value=\"{}\"></div>",
                   quiet ? 0 : 60);
}

std::array<double, 2> even_brightness(const Overview& overview) {
  const double before = overview.before_level, after = overview.after_level;
  if (!(before > 0.0) || !(after > 0.0)) return {1.0, 1.0};
  const double ratio = std::round(100.0 * before / after) / 100.0;
  return ratio >= 1.0 ? std::array{1.0, std::min(ratio, 8.0)} : std::array{std::min(1.0 / ratio, 8.0), 1.0};
}

std::string view_controls(const ReportSources& sources, const Overview& overview) {
  constexpr double kUnlike = 1.2;
  std::string out;
  const auto box = [&](const char* id, const char* state, const char* words) {
    out += fmt::format("<label><input type=\"checkbox\" id=\"{}\"{}> {}</label>", id, state, words);
  };
  if (sources.sites && !sources.sites->sites.empty()) box("show-outlines", " checked", "Outlines of the places");
  const auto [before, after] = even_brightness(overview);
  if (std::max(before, after) >= kUnlike) box("even", "", "Show both dates equally bright");
  return out.empty() ? out : "<div class=\"checks\">" + out + "</div>";
}

std::string ramp_legend(const Overview& overview) {
  std::string colours;
  for (const RgbColor& c : kRampStops) {
    colours += fmt::format("{}#{:02x}{:02x}{:02x}", colours.empty() ? "" : ",", c.red, c.green, c.blue);
  }
  return fmt::format(
      "<div class=\"ramp\"><div class=\"colours\" role=\"img\" aria-label=\"Colours of the score, from dark for 0 to "
      "bright for {0} and more\" style=\"background:linear-gradient(90deg,{1})\"></div>"
      "<div class=\"ends\"><span>score 0</span><span>{0} and more</span></div></div>",
      short_number(overview.score_high), colours);
}

double north_degrees(const Grid& grid) {
  expects(grid.geotransform.has_value(), "north needs a geotransform");
  const auto& g = *grid.geotransform;
  const auto here = to_pixels(grid, g[0], g[3]);
  const auto there = to_pixels(grid, g[0], g[3] + std::max(std::hypot(g[1], g[4]), std::hypot(g[2], g[5])));
  // In metres rather than pixels where sides differ.
  const auto sides = pixel_sides_in_metres(grid).value_or(std::array<double, 2>{1.0, 1.0});
  const double dx = (there[0] - here[0]) * sides[0], dy = (there[1] - here[1]) * sides[1];
  return std::atan2(dx, -dy) * 180.0 / 3.14159265358979323846 + 0.0;
}

std::string north_arrow(const Grid& grid) {
  if (!grid.geotransform || grid.crs_wkt.empty()) return {};
  const double degrees = north_degrees(grid);
  return fmt::format(
      "<svg class=\"north\" viewBox=\"-20 -20 40 40\" role=\"img\" aria-label=\"North of the grid is {}\">"
      "<circle r=\"19\"/><g transform=\"rotate({:.1f})\"><path d=\"M0 -17l6 13h-12z\"/>"
      "<text y=\"10\">N</text></g></svg>",
      std::fabs(degrees) < 0.5 ? std::string("up") : fmt::format("{:.0f} degrees clockwise from up", degrees), degrees);
}

std::string sites_table(const ReportSources& sources) {
  if (!sources.sites || sources.sites->sites.empty()) return {};
  const SiteListing& listing = *sources.sites;
  constexpr Column kColumns[] = {{"Rank", "", "ascending"},
                                 {"Area", "", "descending"},
                                 {"Highest score", "", "descending"},
                                 {"Mean score", "", "descending"},
                                 {"Sum", "", "descending"},
                                 {"Direction", "word", "ascending"},
                                 {"Least p", "", "ascending"},
                                 {"Position", "word", "ascending"},
                                 {"Compactness", "", "descending"},
                                 {"Near mask", "", "descending"},
                                 {"At the edge", "word", "ascending"},
                                 {"Id", "", "ascending"}};
  std::string head;
  for (const Column& c : kColumns) {
    head += fmt::format(
        "<th scope=\"col\" class=\"{}\" data-first=\"{}\" aria-sort=\"{}\"><button type=\"button\">{}</button></th>",
        c.style, c.first, std::string_view(c.name) == "Rank" ? "ascending" : "none", c.name);
  }
  std::string rows;
  for (const ListedSite& site : listing.sites) rows += site_row(site);
  std::string note =
      "Ranked by how far the mean score stands out, and a little by size. Choose a row to see the place on the map, or "
      "an outline to find "
      "its row; column titles sort.";
  if (listing.count > std::int64_t(listing.sites.size())) {
    note += fmt::format(" The first {} of {} places are listed; the layer {} has all.",
                        thousands(std::int64_t(listing.sites.size())), thousands(listing.count), sources.sites_path);
  }
  return fmt::format(
      "<div class=\"table-side\"><div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of the "
      "places\"><table class=\"sites\"><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>"
      "<p class=\"note\">{}</p></div>",
      head, rows, escaped(note));
}

std::string chip_item(const ReportSources& sources, const ListedSite& site, const Chip& chip) {
  const Grid& grid = sources.grid();
  const PixelRect& w = chip.window;
  const auto sides = pixel_sides_in_metres(grid);
  const double across = double(w.width) * (sides ? (*sides)[0] : 1.0);
  const double bar = round_below(0.6 * across);
  const std::string bar_text = sides ? length_text(bar) : fmt::format("{:g} pixels", bar);
  const std::string lines = fmt::format(
      "<svg viewBox=\"{} {} {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><use href=\"#site-{}\"/></svg>",
      w.x, w.y, w.width, w.height, site.id);
  const auto picture = [&](const char* name, const std::string& image, const std::string& extra) {
    if (image.empty())
      return fmt::format("<figure><div class=\"picture\"></div><figcaption>{} missing</figcaption></figure>", name);
    return fmt::format(
        "<figure><div class=\"picture {}\"><img src=\"{}\" width=\"{}\" height=\"{}\" loading=\"lazy\" alt=\"Place {}, "
        "{}\">{}{}</div>"
        "<figcaption>{}</figcaption></figure>",
        name, image, chip.width, chip.height, site.rank, name, lines, extra, name);
  };
  const std::string scale = fmt::format("<span class=\"bar\" style=\"width:{:.2f}%\"></span>", 100.0 * bar / across);
  return fmt::format(
      "<li class=\"chip\" data-id=\"{}\"><h3>Place {}: {}</h3><div class=\"triple\">{}{}{}</div>"
      "<p class=\"facts\"><span>bar {}; score up to {}{}<br>{}</span><button type=\"button\" aria-label=\"Show place "
      "{} on the map\">"
      "On the map</button></p></li>\n",
      site.id, site.rank, escaped(size_text(site)), picture("before", chip.before, scale + north_arrow(grid)),
      picture("after", chip.after, ""), picture("score", chip.score, ""), bar_text,
      site.score_max ? short_number(*site.score_max) : "n/a",
      site.direction.empty() ? "" : "; " + escaped(site.direction), escaped(position_text(site)), site.rank);
}

}  // namespace groundshift

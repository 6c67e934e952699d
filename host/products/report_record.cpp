// SPDX-License-Identifier: Apache-2.0
// Plots with their captions, and the tables of what was read, made and chosen.
#include <cmath>

#include <fmt/format.h>

#include "host/products/markup.hpp"
#include "host/products/report_plots.hpp"
#include "host/products/report_samples.hpp"
#include "host/products/report_sections.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kScatterPoints = 1500, kScatterBands = 12;

std::string value_text(const Json& value) {
  if (value.is_null()) return "not set";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::string out;
    for (const Json& item : value)
      out += (out.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
    return out.empty() ? "none" : out;
  }
  return value.dump();
}

std::string data_row(const std::string& name, const std::string& value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
}

std::string data_table(const std::string& rows) {
  return fmt::format("<div class=\"wide-scroll\"><table class=\"data stacked\"><tbody>{}</tbody></table></div>", rows);
}

std::string figure(const char* style, const std::string& svg, const std::string& caption,
                   const std::string& more = {}) {
  return fmt::format("<figure class=\"{}\"><h3>{}</h3>{}{}</figure>\n", style, escaped(caption), svg, more);
}

std::string absent(const char* style, const std::string& caption, const std::string& why) {
  return figure(style, "", caption, fmt::format("<p>{}</p>", escaped(why)));
}

std::string threshold_table(const Json& thresholds) {
  std::string rows;
  for (const ThresholdRow& row : threshold_rows(thresholds)) {
    rows += fmt::format("<tr{}><td>{}</td><td>{}{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                        row.used ? " class=\"used\"" : "", row.letter, escaped(row.rule), row.used ? " (used)" : "",
                        short_number(row.value), percent(row.changed_fraction));
  }
  if (rows.empty()) return {};
  return fmt::format(
      "<div class=\"wide-scroll\"><table class=\"data\"><thead><tr><th scope=\"col\">line</th><th "
      "scope=\"col\">rule</th>"
      "<th scope=\"col\">score</th><th scope=\"col\">area above it</th></tr></thead><tbody>{}</tbody></table></div>",
      rows);
}

std::string histogram_figure(const Json& summary, const ReportSources& sources) {
  const char* caption = "Scores, and where each rule draws the line";
  const ScoreHistogram histogram = score_histogram(*sources.heatmap);
  const Json& thresholds = at(summary, {"thresholds"});
  const std::string svg = histogram_svg(histogram, thresholds);
  if (svg.empty()) return absent("wide", caption, "No pixel has a score above 0.");
  std::string from = histogram.all
                         ? fmt::format("Counted over all {} scores of the heatmap.", thousands(histogram.scores))
                         : fmt::format(
                               "Counted over {} scores in 256 blocks spread evenly over the heatmap; the shares "
                               "in the table are those of all scores.",
                               thousands(histogram.scores));
  if (histogram.not_positive > 0)
    from += fmt::format(" {} scores of 0 are not drawn.", thousands(histogram.not_positive));
  return figure("wide", svg, caption, fmt::format("<figcaption>{}</figcaption>{}", from, threshold_table(thresholds)));
}

std::string band_name(const ReportDate& date, std::size_t i) {
  const BandInfo& band = date.view->description().bands[static_cast<std::size_t>(date.bands[i] - 1)];
  if (!band.common_name.empty()) return band.common_name;
  return band.description.empty() ? fmt::format("band {}", date.bands[i]) : band.description;
}

std::string scatter_figure(const Json& summary, const ReportSources& sources) {
  const char* caption = "How the brightness of the dates was matched";
  const Json& bands = at(summary, {"normalization", "bands"});
  if (!bands.is_array() || bands.empty()) return absent("wide", caption, "Nothing was matched (--normalize none).");
  const PairSample sample = pair_sample(sources.before, sources.after, sources.grid(), kScatterPoints);
  if (sample.before.empty()) return absent("wide", caption, "Both dates are needed for this plot, and one is missing.");
  std::string plots;
  const std::size_t count = std::min({bands.size(), sample.before.size(), sample.after.size(), kScatterBands});
  for (std::size_t i = 0; i < count; ++i) {
    const double gain = number_at(bands[i], {"gain"}).value_or(1.0),
                 offset = number_at(bands[i], {"offset"}).value_or(0.0);
    const std::string name = band_name(sources.before, i);
    const std::string svg = scatter_svg(sample.before[i], sample.after[i], gain, offset, name);
    if (svg.empty()) continue;
    const auto r = number_at(bands[i], {"r"});
    plots += fmt::format("<figure><h4>{}</h4>{}<figcaption>before = {} × after {} {}{}</figcaption></figure>\n",
                         escaped(name), svg, short_number(gain), offset < 0.0 ? "&minus;" : "+",
                         short_number(std::fabs(offset)), r ? fmt::format("; r {:.2f}", *r) : "");
  }
  if (plots.empty()) return absent("wide", caption, "No pixel of the sample is valid in both dates.");
  std::string note = fmt::format(
      "{} pixels from blocks spread evenly over the scene; the line is the run's fit (method \"{}\"), made on "
      "what it takes for unchanged.",
      thousands(std::int64_t(sample.before[0].size())), text_at(summary, {"normalization", "method"}));
  if (bands.size() > count) note += fmt::format(" The first {} of {} bands.", count, bands.size());
  return figure("wide", "", caption,
                fmt::format("<div class=\"several\">{}</div><figcaption>{}</figcaption>", plots, escaped(note)));
}

std::string convergence_figure(const Json& summary) {
  const char* caption = "IR-MAD by iteration";
  const Json& irmad = at(summary, {"statistics", "irmad"});
  const std::string svg = convergence_svg(at(irmad, {"rho_by_iteration"}));
  if (svg.empty()) return absent("", caption, "The method of this run has no IR-MAD iterations.");
  const std::string score = text_at(summary, {"command", "options", "score"});
  const bool is_start = score.find("irmad") == std::string::npos && at(irmad, {"converged"}) != Json(true);
  const std::string note = at(irmad, {"converged"}) == Json(true) ? "It settled."
                           : is_start
                               ? "A few turns only, to start the fit with neighbourhood weights; it need not settle."
                               : "It did not settle within the iterations allowed.";
  return figure(
      "", svg, caption,
      fmt::format("<figcaption>Correlation of each pair of canonical variates of the two dates. {}</figcaption>",
                  note));
}

std::string shift_figure(const Json& summary, const ReportSources& sources) {
  const char* caption = "Shift between the dates";
  const Json& alignment = at(summary, {"alignment"});
  const std::string svg = alignment.is_null() ? "" : shift_svg(alignment, sources.grid().width, sources.grid().height);
  if (svg.empty()) return absent("", caption, "It was not measured; --align auto does.");
  return figure("", svg, caption,
                fmt::format("<figcaption>{} of {} windows accepted; {:.2f} pixels RMS; {}.</figcaption>",
                            at(alignment, {"windows", "accepted"}).dump(), at(alignment, {"windows", "asked"}).dump(),
                            number_at(alignment, {"field_rms_px"}).value_or(NAN),
                            text_at(alignment, {"model"}) == "none" ? "not worth correcting, nothing was shifted"
                                                                    : "taken out of the scores"));
}

std::string bytes_text(double bytes) {
  return bytes < 1e6 ? fmt::format("{:.0f} kB", std::ceil(bytes / 1e3)) : fmt::format("{:.1f} MB", bytes / 1e6);
}

}  // namespace

std::string plot_figures(const Json& summary, const ReportSources& sources) {
  return histogram_figure(summary, sources) + scatter_figure(summary, sources) + convergence_figure(summary) +
         shift_figure(summary, sources);
}

std::string parameters(const Json& summary) {
  std::string rows;
  const Json& options = at(summary, {"command", "options"});
  if (options.is_object()) {
    for (const auto& [name, value] : options.items()) rows += data_row(name, value_text(value));
  }
  return data_table(rows);
}

std::string provenance(const Json& summary, const ReportSources& sources) {
  std::string rows;
  for (const Json& input : at(summary, {"inputs"})) {
    const Json& size = at(input, {"size"});
    std::string text = fmt::format("{}; {} pixels; bands {}", text_at(input, {"path"}),
                                   size.is_array() && size.size() == 2 ? size[0].dump() + " × " + size[1].dump() : "?",
                                   value_text(at(input, {"bands"})));
    if (const auto bytes = number_at(input, {"bytes"}); bytes && *bytes > 0) text += "; " + bytes_text(*bytes);
    if (const std::string time = text_at(input, {"mtime"}); !time.empty()) text += "; file of " + time;
    text += "; on the grid: " + text_at(input, {"place", "why"});
    rows += data_row(text_at(input, {"role"}), text);
  }
  rows +=
      data_row("grid", fmt::format("{}; {}", text_at(summary, {"grid", "decided"}), crs_name(sources.grid().crs_wkt)));
  for (const Json& product : at(summary, {"products"})) {
    std::string text = text_at(product, {"path"});
    if (const auto bytes = number_at(product, {"bytes"})) text += "; " + bytes_text(*bytes);
    if (const std::string hash = text_at(product, {"pixel_hash"}); !hash.empty()) text += "; pixel hash " + hash;
    rows += data_row(text_at(product, {"name"}), text);
  }
  rows += data_row(
      "program", fmt::format("groundshift {} (commit {}; {})", text_at(summary, {"groundshift", "version"}),
                             text_at(summary, {"groundshift", "commit"}), text_at(summary, {"groundshift", "build"})));
  rows += data_row("backend", fmt::format("{}: {}", text_at(summary, {"plan", "backend", "name"}),
                                          text_at(summary, {"plan", "backend", "why"})));
  rows += data_row("preset", fmt::format("{}: {}", text_at(summary, {"plan", "preset", "name"}),
                                         text_at(summary, {"plan", "preset", "why"})));
  if (const auto wall = number_at(summary, {"timing", "wall_s"}))
    rows += data_row("time", fmt::format("{:.2f} s", *wall));
  if (const auto peak = number_at(summary, {"peak_memory_bytes"})) rows += data_row("most memory", bytes_text(*peak));
  return data_table(rows);
}

}  // namespace groundshift

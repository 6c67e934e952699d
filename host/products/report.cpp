// SPDX-License-Identifier: Apache-2.0
// Parts to page.
#include "host/products/report.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"
#include "host/engine/version.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"
#include "host/products/markup.hpp"
#include "host/products/report_page.hpp"
#include "host/products/report_sections.hpp"
#include "host/products/report_words.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Beyond this many corners of all outlines together they are simplified, so that a page stays small.
constexpr std::size_t kMostCorners = 100000;
/// Close-ups beyond which all are made smaller, for the same reason: 200 of them stay below 6 MB.
constexpr std::size_t kManyChips = 100;
constexpr std::int32_t kChipSide = 192, kSmallChipSide = 160;
constexpr std::int64_t kBlockCacheBytes = std::int64_t{128} << 20;

std::string file_name(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  return name.empty() ? path : name;
}

std::string title_of(const ReportSources& sources, const ReportOptions& options) {
  if (!options.title.empty()) return options.title;
  const std::string before = file_name(sources.before.path), after = file_name(sources.after.path);
  // before.tif and after.tif of many folders are told apart by these.
  const std::string folder = fs::path(sources.before.path).parent_path().filename().string();
  const bool same_folder = fs::path(sources.before.path).parent_path() == fs::path(sources.after.path).parent_path();
  return fmt::format("Change between {} and {}{}", before, after,
                     same_folder && !folder.empty() && folder != "." ? " of " + folder : "");
}

std::string dates_text(const ReportSources& sources) {
  std::string out;
  for (const ReportDate* date : {&sources.before, &sources.after}) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : ". ", date->role == "before" ? "Before" : "After",
                       date->path.empty() ? "unknown" : date->path);
    if (date->view && !date->view->acquired().empty()) out += fmt::format(" (taken {})", date->view->acquired());
  }
  return out;
}

std::string picture_note(const ReportSources& sources, const Overview& overview) {
  std::string out;
  const Grid& grid = sources.grid();
  if (!sources.shown_text.empty()) {
    out += fmt::format("Both dates show {} on one stretch (1st to 99th percentile of both together, gamma {:g}).",
                       sources.shown_text, overview.stretch.gamma);
  }
  if (overview.width < grid.width || overview.height < grid.height) {
    out += fmt::format(" The map has {} × {} of the {} × {} pixels; close-ups are at native resolution.",
                       overview.width, overview.height, thousands(grid.width), thousands(grid.height));
  }
  for (const ReportDate* date : {&sources.before, &sources.after}) {
    if (date->view && date->view->warped())
      out += fmt::format(" The {} date was resampled onto the grid for the pictures.",
                         date->role == "before" ? "first" : "second");
  }
  return out;
}

/// 0 while the outlines are few; else doubled until their corners are.
double outline_tolerance(const ReportSources& sources) {
  if (!sources.sites) return 0.0;
  double tolerance = 0.0;
  for (;;) {
    std::size_t corners = 0;
    for (const ListedSite& site : sources.sites->sites) {
      for (const SiteRing& ring : drawn_rings(site, tolerance)) corners += ring.size();
    }
    if (corners <= kMostCorners || tolerance > 64.0) return tolerance;
    tolerance = tolerance > 0.0 ? 2.0 * tolerance : 0.75;
  }
}

std::string chips_section(const ReportSources& sources, const Overview& overview, std::int32_t most, int threads,
                          const JobContext& context) {
  if (!sources.sites || sources.sites->sites.empty() || most == 0) return {};
  const auto& sites = sources.sites->sites;
  const std::size_t count = std::min(sites.size(), static_cast<std::size_t>(most));
  const std::int32_t side = count > kManyChips ? kSmallChipSide : kChipSide;
  std::string items;
  context.progress->begin("close-ups", static_cast<std::int64_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    throw_if_stopped(context.stop);
    items += chip_item(sources, sites[i], make_chip(sources, overview, sites[i], side, threads));
    context.progress->advance(1);
  }
  context.progress->end();
  const std::string note =
      std::int64_t(count) < sources.sites->count
          ? fmt::format("<p>The first {} of {}.</p>", counted(std::int64_t(count), "place", "places"),
                        thousands(sources.sites->count))
          : "";
  return fmt::format(
      "<section aria-labelledby=\"chips-title\"><h2 id=\"chips-title\">Close-ups</h2>{}<ol class=\"chips\">{}</ol>"
      "</section>",
      note, items);
}

std::string map_data(const ReportSources& sources, const Overview& overview) {
  const Grid& grid = sources.grid();
  const auto sides = pixel_sides_in_metres(grid);
  return script_safe(Json{{"width", grid.width},
                          {"height", grid.height},
                          {"overview", overview.width},
                          {"bright", even_brightness(overview)},
                          {"metres", sides ? Json((*sides)[0]) : Json(nullptr)}}
                         .dump());
}

Json read_summary(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || fs::is_directory(path, error)) throw InputError(fmt::format("{}: no such summary", path.string()));
  try {
    return Json::parse(file);
  } catch (const Json::exception& e) {
    throw InputError(fmt::format("{}: is no JSON: {}", path.string(), e.what()));
  }
}

}  // namespace

std::string report_html(const Json& summary, const fs::path& folder, const ReportOptions& options,
                        const JobContext& context, const DateMeans& made) {
  const ReportSources sources = open_report_sources(summary, folder, options);
  throw_if_stopped(context.stop);
  Overview overview = read_overview(sources, options.max_side, number_at(summary, {"thresholds", "used", "value"}),
                                    options.threads, made);
  throw_if_stopped(context.stop);
  const Grid& grid = sources.grid();
  const std::string table = sites_table(sources);
  std::string plots;
  double tolerance = 0.0;
  parallel_for(3, options.threads, context.stop, [&](std::int64_t part, int) {  // no file is read by two of them
    if (part == 0) encode_overview(sources, overview, options.threads);
    if (part == 1) plots = plot_figures(summary, sources);
    if (part == 2) tolerance = outline_tolerance(sources);
  });
  throw_if_stopped(context.stop);
  const std::string version = fmt::format("groundshift {} (commit {})", version_text(), commit_text());
  return filled(
      report_page_html(),
      {{"generator", escaped(version)},
       {"title", escaped(title_of(sources, options))},
       {"style", report_page_css()},
       {"headline", escaped(headline(summary, sources))},
       {"dates", escaped(dates_text(sources))},
       {"method", escaped(method_sentence(summary))},
       {"figures", key_figures(summary, sources)},
       {"caveats", list_items(caveats(summary, sources))},
       {"warnings", boxed_list("warnings", "Warnings of the run", run_warnings(summary))},
       {"missing", boxed_list("missing", "Not on this page", missing_parts(sources))},
       {"findings_class", table.empty() ? "" : "with-table"},
       {"aspect", fmt::format("{} / {}", grid.width, grid.height)},
       {"panes", map_panes(sources, overview, tolerance)},
       {"map_north", north_arrow(grid)},
       {"swipe_control", swipe_control(overview)},
       {"overlay_control", overlay_control(sources, overview)},
       {"view_controls", view_controls(sources, overview)},
       {"picture_note", escaped(picture_note(sources, overview))},
       {"legend", ramp_legend(overview)},
       {"table", table},
       {"chips", chips_section(sources, overview, options.chips, options.threads, context)},
       {"plots", plots},
       {"command", escaped(repeat_command(summary))},
       {"provenance", provenance(summary, sources)},
       {"parameters", parameters(summary)},
       {"footer",
        escaped(fmt::format("Made by {}. This file is complete in itself and asks nothing of any network.", version))},
       {"map_data", map_data(sources, overview)},
       {"summary", script_safe(summary.dump(-1, ' ', false, Json::error_handler_t::replace))},
       {"script", report_page_js()}});
}

ProductRecord write_report(const fs::path& summary, const fs::path& out, const ReportOptions& options,
                           const JobContext& context) {
  check_output_path(out, options.overwrite);
  limit_gdal_block_cache(kBlockCacheBytes);
  const Json json = read_summary(summary);
  const std::string page = with_context(summary.string(), [&] {
    try {
      return report_html(json, summary.parent_path(), options, context);
    } catch (const Json::exception& e) {
      throw InputError(fmt::format("not the summary of a detect run: {}", e.what()));
    }
  });
  write_text_file(out, page);
  ProductRecord record;
  record.name = "report";
  record.path = out;
  record.byte_count = static_cast<std::int64_t>(page.size());
  return record;
}

}  // namespace groundshift

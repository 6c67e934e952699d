// SPDX-License-Identifier: Apache-2.0
// `groundshift sites HEATMAP OUT`: options in, a ranked layer of sites and a short table out.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/resources.hpp"
#include "host/sites/sites_job.hpp"

namespace groundshift::cli {
namespace {

using nlohmann::ordered_json;

struct SitesArguments {
  std::string heatmap, out, class_out, scratch;
  std::string threshold = "auto", min_area = "4px", max_hole = "0", memory;
  int connectivity = 8, threads = 0;
  bool json = false;
  SitesJobOptions options;
};

SitesJobOptions options_of(const SitesArguments& arguments) {
  SitesJobOptions options = arguments.options;
  options.heatmap = arguments.heatmap;
  options.layer.path = arguments.out;
  options.class_out = arguments.class_out;
  options.threshold = threshold_choice_of(lower(arguments.threshold));
  options.sites.min_area = parse_area("--min-area", arguments.min_area);
  options.sites.max_hole = parse_area("--max-hole", arguments.max_hole);
  options.sites.connectivity = parse_connectivity(arguments.connectivity);
  options.sites.memory_bytes = arguments.memory.empty() ? default_memory_bytes() : parse_bytes(arguments.memory);
  options.threads = arguments.threads > 0 ? arguments.threads : available_threads();
  const auto folder = options.layer.path.has_parent_path() ? options.layer.path.parent_path() : ".";
  options.sites.scratch_folder = arguments.scratch.empty() ? folder : std::filesystem::path(arguments.scratch);
  return options;
}

/// JSON has no NaN and no infinity: null.
ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }

ordered_json site_json(const SiteRecord& r) {
  return {{"id", r.id},
          {"rank", r.rank},
          {"area_m2", number(r.area_m2)},
          {"area_px", r.area_px},
          {"lon", number(r.lon)},
          {"lat", number(r.lat)},
          {"col", r.col},
          {"row", r.row},
          {"cols", r.cols},
          {"rows", r.rows},
          {"score_mean", number(r.score_mean)},
          {"score_max", number(r.score_max)},
          {"score_sum", number(r.score_sum)},
          {"compactness", r.compactness},
          {"near_mask", r.near_mask},
          {"touches_edge", r.touches_edge}};
}

ordered_json threshold_json(const ThresholdValue& t) {
  return {{"rule", t.rule}, {"value", number(t.value)}, {"changed_fraction", t.changed_fraction}};
}

std::string report_json(const SitesJobOptions& options, const SitesReport& report, const Warnings& warnings) {
  ordered_json json;
  json["heatmap"] = options.heatmap.string();
  json["band"] = options.band;
  json["layer"] = options.layer.path.string();
  json["class"] = options.class_out.empty() ? ordered_json(nullptr) : ordered_json(options.class_out.string());
  json["size"] = {report.grid.width, report.grid.height};
  json["threshold"] = threshold_json(report.used);
  json["thresholds"] = ordered_json::array();
  for (const ThresholdValue& t : report.thresholds) json["thresholds"].push_back(threshold_json(t));
  json["pixels"] = {{"scored", report.counts.scored},
                    {"changed", report.counts.changed},
                    {"sites", report.counts.site_pixels},
                    {"filled", report.counts.filled_pixels}};
  json["filled_holes"] = report.counts.filled_holes;
  json["site_count"] = report.site_count;
  json["written"] = report.written;
  json["area_m2"] = number(report.area_m2);
  json["sites"] = ordered_json::array();
  for (const SiteRecord& r : report.first) json["sites"].push_back(site_json(r));
  json["warnings"] = ordered_json::array();
  for (const Warning& w : warnings.list()) {
    json["warnings"].push_back({{"code", w.code}, {"message", w.message}, {"count", w.count}});
  }
  json["peak_memory_bytes"] = peak_memory_bytes();
  return json.dump(2) + "\n";
}

void print_table(const SitesJobOptions& options, const SitesReport& report) {
  constexpr std::size_t kRows = 10;
  fmt::print("{:<10} {} sites of {} pixels (score above {:.6g}, {}: {:.3g} % of {} scored pixels)\n", "sites",
             report.site_count, report.counts.site_pixels, report.used.value, report.used.rule,
             100.0 * report.used.changed_fraction, report.counts.scored);
  if (!report.first.empty()) {
    const bool metric = std::isfinite(report.area_m2);
    fmt::print("{:>6} {:>9} {:>14} {:>12} {:>11} {:>11} {:>10} {:>10}\n", "rank", "id", metric ? "area m2" : "area px",
               "score sum", "score mean", "score max", metric ? "lon" : "col", metric ? "lat" : "row");
    for (std::size_t i = 0; i < std::min(kRows, report.first.size()); ++i) {
      const SiteRecord& r = report.first[i];
      fmt::print("{:>6} {:>9} {:>14.0f} {:>12.5g} {:>11.4g} {:>11.4g} {:>10.{}f} {:>10.{}f}\n", r.rank, r.id,
                 metric ? r.area_m2 : static_cast<double>(r.area_px), r.score_sum, r.score_mean, r.score_max,
                 metric ? r.lon : r.col + 0.5 * r.cols, metric ? 5 : 1, metric ? r.lat : r.row + 0.5 * r.rows,
                 metric ? 5 : 1);
    }
  }
  fmt::print("{:<10} {} ({} features)\n", "layer", options.layer.path.string(), report.written);
  if (!options.class_out.empty()) fmt::print("{:<10} {}\n", "class", options.class_out.string());
}

void run(const SitesArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  const SitesJobOptions options = options_of(arguments);
  const SitesReport report = run_sites(options, console.context());
  console.print_warnings();
  if (arguments.json) {
    fmt::print("{}", report_json(options, report, console.warnings()));
  } else if (!invocation.quiet) {
    print_table(options, report);
  }
}

}  // namespace

void add_sites_verb(CLI::App& app, Invocation& invocation) {
  const auto arguments = std::make_shared<SitesArguments>();
  SitesJobOptions& options = arguments->options;
  CLI::App* verb = app.add_subcommand("sites", "Ranked polygons of what changed, out of any heatmap");
  verb->add_option("HEATMAP", arguments->heatmap, "raster of change scores, larger = more change")->required();
  verb->add_option("OUT", arguments->out, "layer to write: *.gpkg, *.geojson, *.fgb or *.shp")->required();
  verb->add_option("--band", options.band, "band of the heatmap, from 1 (1)")->check(CLI::PositiveNumber);
  std::string rules;
  for (const ThresholdRuleOnBins& rule : threshold_rules()) rules += std::string(rule.name) + ", ";
  verb->add_option("--threshold", arguments->threshold, rules + "value:X (auto)")->type_name("RULE");
  verb->add_option("--hysteresis", options.sites.hysteresis_factor,
                   "grow sites to connected scores above threshold / FACTOR (1 = off)")
      ->type_name("FACTOR");
  verb->add_option("--open", options.sites.open_radius, "opening by a disk of R pixels (0 = off)")
      ->type_name("R")
      ->check(CLI::Range(0, 1000));
  verb->add_option("--close", options.sites.close_radius, "closing by a disk of R pixels (0 = off)")
      ->type_name("R")
      ->check(CLI::Range(0, 1000));
  verb->add_option("--min-area", arguments->min_area, "smallest site, in m2, ha, km2 or px (4px; 0 = all)")
      ->type_name("AREA");
  verb->add_option("--max-hole", arguments->max_hole, "largest hole that is filled, in m2, ha, km2 or px (0 = none)")
      ->type_name("AREA");
  verb->add_option("--connectivity", arguments->connectivity, "4 or 8 neighbours (8)")->type_name("4|8");
  verb->add_option("--simplify", options.layer.simplify,
                   "tolerance for simpler outlines, in units of the layer's CRS (0)")
      ->type_name("TOL");
  verb->add_option("--top", options.layer.top, "write the first N sites only (0 = all)")->type_name("N");
  verb->add_option("--class-out", arguments->class_out,
                   "also write the final mask: 0 unchanged, 1 changed, 255 no score")
      ->type_name("FILE");
  verb->add_option("--scratch", arguments->scratch, "folder of the scratch file (that of OUT)")->type_name("DIR");
  verb->add_option("--memory", arguments->memory,
                   "memory to use, for example 4GiB (half of the machine's, at most 8GiB)")
      ->type_name("SIZE");
  verb->add_option("--threads", arguments->threads, "threads for decoding and encoding (all)")->type_name("N");
  verb->add_flag("--overwrite", options.layer.overwrite, "replace existing outputs");
  verb->add_flag("--json", arguments->json, "print one JSON object instead of the table");
  verb->callback(
      [arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

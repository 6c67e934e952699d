// SPDX-License-Identifier: Apache-2.0
// Plan and result to JSON.
#include "host/engine/summary.hpp"

#include <cmath>

#include "host/engine/version.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN or infinity: those become null.
Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

Json grid_json(const Grid& grid) {
  return {{"size", {grid.width, grid.height}},
          {"geotransform", grid.geotransform ? Json(*grid.geotransform) : Json(nullptr)},
          {"crs", grid.crs_wkt.empty() ? Json(nullptr) : Json(grid.crs_wkt)}};
}

Json input_json(const PlannedInput& input) {
  const RasterDescription& d = input.description;
  Json nodata = Json::array(), types = Json::array();
  for (const std::int32_t b : input.selection.bands) {
    const auto& own = d.bands[b - 1].nodata;
    const auto& used = input.selection.ignore_nodata ? std::optional<double>{}
                       : input.selection.nodata      ? input.selection.nodata
                                                     : own;
    // NaN is valid as a nodata value but not as JSON.
    nodata.push_back(!used ? Json(nullptr) : std::isnan(*used) ? Json("nan") : number(*used));
    types.push_back(d.bands[b - 1].type_name);
  }
  Json out = {{"role", input.role},
              {"path", d.path},
              {"size", {d.grid.width, d.grid.height}},
              {"bands", input.selection.bands},
              {"type", types}};
  out.update(grid_json(d.grid));
  out["nodata"] = nodata;
  out["bytes"] = d.file_bytes;
  out["mtime"] = d.modified;
  return out;
}

Json options_json(const DetectPlan& plan) {
  const DetectOptions& o = plan.options;
  const auto text_or_null = [](const auto& v) { return v ? Json(*v) : Json(nullptr); };
  return {{"before", o.before},
          {"after", o.after},
          {"out", o.out.string()},
          {"normalize", name_of(o.normalize)},
          {"score", name_of(o.score)},
          {"smooth", o.smooth},
          {"epsilon", o.epsilon ? Json(*o.epsilon) : Json("auto")},
          {"before_bands", plan.before.selection.bands},
          {"after_bands", plan.after.selection.bands},
          {"src_nodata", o.ignore_nodata ? Json("none") : text_or_null(o.src_nodata)},
          {"ot", name_of(o.type)},
          {"of", name_of(o.format)},
          {"co", o.creation_options},
          {"scratch", o.scratch.empty() ? Json(nullptr) : Json(o.scratch.string())},
          {"overwrite", o.overwrite},
          {"backend", name_of(o.resources.backend)},
          {"threads", o.resources.threads},
          {"memory_bytes", o.resources.memory_bytes},
          {"tile", o.resources.tile == kAutoTile    ? Json("auto")
                   : o.resources.tile == kWholeTile ? Json("whole")
                                                    : Json(o.resources.tile)}};
}

Json stages_json(const DetectResult& result) {
  double read = 0.0, compute = 0.0, write = 0.0;
  for (const PassTiming& p : result.passes) {
    read += p.read_busy_s;
    compute += p.compute_busy_s;
    write += p.consume_busy_s;
  }
  const std::int64_t written = result.products.empty() ? 0 : result.products.front().byte_count;
  return {{"read", {{"busy_s", read}, {"bytes", result.decoded_bytes_before + result.decoded_bytes_after}}},
          {"compute", {{"busy_s", compute}, {"bytes", result.decoded_bytes_before + result.decoded_bytes_after}}},
          {"write", {{"busy_s", write}, {"bytes", written}}}};
}

Json products_json(const DetectResult& result) {
  Json list = Json::array();
  for (const ProductRecord& p : result.products) {
    Json item = {{"name", p.name}, {"path", p.path.string()}, {"bytes", p.byte_count}};
    if (!p.pixel_hash.empty()) item["pixel_hash"] = p.pixel_hash;
    if (p.statistics) {
      item["min"] = number(p.statistics->min);
      item["max"] = number(p.statistics->max);
      item["mean"] = number(p.statistics->mean);
      item["std"] = number(p.statistics->std);
      item["valid"] = p.statistics->valid;
    }
    list.push_back(item);
  }
  return list;
}

}  // namespace

Json plan_json(const DetectPlan& plan) {
  Json passes = Json::array();
  for (const PlannedPass& p : plan.passes) {
    passes.push_back(
        {{"name", p.name}, {"why", p.why}, {"tiles", plan.tiles.tiles.size()}, {"pixels", pixel_count(plan.grid)}});
  }
  return {{"groundshift", {{"version", version_text()}, {"commit", commit_text()}, {"build", build_text()}}},
          {"command", {{"verb", "detect"}, {"options", options_json(plan)}}},
          {"inputs", {input_json(plan.before), input_json(plan.after)}},
          {"grid", grid_json(plan.grid)},
          {"plan",
           {{"backend", {{"name", plan.backend.backend->name()}, {"why", plan.backend.why}}},
            {"pixel_type", name_of(plan.type)},
            {"tile", {plan.tiles.tile_width, plan.tiles.tile_height}},
            {"panel_width", plan.tiles.panel_width},
            {"halo", plan.halo},
            {"slots", plan.tiles.slot_count},
            {"readers", plan.tiles.readers},
            {"compute_threads", plan.tiles.computes},
            {"unit_cache", {plan.tiles.before_units, plan.tiles.after_units}},
            {"memory_budget_bytes", plan.options.resources.memory_bytes},
            {"memory_planned_bytes", plan.tiles.planned_bytes},
            {"passes", passes},
            {"resident", "none"}}}};
}

Json summary_json(const DetectPlan& plan, const DetectResult& result, const Warnings& warnings) {
  Json out = plan_json(plan);
  out["valid_pixels"] = result.valid_pixels;
  Json bands = Json::array();
  for (const BandNormalization& fit : result.fits) {
    if (plan.options.normalize == NormalizationKind::none && fit.count == 0) continue;  // nothing was measured
    bands.push_back({{"gain", fit.gain},
                     {"offset", fit.offset},
                     {"r", number(fit.correlation)},
                     {"n", fit.count},
                     {"rmse_before", number(fit.rmse_before)},
                     {"rmse_after", number(fit.rmse_after)}});
  }
  out["normalization"] = {{"method", name_of(plan.options.normalize)}, {"bands", bands}};
  Json statistics = Json::object();
  if (result.epsilon > 0.0) statistics["epsilon"] = result.epsilon;
  if (plan.options.score == ScoreKind::scva) {
    Json sigma = Json::array();
    for (const BandNormalization& fit : result.fits) sigma.push_back(fit.sigma);
    statistics["no_change_sigma"] = sigma;
  }
  out["statistics"] = statistics;
  out["thresholds"] = {{"used", nullptr}, {"all", Json::object()}};
  out["products"] = products_json(result);
  Json list = Json::array();
  for (const Warning& w : warnings.list())
    list.push_back({{"code", w.code}, {"message", w.message}, {"count", w.count}});
  out["warnings"] = list;
  out["timing"] = {{"wall_s", result.wall_s}, {"stages", stages_json(result)}};
  out["peak_memory_bytes"] = peak_memory_bytes();
  return out;
}

void write_summary(const DetectPlan& plan, const DetectResult& result, const Warnings& warnings) {
  write_text_file(summary_path(plan.options.out), summary_json(plan, result, warnings).dump(2) + "\n");
}

}  // namespace groundshift

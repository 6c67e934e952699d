// SPDX-License-Identifier: Apache-2.0
// Plan and result to JSON.
#include "host/engine/summary.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "host/engine/decode_facts.hpp"
#include "host/engine/grid_json.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/version.hpp"
#include "host/io/output_file.hpp"
#include "kernels/solve/fit_sample.hpp"
#include "kernels/solve/weight_table.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

Json input_json(const PlannedInput& input, const GridOptions& grid, const DecodePlan& decode) {
  const RasterDescription& d = input.description;
  Json nodata = Json::array(), types = Json::array();
  for (const std::int32_t b : input.selection.bands) {
    const auto& own = d.bands[b - 1].nodata;
    const auto& used = input.selection.ignore_nodata ? std::optional<double>{}
                       : input.selection.nodata      ? input.selection.nodata
                                                     : own;
    // NaN is valid as a nodata value but not as JSON.
    nodata.push_back(!used ? Json(nullptr) : std::isnan(*used) ? Json("nan") : number_json(*used));
    types.push_back(d.bands[b - 1].type_name);
  }
  Json out = {{"role", input.role},
              {"path", d.path},
              {"size", {d.grid.width, d.grid.height}},
              {"bands", input.selection.bands},
              {"type", types}};
  out.update(grid_json(d.grid));
  out["nodata"] = nodata;
  out["place"] = place_json(input, grid);
  out["reader"] = {{"way", way_in(input, decode)}, {"units_given_to_gdal", input.source->units_given_to_gdal()}};
  out["bytes"] = d.file_bytes;
  out["mtime"] = d.modified;
  return out;
}

template <class T>
Json value_or(const std::optional<T>& value, const char* otherwise) {
  return value ? Json(*value) : otherwise != nullptr ? Json(otherwise) : Json(nullptr);
}

Json threshold_option(const Threshold& t) {
  return has_number(t.rule) ? Json(fmt::format("{}:{}", name_of(t.rule), t.value)) : Json(name_of(t.rule));
}

/// Every option of the method as resolved: what the preset chose stands here like what the user said.
Json method_json(const Method& m) {
  Json scores = Json::array();
  for (const ScoreName score : m.scores) scores.push_back(name_of(score));
  return {{"preset", name_of(m.preset)},
          {"normalize", name_of(m.normalize)},
          {"score", score_text(m)},
          {"smooth", m.smooth},
          {"texture", m.texture},
          {"window", m.window},
          {"weights", name_of(m.weights)},
          {"chronochrome", name_of(m.options.chronochrome)},
          {"epsilon", value_or(m.options.epsilon, "auto")},
          {"data_range", value_or(m.options.data_range, "auto")},
          {"irmad", name_of(m.options.irmad)},
          {"irmad_tolerance", m.irmad_tolerance},
          {"irmad_passes", m.options.irmad_passes},
          {"fit_pixels", m.fit_pixels == kFitAll ? Json("all") : Json(m.fit_pixels)},
          {"tolerate_shift", m.options.tolerate_shift},
          {"local_contrast", m.options.local_contrast},
          {"threshold", threshold_option(m.threshold)},
          {"null", name_of(m.options.null)},
          {"pixel_size", value_or(m.options.pixel_size, nullptr)}};
}

Json products_option(const ProductChoice& p) {
  Json list = {"score"};
  if (p.change_class) list.push_back("class");
  if (p.pvalue) list.push_back("pvalue");
  if (p.direction) list.push_back("direction");
  if (p.normalized) list.push_back("normalized");
  if (p.quality) list.push_back("quality");
  if (p.sites) list.push_back("sites");
  if (p.report) list.push_back("report");
  if (p.stac) list.push_back("stac");
  return list;
}

std::string grid_option(const GridOptions& grid) {
  if (grid.choice == GridChoice::file) return grid.file;
  return grid.choice == GridChoice::before ? "before" : "after";
}

/// As on the command line.
std::string area_option(const AreaLimit& limit) {
  return fmt::format("{:.17g}{}", limit.value, limit.unit == AreaUnit::pixels ? "px" : "m2");
}

Json icm_option(const std::optional<IcmOptions>& icm) {
  return icm ? Json(fmt::format("{:.17g},{}{}", icm->beta, icm->sweeps, icm->priors ? ",priors" : "")) : Json(nullptr);
}

Json options_json(const DetectPlan& plan) {
  const DetectOptions& o = plan.options;
  Json json = {{"before", o.before}, {"after", o.after}, {"out", o.out.string()}};
  json.update(method_json(plan.method));
  json.update({{"before_bands", plan.before.selection.bands},
               {"after_bands", plan.after.selection.bands},
               {"src_nodata", o.ignore_nodata ? Json("none") : value_or(o.src_nodata, nullptr)},
               {"grid", grid_option(o.grid)},
               {"te", value_or(o.grid.extent, nullptr)},
               {"tr", value_or(o.grid.resolution, nullptr)},
               {"t_srs", o.grid.target_crs.empty() ? Json(nullptr) : Json(o.grid.target_crs)},
               {"tap", o.grid.aligned},
               {"resampling", groundshift::name_of(o.grid.resampling)},
               {"align", groundshift::name_of(o.align)},
               {"max_shift", o.align.max_shift},
               {"mask", o.rules.masks},
               {"before_mask", o.rules.before_masks},
               {"after_mask", o.rules.after_masks},
               {"aoi", o.rules.aoi.empty() ? Json(nullptr) : Json(o.rules.aoi)},
               {"saturated", o.rules.saturated.empty() ? Json(nullptr) : Json(o.rules.saturated)},
               {"products", products_option(o.products)},
               {"hysteresis", o.sites.icm ? 1.0 : plan.method.hysteresis},
               {"icm", icm_option(o.sites.icm)},
               {"open", o.sites.open_radius},
               {"close", o.sites.close_radius},
               {"min_area", area_option(o.sites.min_area)},
               {"max_hole", area_option(o.sites.max_hole)},
               {"connectivity", static_cast<int>(o.sites.connectivity)},
               {"simplify", o.sites.simplify},
               {"top", o.sites.top},
               {"ot", name_of(o.type)},
               {"of", name_of(o.format)},
               {"co", o.creation_options},
               {"scratch", o.scratch.empty() ? Json(nullptr) : Json(o.scratch.string())},
               {"overwrite", o.overwrite},
               {"backend", name_of(o.resources.backend)},
               {"decode", name_of(o.resources.decode)},
               {"threads", o.resources.threads},
               {"memory_bytes", o.resources.memory_bytes},
               {"tile", o.resources.tile == kAutoTile    ? Json("auto")
                        : o.resources.tile == kWholeTile ? Json("whole")
                                                         : Json(o.resources.tile)}});
  return json;
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

const char* kept_tiles(const DetectPlan& plan) {
  const bool device = plan.backend.backend->has_device_memory();
  switch (plan.keep) {
    case KeptTiles::none: break;
    case KeptTiles::memory: return device ? "device, then memory" : plan.packs_bits() ? "memory, bit-packed" : "memory";
    case KeptTiles::spilled: return device ? "device, then memory, then scratch" : "memory, then scratch";
  }
  return "none";
}

Json irmad_json(const PairFit& fit) {
  const IrmadReport& r = *fit.irmad;
  Json history = Json::array();
  for (const std::vector<double>& rho : r.rho) history.push_back(rho);
  Json json = {{"mode", name_of(r.mode)},
               {"iterations", r.passes},
               {"converged", r.converged},
               {"degenerate", r.degenerate},
               {"rho", r.rho.empty() ? Json::array() : Json(r.rho.back())},
               {"rho_by_iteration", history}};
  if (fit.warm_start) {
    json["warm_start"] = {{"stride", fit.warm_start->stride},
                          {"points", fit.warm_start->points},
                          {"iterations", fit.warm_start->iterations}};
  }
  if (!r.why.empty()) json["why"] = r.why;
  if (!r.rho.empty() && fit.sample.sampled) {
    Json errors = Json::array();
    for (const double rho : r.rho.back()) errors.push_back(sampling_error(rho, fit.sample.cells));
    json["rho_sampling_error"] = errors;
  }
  return json;
}

Json null_json(const PairFit& fit, const Method& m) {
  Json json = {{"degrees_of_freedom", fit.degrees_of_freedom},
               {"used", fit.null ? name_of(m.options.null) : "chi2"},
               {"chi2",
                {{"scale", m.has(ScoreName::irmad) && m.options.irmad == IrmadMode::consistent
                               ? consistency_factor(fit.degrees_of_freedom)
                               : 1.0}}}};
  if (m.options.irmad == IrmadMode::canty && m.has(ScoreName::irmad)) {
    json["chi2"]["textbook"] = true;
    json["chi2"]["calibrated_scale"] = textbook_scale(fit.degrees_of_freedom);
  }
  if (fit.null) json["f"] = {{"k", fit.null->k}, {"nu", number_json(fit.null->nu)}};
  return json;
}

Json thresholds_json(const std::optional<ScoreThresholds>& thresholds) {
  if (!thresholds) return {{"used", nullptr}, {"all", Json::object()}};
  Json all = Json::object();
  for (const ThresholdRecord& t : thresholds->all) {
    all[t.rule] = {{"value", t.value}, {"changed_fraction", t.changed_fraction}};
  }
  const ThresholdRecord& used = thresholds->used;
  return {{"used", {{"rule", used.rule}, {"value", used.value}, {"changed_fraction", used.changed_fraction}}},
          {"all", all}};
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
          {"inputs",
           {input_json(plan.before, plan.options.grid, plan.decode),
            input_json(plan.after, plan.options.grid, plan.decode)}},
          {"bands_matched", plan.matched_bands.empty() ? Json(nullptr) : Json(plan.matched_bands)},
          {"alignment", alignment_json(plan.alignment)},
          {"masks", masks_json(plan.rules)},
          {"aoi", plan.rules.aoi ? Json(plan.rules.aoi->text()) : Json(nullptr)},
          {"grid", output_grid_json(plan)},
          {"plan",
           {{"backend", {{"name", plan.backend.backend->name()}, {"why", plan.backend.why}}},
            {"decode", decode_json(plan)},
            {"pixel_type", name_of(plan.type)},
            {"tile", {plan.tiles.tile_width, plan.tiles.tile_height}},
            {"panel_width", plan.tiles.panel_width},
            {"halo", plan.halo},
            {"slots", plan.tiles.slot_count},
            {"workers", plan.tiles.workers},
            {"unit_cache", {plan.tiles.before_units, plan.tiles.after_units}},
            {"memory_budget_bytes", plan.options.resources.memory_bytes},
            {"memory_planned_bytes", plan.tiles.planned_bytes},
            {"passes", passes},
            {"written", way_out(plan)},
            {"preset", {{"name", groundshift::name_of(plan.method.preset)}, {"why", plan.method.why}}},
            {"fit_sampled", plan.sampled()},
            {"resident",
             {{"tiles", kept_tiles(plan)},
              {"memory_bytes", plan.store_bytes},
              {"alignment_bytes", plan.kept_unit_bytes}}}}}};
}

Json statistics_json(const DetectPlan& plan, const PairFit& fit) {
  const Method& m = plan.method;
  Json json = Json::object();
  if (fit.epsilon > 0.0) json["epsilon"] = fit.epsilon;
  if (fit.data_range > 0.0) json["data_range"] = fit.data_range;
  if (m.has(ScoreName::scva)) {
    Json sigma = Json::array();
    for (const BandNormalization& band : fit.fits) sigma.push_back(band.sigma);
    json["no_change_sigma"] = sigma;
  }
  if (fit.irmad) json["irmad"] = irmad_json(fit);
  if (!fit.mad_rho.empty()) json["mad"] = {{"rho", fit.mad_rho}};
  if (fit.degrees_of_freedom > 0) json["null"] = null_json(fit, m);
  if (m.normalize == NormalizationKind::contextual) json["contextual"] = {{"turns", fit.contextual_turns}};
  if (fit.isfa_passes > 0) json["isfa"] = {{"iterations", fit.isfa_passes}};
  if (fit.texture) json["texture"] = {{"mean", fit.texture->mean}, {"inverse_std", fit.texture->inverse_std}};
  if (fit.clipped > 0) json["clipped_pixels"] = fit.clipped;
  if (fit.sample.valid_pixels > 0) {
    json["fit"] = {{"sampled", fit.sample.sampled},
                   {"valid_pixels", fit.sample.valid_pixels},
                   {"cells", fit.sample.cells},
                   {"cells_of_grid", fit.sample.cells_of_grid}};
  }
  return json;
}

Json product_json(const ProductRecord& p) {
  Json item = {{"name", p.name}, {"path", p.path.string()}, {"bytes", p.byte_count}};
  if (!p.pixel_hash.empty()) item["pixel_hash"] = p.pixel_hash;
  if (p.statistics) {
    item["min"] = number_json(p.statistics->min);
    item["max"] = number_json(p.statistics->max);
    item["mean"] = number_json(p.statistics->mean);
    item["std"] = number_json(p.statistics->std);
    item["valid"] = p.statistics->valid;
  }
  return item;
}

Json warnings_json(const Warnings& warnings) {
  Json list = Json::array();
  for (const Warning& w : warnings.list()) {
    list.push_back({{"code", w.code}, {"message", w.message}, {"count", w.count}});
  }
  return list;
}

Json normalization_json(const DetectPlan& plan, const PairFit& result) {
  Json bands = Json::array();
  for (const BandNormalization& fit : result.fits) {
    if (plan.method.normalize == NormalizationKind::none && fit.count == 0) continue;  // nothing was measured
    bands.push_back({{"gain", fit.gain},
                     {"offset", fit.offset},
                     {"r", number_json(fit.correlation)},
                     {"n", fit.count},
                     {"n_effective", number_json(fit.effective_count)},
                     {"sigma", number_json(fit.sigma)},
                     {"rmse_before", number_json(fit.rmse_before)},
                     {"rmse_after", number_json(fit.rmse_after)}});
  }
  return {{"method", name_of(plan.method.normalize)}, {"bands", bands}};
}

Json sites_json(const DetectPlan& plan, const SiteFindings& found) {
  const SiteCounts& c = found.counts;
  return {
      {"count", found.site_count},      {"written", plan.options.products.sites ? Json(found.written) : Json(nullptr)},
      {"pixels", c.site_pixels},        {"area_m2", found.area_m2 ? number_json(*found.area_m2) : Json(nullptr)},
      {"changed_pixels", c.changed},    {"scored_pixels", c.scored},
      {"filled_holes", c.filled_holes}, {"filled_pixels", c.filled_pixels}};
}

Json summary_json(const DetectPlan& plan, const DetectResult& result, const Warnings& warnings) {
  Json out = plan_json(plan);
  out["valid_pixels"] = result.valid_pixels;
  if (result.quality) out["quality"] = quality_json(*result.quality);
  out["plan"]["decode"].update(decode_counts_json(result.decode));
  out["plan"]["resident"]["device_bytes"] = result.residency.device_bytes;
  out["plan"]["resident"]["resident_bytes"] = result.residency.resident_bytes;
  out["plan"]["resident"]["scratch_bytes"] = result.residency.scratch_bytes;
  out["normalization"] = normalization_json(plan, result.fit);
  out["statistics"] = statistics_json(plan, result.fit);
  out["thresholds"] = thresholds_json(result.thresholds);
  if (result.sites) out["sites"] = sites_json(plan, *result.sites);
  out["products"] = Json::array();
  for (const ProductRecord& p : result.products) out["products"].push_back(product_json(p));
  out["warnings"] = warnings_json(warnings);
  out["timing"] = {{"wall_s", result.wall_s}, {"stages", stages_json(result)}};
  out["peak_memory_bytes"] = peak_memory_bytes();
  return out;
}

void write_summary(const DetectPlan& plan, const DetectResult& result, const Warnings& warnings) {
  write_text_file(summary_path(plan.options.out), summary_json(plan, result, warnings).dump(2) + "\n");
}

}  // namespace groundshift

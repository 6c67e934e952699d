// SPDX-License-Identifier: Apache-2.0
// A plan in words.
#include "host/cli/plan_text.hpp"
#include "host/align/estimate_shift_field.hpp"
#include "host/engine/decode_facts.hpp"
#include "host/engine/raster_product.hpp"

#include <fmt/format.h>

namespace groundshift::cli {
namespace {

std::string input_text(const PlannedInput& input, const DecodePlan& decode) {
  const RasterDescription& d = input.description;
  return fmt::format("{:<7} {}\n        {}\n        bands {} of {}, {}, blocks {} x {}{}\n        read by {}\n",
                     input.role, d.path, describe(d.grid), fmt::format("{}", fmt::join(input.selection.bands, ",")),
                     d.bands.size(), d.bands[input.selection.bands.front() - 1].type_name, d.block_width,
                     d.block_height, d.compression.empty() ? "" : ", " + d.compression, way_in(input, decode));
}

}  // namespace

std::string grid_text(const DetectPlan& plan) {
  const CommonGrid& c = plan.common;
  std::string text = fmt::format("grid    {} ({})\n", describe(plan.grid), c.decided);
  text +=
      fmt::format("        {}{} pixels lie in both dates, {:.1f} % of the grid{}\n", c.overlap_counted ? "" : "some ",
                  c.overlap_pixels, 100.0 * double(c.overlap_pixels) / double(pixel_count(plan.grid)),
                  c.overlap_km2 ? fmt::format(", {:.3f} km2", *c.overlap_km2) : "");
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    const DateOnGrid& place = input->place;
    text += fmt::format("        {}: {}\n", input->role, place.why);
    if (place.relation != GridRelation::resampled) continue;
    text += fmt::format(
        "        {}: resampled once, {}, {:.3f} x {:.3f} of its pixels to one ({:.3f} to {:.3f} x {:.3f} to {:.3f}), "
        "positions within {:.4f} of its pixels\n",
        input->role, name_of(plan.options.grid.resampling), place.ratio_center[0], place.ratio_center[1],
        place.ratio_least[0], place.ratio_largest[0], place.ratio_least[1], place.ratio_largest[1],
        place.lattice.largest_error_px);
    const CoordinateOperation& operation = place.transform->operation();
    if (!operation.name.empty()) {
      text += fmt::format("        {}: {}{}\n", input->role, operation.name,
                          operation.accuracy_m ? fmt::format(", accuracy {:g} m", *operation.accuracy_m)
                                               : std::string(", accuracy unknown"));
    }
  }
  if (plan.alignment) {
    const AlignReport& r = plan.alignment->report;
    text += fmt::format(
        "align   {}: the dates lie {:.3f} pixels apart (RMS of the field; {} of {} windows), {}\n",
        name_of(plan.options.align), r.field_rms, r.windows_accepted, r.windows_asked,
        plan.alignment->field.model == ShiftModel::none
            ? "not worth a resampling"
            : fmt::format("taken out by {} map, {:.3f} left", name_of(plan.alignment->field.model), r.rms_after));
  } else if (const TieGrid check =
                 make_tie_grid(plan.grid.width, plan.grid.height, TieDensity::sparse, AlignOptions{}.max_windows);
             check.count() > 0) {
    text += fmt::format(
        "align   off: the dates are taken to lie on each other; --align auto looks at {} windows of {} x {}\n",
        check.count(), check.side, check.side);
  }
  if (!plan.matched_bands.empty()) text += fmt::format("bands   {}\n", plan.matched_bands);
  for (const PlannedMask& mask : plan.rules.masks) {
    const MaskSpec& spec = mask.source.spec();
    text += fmt::format("mask    {} {}, {}; {}; not covered: {}\n", mask.option, spec.path, spec.rule.name,
                        mask.source.placement().why, spec.outside_is_masked ? "masked" : "clear");
  }
  if (plan.rules.aoi) text += fmt::format("aoi     {}\n", plan.rules.aoi->text());
  return text;
}

std::string plan_text(const DetectPlan& plan) {
  constexpr double kMiB = 1 << 20;
  std::string text = input_text(plan.before, plan.decode) + input_text(plan.after, plan.decode) + grid_text(plan);
  const DetectOptions& o = plan.options;
  const Method& m = plan.method;
  text += fmt::format("preset  {} ({})\n", name_of(m.preset), m.why);
  text += fmt::format("job     normalize {}, score {}, smooth {}{}, weights {}, threshold {}\n", name_of(m.normalize),
                      score_text(m), smooth_text(m), m.texture ? ", with texture" : "", name_of(m.weights),
                      name_of(m.threshold.rule));
  if (plan.sampled()) text += fmt::format("fit     on a sample of {} valid pixels in whole cells\n", m.fit_pixels);
  text += fmt::format("backend {} ({})\n", plan.backend.backend->name(), plan.backend.why);
  text += decode_text(plan);
  text += fmt::format(
      "tiles   {} of {} x {} pixels{}, halo {}\n", plan.tiles.tiles.size(), plan.tiles.tile_width,
      plan.tiles.tile_height,
      plan.tiles.panel_width < plan.grid.width ? fmt::format(" in panels of {} columns", plan.tiles.panel_width) : "",
      plan.halo);
  text += fmt::format("memory  {:.0f} of {:.0f} MiB: {} slots of {:.1f} MiB, {} + {} decoded units, {} workers\n",
                      double(plan.tiles.planned_bytes) / kMiB, double(o.resources.memory_bytes) / kMiB,
                      plan.tiles.slot_count, double(plan.tiles.slot.total_bytes) / kMiB, plan.tiles.before_units,
                      plan.tiles.after_units, plan.tiles.workers);
  if (plan.keep != KeptTiles::none) {
    text +=
        fmt::format("kept    decoded tiles between passes: {:.0f} MiB in memory{}\n", double(plan.store_bytes) / kMiB,
                    plan.keep == KeptTiles::spilled
                        ? ", what is beyond in " + plan.scratch_folder.string()
                        : std::string(plan.packs_bits() ? ", their samples in as many bits as they need" : "") +
                              ", what is beyond is decoded a second time");
  } else if (plan.passes.front().name == "statistics" && !plan.sampled()) {
    text += fmt::format("kept    nothing between passes: too little of {:.0f} MiB of decoded tiles fits, both decode\n",
                        double(decoded_tile_bytes(plan)) / kMiB);
  }
  if (plan.kept_unit_bytes > 0) {
    text += fmt::format("kept    {:.0f} MiB of blocks that the shift was measured on, not decoded again\n",
                        double(plan.kept_unit_bytes) / kMiB);
  }
  text += fmt::format(
      "write   {} by {}; at most {:.0f} MiB if nothing can be packed; what cannot be written yet waits in {}\n",
      o.format == RasterFormat::cog ? "COG" : "GeoTIFF", way_out(plan), double(largest_output_bytes(plan)) / kMiB,
      plan.scratch_folder.string());
  for (const PlannedPass& pass : plan.passes) text += fmt::format("pass    {}: {}\n", pass.name, pass.why);
  return text;
}

std::string timing_text(const DetectResult& result) {
  std::string text;
  for (const PassTiming& pass : result.passes) {
    text += fmt::format(
        "pass    {}{}: {:.2f} s for {} tiles; threads busy reading {:.2f} s, computing {:.2f} s, writing {:.2f} s\n",
        pass.name, pass.runs > 1 ? fmt::format(" ({} times)", pass.runs) : "", pass.wall_s, pass.tile_count,
        pass.read_busy_s, pass.compute_busy_s, pass.consume_busy_s);
  }
  return text + fmt::format("in all  {:.2f} s, peak memory {} MiB\n", result.wall_s, peak_memory_bytes() >> 20);
}

}  // namespace groundshift::cli

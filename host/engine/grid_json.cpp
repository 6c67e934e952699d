// SPDX-License-Identifier: Apache-2.0
// Grids, alignment, masks and reasons as JSON.
#include "host/engine/grid_json.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "host/io/quality_bits.hpp"

namespace groundshift {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(GridRelation relation) {
  switch (relation) {
    case GridRelation::equal: return "equal";
    case GridRelation::whole_pixels: return "whole pixels";
    case GridRelation::resampled: break;
  }
  return "resampled";
}

Json mask_json(const PlannedMask& mask) {
  const MaskSpec& spec = mask.source.spec();
  return {{"option", mask.option},
          {"path", spec.path},
          {"rule", spec.rule.name},
          {"dilate_px", spec.dilate_px},
          {"dilate_m", spec.dilate_metres},
          {"outside", spec.outside_is_masked ? "masked" : "clear"},
          {"place", mask.source.placement().why}};
}

}  // namespace

Json number_json(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

Json grid_json(const Grid& grid) {
  return {{"size", {grid.width, grid.height}},
          {"geotransform", grid.geotransform ? Json(*grid.geotransform) : Json(nullptr)},
          {"crs", grid.crs_wkt.empty() ? Json(nullptr) : Json(grid.crs_wkt)}};
}

Json place_json(const PlannedInput& input, const GridOptions& options) {
  const DateOnGrid& place = input.place;
  Json out = {{"relation", name_of(place.relation)}, {"why", place.why}};
  if (place.relation != GridRelation::resampled) {
    out["offset"] = {place.offset_x, place.offset_y};
    return out;
  }
  const CoordinateOperation& operation = place.transform->operation();
  out["resampling"] = groundshift::name_of(options.resampling);
  out["source_pixels_per_pixel"] = {number_json(place.ratio_center[0]), number_json(place.ratio_center[1])};
  out["lattice"] = {{"step", 1 << place.lattice.step_log2}, {"largest_error_px", place.lattice.largest_error_px}};
  out["operation"] = {{"name", operation.name},
                      {"definition", operation.definition},
                      {"accuracy_m", operation.accuracy_m ? number_json(*operation.accuracy_m) : Json(nullptr)},
                      {"ballpark", operation.ballpark}};
  return out;
}

Json output_grid_json(const DetectPlan& plan) {
  Json out = grid_json(plan.grid);
  const CommonGrid& c = plan.common;
  out["decided"] = c.decided;
  out["overlap"] = {{"pixels", c.overlap_pixels},
                    {"counted", c.overlap_counted},
                    {"km2", c.overlap_km2 ? number_json(*c.overlap_km2) : Json(nullptr)}};
  return out;
}

Json masks_json(const PixelRules& rules) {
  Json masks = Json::array();
  for (const PlannedMask& mask : rules.masks) masks.push_back(mask_json(mask));
  return masks;
}

Json alignment_json(const std::optional<AlignResult>& alignment) {
  if (!alignment) return nullptr;
  const ShiftField& f = alignment->field;
  const AlignReport& r = alignment->report;
  Json points = Json::array();
  for (const TiePoint& p : r.points) {
    points.push_back({{"x", p.x},
                      {"y", p.y},
                      {"dx", number_json(p.shift.dx)},
                      {"dy", number_json(p.shift.dy)},
                      {"reliability", number_json(p.reliability)},
                      {"state", groundshift::name_of(p.state)}});
  }
  return {{"model", groundshift::name_of(f.model)},
          {"worth_correcting", r.worth_correcting},
          {"center", {f.center_x, f.center_y}},
          {"affine_x", f.affine_x},
          {"affine_y", f.affine_y},
          {"field_rms_px", r.field_rms},
          {"rms_before_px", r.rms_before},
          {"rms_after_px", r.rms_after},
          {"field_error_px", r.field_error},
          {"windows", {{"asked", r.windows_asked}, {"valid", r.windows_valid}, {"accepted", r.windows_accepted}}},
          {"points", points}};
}

Json quality_json(const QualityCounts& counts) {
  Json out = {{"good", counts[0]}, {"outside_aoi", counts[kOutsideAoi]}};
  for (const std::uint8_t bit : kQualityBits) {
    std::int64_t pixels = 0;
    for (int value = 0; value < kOutsideAoi; ++value)
      pixels += (value & bit) != 0 ? counts[static_cast<std::size_t>(value)] : 0;
    std::string key = quality_name(bit);
    std::replace(key.begin(), key.end(), ' ', '_');
    out[key] = pixels;
  }
  return out;
}

}  // namespace groundshift

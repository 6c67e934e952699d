// SPDX-License-Identifier: Apache-2.0
// From two paths and options to a plan.
#include "host/engine/detect_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

PlannedInput open_input(const char* role, const std::string& path, const std::vector<std::string>& bands,
                        const DetectOptions& options) {
  PlannedInput input;
  input.role = role;
  input.description = describe_raster(path);
  input.selection.bands = select_bands(input.description, bands);
  input.selection.nodata = options.src_nodata;
  input.selection.ignore_nodata = options.ignore_nodata;
  return input;
}

void check_grids(const RasterDescription& before, const RasterDescription& after) {
  std::string why;
  if (same_grid(before.grid, after.grid, &why)) return;
  throw InputError(
      fmt::format("the two dates are not on the same grid: {}\n  before {}: {}\n  after  {}: {}\n"
                  "put one on the grid of the other first, for example with gdalwarp -te -ts -t_srs",
                  why, before.path, describe(before.grid), after.path, describe(after.grid)));
}

PixelType kernel_type(const PlannedInput& input) {
  PixelType type = input.description.bands[input.selection.bands.front() - 1].pixel_type;
  for (const std::int32_t b : input.selection.bands)
    type = common_type(type, input.description.bands[b - 1].pixel_type);
  return type;
}

UnitGeometry unit_geometry(const PlannedInput& input) {
  const RasterDescription& d = input.description;
  // GDAL keeps one decoded block of all the file's bands, its compressed bytes, and ours a mask or a converted band.
  const std::int64_t block = std::int64_t{d.block_width} * d.block_height;
  const std::int64_t file_bands = d.interleave == "PIXEL" ? static_cast<std::int64_t>(d.bands.size()) : 1;
  const std::int64_t unit = std::int64_t{input.source->unit_width()} * input.source->unit_height();
  const bool converted = std::any_of(input.selection.bands.begin(), input.selection.bands.end(), [&](std::int32_t b) {
    return !d.bands[b - 1].exact || d.bands[b - 1].pixel_type != input.selection.type;
  });
  constexpr std::int64_t kWidestType = 8;
  return {input.source->unit_width(), input.source->unit_height(),
          2 * block * file_bands * static_cast<std::int64_t>(byte_count(input.selection.type)) +
              unit * (converted ? kWidestType : 1)};
}

std::vector<PlannedPass> passes_for(const DetectOptions& options, PixelType type) {
  std::vector<PlannedPass> passes;
  const bool ratio = options.score == ScoreKind::log_ratio || options.score == ScoreKind::relative;
  if (options.normalize != NormalizationKind::none || options.score == ScoreKind::scva) {
    passes.push_back({"moments", "first and second moments of both dates, for the fit of AFTER to BEFORE"});
  } else if (ratio && !options.epsilon && type == PixelType::f32) {
    passes.push_back({"moments", "joint median of the values, for epsilon"});
  }
  passes.push_back({"score", "normalize, score, smooth, write"});
  return passes;
}

}  // namespace

DetectPlan plan_detect(DetectOptions options, Warnings& warnings) {
  DetectPlan plan;
  options.resources = resolved(options.resources);
  plan.before = open_input("before", options.before, options.before_bands, options);
  plan.after = open_input("after", options.after, options.after_bands, options);
  check_grids(plan.before.description, plan.after.description);
  if (plan.before.selection.bands.size() != plan.after.selection.bands.size()) {
    throw InputError(fmt::format(
        "{} gives {} bands and {} gives {}; choose as many of each with --before-bands and "
        "--after-bands",
        options.before, plan.before.selection.bands.size(), options.after, plan.after.selection.bands.size()));
  }
  plan.grid = plan.before.description.grid;
  plan.band_count = static_cast<std::int32_t>(plan.before.selection.bands.size());
  plan.type = common_type(kernel_type(plan.before), kernel_type(plan.after));
  plan.halo = options.smooth / 2;
  for (PlannedInput* input : {&plan.before, &plan.after}) {
    input->selection.type = plan.type;
    input->source = make_gdal_source(input->description, input->selection, warnings);
  }
  plan.backend = choose_backend(options.resources);
  if (options.resources.backend == BackendChoice::automatic && capabilities().cuda_built &&
      plan.backend.backend->name() == "cpu") {
    warnings.add("cpu_backend", plan.backend.why);
  }

  PlanRequest request;
  request.width = plan.grid.width;
  request.height = plan.grid.height;
  request.halo = plan.halo;
  request.type = plan.type;
  request.band_count = plan.band_count;
  request.before = unit_geometry(plan.before);
  request.after = unit_geometry(plan.after);
  request.tile = options.resources.tile;
  request.memory_bytes = options.resources.memory_bytes;
  request.threads = options.resources.threads;
  request.workspace_bytes = [&](std::int32_t width, std::int32_t height) {
    return static_cast<std::int64_t>(
        plan.backend.backend->workspace_bytes({plan.type, plan.band_count, width, height, plan.halo}));
  };
  plan.tiles = plan_tiles(request);
  if (plan.tiles.decodes_again) {
    warnings.add("decodes_again",
                 "--memory does not hold what neighbouring tiles share: blocks are decoded more than "
                 "once a pass");
  }
  plan.passes = passes_for(options, plan.type);
  plan.options = std::move(options);
  return plan;
}

}  // namespace groundshift

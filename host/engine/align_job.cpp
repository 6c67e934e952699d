// SPDX-License-Identifier: Apache-2.0
// One pass over AFTER, one raster, one summary.
#include "host/engine/align_job.hpp"

#include <chrono>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/detect_job.hpp"
#include "host/engine/pair_tiles.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/summary.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"
#include "host/io/point_layer.hpp"

namespace groundshift {
namespace {

/// The value of pixels that have none.
double output_nodata(const DetectPlan& plan) {
  if (plan.type == PixelType::f32) return std::numeric_limits<double>::quiet_NaN();
  double low = 0.0, high = 255.0;
  if (plan.type == PixelType::u16) high = 65535.0;
  if (plan.type == PixelType::i16) {
    low = -32768.0;
    high = 32767.0;
  }
  const std::int32_t first = plan.after.selection.bands.front();
  const auto own = plan.options.src_nodata ? plan.options.src_nodata
                                           : plan.after.description.bands[static_cast<std::size_t>(first - 1)].nodata;
  if (own && !plan.options.ignore_nodata && *own >= low && *own <= high && *own == std::floor(*own)) return *own;
  return plan.type == PixelType::i16 ? low : high;
}

std::vector<std::string> band_names(const DetectPlan& plan) {
  std::vector<std::string> names;
  for (const std::int32_t b : plan.after.selection.bands) {
    const std::string& own = plan.after.description.bands[static_cast<std::size_t>(b - 1)].description;
    names.push_back(own.empty() ? fmt::format("band {}", b) : own);
  }
  return names;
}

/// The tile's core of AFTER, band after band without gaps; `nodata` where it is not valid. Counts valid pixels, and
/// those of them that hold `nodata`.
struct CoreCounts {
  std::int64_t valid = 0, lost = 0;
};

template <class T>
CoreCounts take_core(const PairTile& tile, std::int32_t bands, T nodata, std::vector<std::byte>& out) {
  CoreCounts counts;
  const Window& core = tile.core;
  out.resize(static_cast<std::size_t>(pixel_count(core)) * static_cast<std::size_t>(bands) * sizeof(T));
  T* to = reinterpret_cast<T*>(out.data());
  for (std::int32_t b = 0; b < bands; ++b) {
    for (std::int32_t y = 0; y < core.height; ++y) {
      const T* row = tile.after_as<T>().band(b).row(core.y + y) + core.x;
      const std::uint8_t* valid = tile.valid_view().row(core.y + y) + core.x;
      for (std::int32_t x = 0; x < core.width; ++x) {
        const bool has_value = valid[x] != 0;
        *to++ = has_value ? row[x] : nodata;
        counts.valid += has_value && b == 0 ? 1 : 0;
        counts.lost += has_value && row[x] == nodata ? 1 : 0;
      }
    }
  }
  return counts;
}

void write_align_summary(const DetectPlan& plan, const AlignOutcome& outcome, const JobContext& context) {
  auto json = plan_json(plan);
  json["command"]["verb"] = "align";
  json["valid_pixels"] = outcome.valid_pixels;
  json["products"] = {product_json(outcome.product)};
  json["warnings"] = warnings_json(*context.warnings);
  json["timing"] = {{"wall_s", outcome.wall_s}};
  json["peak_memory_bytes"] = peak_memory_bytes();
  write_text_file(summary_path(plan.options.out), json.dump(2) + "\n");
}

/// The windows that shifts were measured in, at their centres on the ground.
void write_points(const DetectPlan& plan, const std::filesystem::path& path) {
  std::vector<PointFeature> features;
  for (const TiePoint& p : plan.alignment->report.points) {
    const std::array<double, 2> at = plan.grid.geotransform ? to_ground(plan.grid, p.x + 0.5, p.y + 0.5)
                                                            : std::array<double, 2>{p.x + 0.5, -(p.y + 0.5)};
    features.push_back(
        {at[0], at[1], {p.shift.dx, p.shift.dy, p.reliability, p.valid_share, p.round_trip}, name_of(p.state)});
  }
  write_point_layer(path, "shifts", plan.grid.crs_wkt,
                    {"dx_px", "dy_px", "reliability", "valid_share", "round_trip_px"}, "state", features);
}

AlignOutcome run(DetectPlan& plan, const std::filesystem::path& points, const JobContext& context) {
  const auto start = std::chrono::steady_clock::now();
  AlignOutcome outcome;
  PairTiles tiles(plan, context);
  const double nodata = output_nodata(plan);
  RasterProductSpec spec;
  spec.name = "aligned";
  spec.type = plan.type;
  spec.nodata = nodata;
  spec.bands = band_names(plan);
  RasterProduct product(plan, spec, plan.options.out, context);
  const auto bands = static_cast<std::int32_t>(plan.after.selection.bands.size());
  std::vector<std::vector<std::byte>> cores(tiles.slots().size());
  std::vector<CoreCounts> counts(tiles.slots().size());
  CoreCounts all;
  tiles.each_after(
      "align",
      [&](Slot& slot) {
        with_pixel_type(plan.type, [&](auto tag) {
          using T = typename decltype(tag)::type;
          counts[slot.index] = take_core(slot.tile, bands, static_cast<T>(nodata), cores[slot.index]);
        });
        if (product.concurrent()) product.write(slot.core, cores[slot.index].data());
      },
      [&](Slot& slot) {
        all.valid += counts[slot.index].valid;
        all.lost += counts[slot.index].lost;
        if (!product.concurrent()) product.write(slot.core, cores[slot.index].data());
      });
  if (all.valid == 0) throw InputError(fmt::format("{}: no pixel is valid on the grid", plan.options.after));
  if (all.lost > 0) {
    context.warnings->add("nodata_collision",
                          fmt::format("valid values of AFTER are {}, which stands for no value in the output", nodata),
                          all.lost);
  }
  outcome.valid_pixels = all.valid;
  tiles.release();
  outcome.passes = tiles.timings();
  product.finish();
  prepare_commit(plan, context);
  outcome.product = product.commit();
  if (plan.alignment && !points.empty()) write_points(plan, points);
  outcome.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

}  // namespace

DetectPlan plan_align(DetectOptions options, Warnings& warnings, const std::stop_token& stop) {
  MethodOptions& m = options.method;
  m.scores = {ScoreName::mad};  // of all scores one that asks nothing of the bands; it is not computed
  m.smooth = {1};
  m.normalize = NormalizationKind::none;
  DetectPlan plan = plan_detect(std::move(options), warnings, stop);
  plan.keep = KeptTiles::none;
  plan.passes = {{"align", "AFTER on the grid, write"}};
  return plan;
}

AlignOutcome run_align(DetectPlan& plan, const std::filesystem::path& points, const JobContext& context) {
  check_outputs(plan.options, NoPictures(plan.alignment ? std::vector{points} : std::vector<std::filesystem::path>{}));
  limit_gdal_block_cache(plan.gdal_cache_bytes());
  try {
    AlignOutcome outcome = run(plan, points, context);
    write_align_summary(plan, outcome, context);
    return outcome;
  } catch (const DeviceFault& fault) {
    throw DeviceError(fmt::format("backend {}: {}", plan.backend.backend->name(), fault.what()));
  }
}

}  // namespace groundshift

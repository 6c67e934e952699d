// SPDX-License-Identifier: Apache-2.0
// Strips of the heatmap through histogram, mask and measures; then the files.
#include "host/sites/sites_job.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"
#include "host/io/raster_sink.hpp"
#include "host/io/score_rows.hpp"
#include "host/sites/class_raster.hpp"
#include "host/sites/strips.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

void check_paths(const SitesJobOptions& options) {
  std::error_code ignored;
  for (const fs::path& out : {options.layer.path, options.class_out}) {
    if (!out.empty() && fs::equivalent(out, options.heatmap, ignored)) {
      throw OutputError(fmt::format("{} is the input; name another file", out.string()));
    }
  }
  if (options.class_out.empty()) return;
  if (options.class_out.lexically_normal() == options.layer.path.lexically_normal()) {
    throw OutputError(fmt::format("{}: is named for the layer and for the class raster", options.class_out.string()));
  }
  check_output_path(options.class_out, options.layer.overwrite);
}

/// The heatmap strip by strip.
class Strips {
 public:
  Strips(const SitesJobOptions& options, const JobContext& context)
      : rows_(options.heatmap, options.band, options.threads), context_(context) {
    const Grid& grid = rows_.grid();
    constexpr std::int64_t kStripShare = 16, kCacheShare = 4;
    shape_ = {grid.width, grid.height, grid.width, std::min(rows_.block_rows(), grid.height),
              options.sites.memory_bytes / kStripShare};
    constexpr std::int64_t kLeastCache = std::int64_t{16} << 20;
    limit_gdal_block_cache(
        std::min(std::max(kLeastCache, 2 * rows_.block_row_bytes()), options.sites.memory_bytes / kCacheShare));
  }

  ScoreRows& rows() { return rows_; }
  std::int64_t rounded() const { return rounded_; }

  template <class Wanted, class Visit>
  void each(const char* what, Wanted&& wanted, Visit&& visit) {
    context_.progress->begin(what, pixel_count(rows_.grid()));
    rounded_ = 0;
    const std::int64_t width = shape_.width;
    for_each_strip(
        shape_,
        [&](std::int32_t y, std::int32_t count) {
          throw_if_stopped(context_.stop);
          const bool needed = wanted(y, count);
          if (!needed) context_.progress->advance(width * count);
          return needed;
        },
        [&](const Window& w, float* to, std::ptrdiff_t) {
          const auto pixels = static_cast<std::size_t>(pixel_count(w));
          rounded_ += rows_.read(w.y, w.height, std::span(to, pixels));
        },
        [&](std::int32_t y, std::int32_t count, const float* scores) {
          visit(y, count, scores);
          context_.progress->advance(width * count);
        });
    context_.progress->end();
  }

 private:
  ScoreRows rows_;
  const JobContext& context_;
  StripShape shape_;
  std::int64_t rounded_ = 0;
};

constexpr auto kAll = [](std::int32_t, std::int32_t) { return true; };

/// Every rule's threshold from one pass.
std::vector<ThresholdValue> read_thresholds(Strips& strips) {
  LogHistogram histogram;
  float largest = 0.0f;
  const std::int32_t width = strips.rows().grid().width;
  strips.each("histogram", kAll, [&](std::int32_t, std::int32_t count, const float* scores) {
    histogram.add({scores, width, count, width});
    for (std::int64_t i = 0; i < std::int64_t{width} * count; ++i) largest = scores[i] > largest ? scores[i] : largest;
  });
  return thresholds_by_rule(histogram, double{largest}, strips.rows().description());
}

void write_class(FindSites& sites, RasterSink& sink, const JobContext& context) {
  const Grid& grid = sites.grid();
  const std::int32_t rows = 512;  // of the file's blocks
  std::vector<std::uint8_t> classes;
  for (std::int32_t y = 0; y < grid.height; y += rows) {
    throw_if_stopped(context.stop);
    const Window window{0, y, grid.width, std::min(rows, grid.height - y)};
    classes.resize(static_cast<std::size_t>(pixel_count(window)));
    paint_classes(sites, window, classes.data());
    sink.write(window, classes.data(), grid.width, 0);
  }
  sink.finish();
}

RasterSinkSpec class_spec(const SitesJobOptions& options, const Grid& grid, const ThresholdValue& used,
                          const JobContext& context) {
  RasterSinkSpec spec;
  spec.path = options.class_out;
  spec.grid = grid;
  spec.type = PixelType::u8;
  spec.nodata = kNoClass;
  spec.band_descriptions = {class_title(used.value, used.rule)};
  spec.categories = class_categories();
  spec.metadata = {{"GROUNDSHIFT_THRESHOLD", fmt::format("{:.9g}", used.value)}};
  spec.scratch_folder = options.sites.scratch_folder;
  spec.overwrite = options.layer.overwrite;
  spec.threads = options.threads;
  spec.memory_bytes = options.sites.memory_bytes / 8;
  spec.stop = context.stop;
  return spec;
}

}  // namespace

SitesReport run_sites(SitesJobOptions options, const JobContext& context) {
  initialize_gdal();
  check_paths(options);
  Strips strips(options, context);
  SitesReport report;
  report.grid = strips.rows().grid();
  check_site_layer(options.layer, report.grid);
  if (options.threshold.rule == "value") {
    report.used = {"value", options.threshold.value, 0.0};
  } else {
    report.thresholds = read_thresholds(strips);
    for (const ThresholdValue& one : report.thresholds) {
      if (one.rule == options.threshold.rule) report.used = one;
    }
    if (report.thresholds.empty()) {
      throw InputError(fmt::format("{}, band {}: no pixel has a score", options.heatmap.string(), options.band));
    }
  }
  options.sites.threshold = report.used.value;

  FindSites sites(options.sites, report.grid);
  strips.each("sites", kAll,
              [&](std::int32_t y, std::int32_t count, const float* scores) { sites.add_rows(y, count, scores); });
  if (sites.counts().scored == 0) {
    throw InputError(fmt::format("{}, band {}: no pixel has a score", options.heatmap.string(), options.band));
  }
  if (strips.rounded() > 0) {
    context.warnings->add("scores_rounded", "scores that float32 cannot hold were rounded to it", strips.rounded());
  }
  sites.finish();
  throw_if_stopped(context.stop);
  strips.each(
      "scores", [&](std::int32_t y, std::int32_t count) { return sites.has_sites(y, count); },
      [&](std::int32_t y, std::int32_t count, const float* scores) { sites.measure_rows(y, count, scores); });
  if (sites.areas() && !sites.areas()->caution.empty()) {
    context.warnings->add("areas_approximate", sites.areas()->caution);
  }

  std::unique_ptr<RasterSink> mask;
  if (!options.class_out.empty()) {
    mask = make_raster_sink(class_spec(options, report.grid, report.used, context));
    write_class(sites, *mask, context);
  }
  const SiteDates no_dates;
  const auto layer = write_site_layer(sites, no_dates, options.layer, context);
  throw_if_stopped(context.stop);
  if (mask) mask->commit();
  layer->commit();

  report.counts = sites.counts();
  report.used.changed_fraction = static_cast<double>(report.counts.changed) / static_cast<double>(report.counts.scored);
  report.site_count = static_cast<std::int64_t>(sites.sites().size());
  report.written = options.layer.top > 0 ? std::min(options.layer.top, report.site_count) : report.site_count;
  report.area_m2 = sites.areas() ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  std::int64_t units = 0;
  for (const ComponentFacts& c : sites.sites()) units += c.area_units;
  if (sites.areas()) report.area_m2 = static_cast<double>(units) * sites.areas()->unit_m2;
  std::vector<std::int32_t> order = sites.ranked();
  order.resize(std::min(order.size(), kSitesTold));
  report.first = site_records(sites, no_dates, order, 1);
  return report;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Writing scores, and scaling them to integers.
#include "host/engine/heatmap_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/version.hpp"
#include "host/io/raster_source.hpp"
#include "kernels/api/quantise.hpp"

namespace groundshift {
namespace {

std::vector<std::pair<std::string, std::string>> processing_metadata(const DetectPlan& plan,
                                                                     const std::vector<BandNormalization>& fits) {
  const DetectOptions& o = plan.options;
  std::vector<std::pair<std::string, std::string>> items = {
      {"TIFFTAG_SOFTWARE", fmt::format("groundshift {}", version_text())},
      {"GROUNDSHIFT_BEFORE", std::filesystem::path(o.before).filename().string()},
      {"GROUNDSHIFT_AFTER", std::filesystem::path(o.after).filename().string()},
      {"GROUNDSHIFT_PRESET", name_of(plan.method.preset)},
      {"GROUNDSHIFT_NORMALIZE", name_of(plan.method.normalize)},
      {"GROUNDSHIFT_SCORE", score_text(plan.method)},
      {"GROUNDSHIFT_SMOOTH", smooth_text(plan.method)},
  };
  for (std::size_t b = 0; b < fits.size() && plan.method.normalize != NormalizationKind::none; ++b) {
    items.emplace_back(fmt::format("GROUNDSHIFT_FIT_{}", b + 1),
                       fmt::format("gain={:.9g} offset={:.9g}", fits[b].gain, fits[b].offset));
  }
  return items;
}

PixelType stored_type(ScoreType type) {
  switch (type) {
    case ScoreType::uint16: return PixelType::u16;
    case ScoreType::byte: return PixelType::u8;
    case ScoreType::float32: break;
  }
  return PixelType::f32;
}

/// Exact sums of the stored values but the last one of the type, which is nodata.
struct StoredSums {
  std::int64_t count = 0;
  std::uint64_t sum = 0;
  unsigned __int128 sum_of_squares = 0;

  template <class T>
  void add(std::span<const T> values) {
    for (const std::uint64_t v : values) {
      if (v == std::numeric_limits<T>::max()) continue;
      ++count;
      sum += v;
      sum_of_squares += v * v;
    }
  }
  /// A file's statistics describe its stored values.
  BandStatistics statistics(double smallest, double largest) const {
    const auto n = static_cast<double>(count);
    const double mean = static_cast<double>(sum) / n;
    const double variance = static_cast<double>(sum_of_squares) / n - mean * mean;
    return {smallest, largest, mean, variance > 0.0 ? std::sqrt(variance) : 0.0, count};
  }
};

}  // namespace

std::string heatmap_title(const DetectPlan& plan) {
  const Method& m = plan.method;
  return fmt::format("{} score, normalize {}, smooth {}, unit: {}", score_text(m), name_of(m.normalize), smooth_text(m),
                     unit_of(m));
}

HeatmapWriter::HeatmapWriter(const DetectPlan& plan, const std::vector<BandNormalization>& fits,
                             const JobContext& context)
    : plan_(plan),
      context_(context),
      metadata_(processing_metadata(plan, fits)),
      pixel_hash_(plan.grid.width, plan.grid.height, 1) {
  RasterSinkSpec spec = output_spec();
  if (plan.options.type != ScoreType::float32) {
    check_output_path(plan.options.out, plan.options.overwrite);
    scratch_.emplace(plan.options.out, plan.options.scratch, ".score");
    spec.path = scratch_->path();
    spec.format = RasterFormat::gtiff;
    spec.type = PixelType::f32;
    spec.nodata = std::numeric_limits<double>::quiet_NaN();
    spec.creation_options.clear();
    spec.overwrite = true;
  }
  sink_.emplace(std::move(spec));
}

RasterSinkSpec HeatmapWriter::output_spec() const {
  const DetectOptions& o = plan_.options;
  RasterSinkSpec spec = sink_spec(plan_, context_);
  spec.path = o.out;
  spec.type = stored_type(o.type);
  spec.nodata = o.type == ScoreType::float32  ? std::numeric_limits<double>::quiet_NaN()
                : o.type == ScoreType::uint16 ? 65535.0
                                              : 255.0;
  spec.band_descriptions = {heatmap_title(plan_)};
  spec.metadata = metadata_;
  return spec;
}

void HeatmapWriter::hash(const Window& core, RasterView<const float> score) {
  if (plan_.options.type == ScoreType::float32)
    pixel_hash_.add(0, core, score.data, score.row_pitch, sizeof(float), true);
}

void HeatmapWriter::write(const Window& core, RasterView<const float> score) {
  sink_->write(core, score.data, score.row_pitch, 0);
}

void HeatmapWriter::finish(const BandStatistics& statistics) {
  statistics_ = statistics;
  if (scratch_) {
    sink_->commit();
    scale_into_output(statistics);
  } else {
    sink_->set_statistics(1, statistics);
  }
  sink_->finish();
}

void HeatmapWriter::scale_into_output(const BandStatistics& statistics) {
  const bool wide = plan_.options.type == ScoreType::uint16;
  const double largest = wide ? 65534.0 : 254.0;
  const auto step = static_cast<float>(statistics.max > 0.0 ? statistics.max / largest : 1.0);
  scale_ = step;
  Warnings unheard;
  const auto source =
      make_gdal_source(describe_raster(scratch_->path().string()), {{1}, PixelType::f32, std::nullopt, false}, unheard);
  sink_.emplace(output_spec());
  const std::int32_t width = plan_.grid.width, height = plan_.grid.height;
  constexpr std::int32_t kSide = 512;  // the output's blocks; whole cells
  constexpr std::size_t kMost = std::size_t{kSide} * kSide;
  StoredSums sums;
  std::vector<float> scores(kMost);
  std::vector<std::uint8_t> valid(kMost), bytes(wide ? 0 : kMost);
  std::vector<std::uint16_t> words(wide ? kMost : 0);
  for (std::int32_t y = 0; y < height; y += kSide) {
    for (std::int32_t x = 0; x < width; x += kSide) {
      throw_if_stopped(context_.stop);
      const Window w{x, y, std::min(kSide, width - x), std::min(kSide, height - y)};
      const auto count = static_cast<std::size_t>(pixel_count(w));
      source->decode(w, scores.data(), w.width, 0, valid.data());
      const void* stored = wide ? static_cast<const void*>(words.data()) : bytes.data();
      if (wide) {
        quantise_scores({scores.data(), count}, step, {words.data(), count});
        sums.add<std::uint16_t>({words.data(), count});
      } else {
        quantise_scores({scores.data(), count}, step, {bytes.data(), count});
        sums.add<std::uint8_t>({bytes.data(), count});
      }
      pixel_hash_.add(0, w, stored, w.width, wide ? 2 : 1, false);
      sink_->write(w, stored, w.width, 0);
    }
  }
  sink_->set_scale(1, scale_, 0.0);
  sink_->set_statistics(
      1, sums.statistics(std::nearbyint(statistics.min / scale_), std::nearbyint(statistics.max / scale_)));
  scratch_.reset();
}

ProductRecord HeatmapWriter::commit() {
  const std::int64_t bytes = sink_->commit();
  return {"score", plan_.options.out, bytes, pixel_hash_.hex(), statistics_};
}

}  // namespace groundshift

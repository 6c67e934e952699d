// SPDX-License-Identifier: Apache-2.0
// Writing scores, and scaling them to integers.
#include "host/engine/heatmap_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <span>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/parallel_for.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/version.hpp"
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
  void merge(const StoredSums& other) {
    count += other.count;
    sum += other.sum;
    sum_of_squares += other.sum_of_squares;
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
  sink_ = make_raster_sink(output_spec());
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
  if (plan_.options.type == ScoreType::float32) sink_->write(core, score.data, score.row_pitch, 0);
}

void HeatmapWriter::write_kept(KeptScores& scores, const BandStatistics& statistics) {
  if (plan_.options.type == ScoreType::uint16) scale_tiles<std::uint16_t>(scores, statistics);
  if (plan_.options.type == ScoreType::byte) scale_tiles<std::uint8_t>(scores, statistics);
}

template <class T>
void HeatmapWriter::scale_tiles(KeptScores& scores, const BandStatistics& statistics) {
  constexpr double kLargest = std::numeric_limits<T>::max() - 1.0;
  const auto step = static_cast<float>(statistics.max > 0.0 ? statistics.max / kLargest : 1.0);
  scale_ = step;
  const auto tiles = static_cast<std::int64_t>(plan_.tiles.tiles.size());
  const int threads = sink_->concurrent() ? plan_.tiles.workers : 1;
  std::vector<StoredSums> sums(static_cast<std::size_t>(threads));
  std::vector<std::vector<float>> fetched(sums.size());
  std::vector<std::vector<T>> stored(sums.size());
  std::mutex progress;
  context_.progress->begin("scale", pixel_count(plan_.grid));
  parallel_for(tiles, threads, context_.stop, [&](std::int64_t tile, int worker) {
    const auto w = static_cast<std::size_t>(worker);
    const Window& core = plan_.tiles.tiles[static_cast<std::size_t>(tile)];
    const auto count = static_cast<std::size_t>(pixel_count(core));
    const float* score = scores.tile(tile, fetched[w]);
    stored[w].resize(count);
    quantise_scores({score, count}, step, std::span<T>(stored[w]));
    sums[w].template add<T>(stored[w]);
    pixel_hash_.add(0, core, stored[w].data(), core.width, sizeof(T), false);
    sink_->write(core, stored[w].data(), core.width, 0);
    std::lock_guard lock(progress);
    context_.progress->advance(pixel_count(core));
  });
  context_.progress->end();
  for (std::size_t t = 1; t < sums.size(); ++t) sums[0].merge(sums[t]);
  stored_ = sums[0].statistics(std::nearbyint(statistics.min / scale_), std::nearbyint(statistics.max / scale_));
  sink_->set_scale(1, scale_, 0.0);
}

void HeatmapWriter::finish(const BandStatistics& statistics) {
  statistics_ = statistics;
  sink_->set_statistics(1, plan_.options.type == ScoreType::float32 ? statistics : stored_);
  sink_->finish();
}

ProductRecord HeatmapWriter::commit() {
  const std::int64_t bytes = sink_->commit();
  return {"score", plan_.options.out, bytes, pixel_hash_.hex(), statistics_};
}

}  // namespace groundshift

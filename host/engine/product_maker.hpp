// SPDX-License-Identifier: Apache-2.0
// What is made beside the heatmap: told of every tile, asked for its files at the end. Products implement it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "host/base/progress.hpp"
#include "host/geo/grid.hpp"
#include "host/io/raster_sink.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

struct DetectPlan;

/// One file that a run made, as the summary lists it.
struct ProductRecord {
  std::string name;
  std::filesystem::path path;
  std::int64_t byte_count = 0;
  std::string pixel_hash;                    ///< rasters only
  std::optional<BandStatistics> statistics;  ///< rasters only, in the units of the score
};

/// What a product may know of the finished heatmap. stored_scale, stored_offset: score = scale * stored + offset.
struct HeatmapFacts {
  std::filesystem::path path;
  std::string title;  ///< score, normalization, unit in one line
  BandStatistics statistics;
  double stored_scale = 1.0;
  double stored_offset = 0.0;
};

class ProductMaker {
 public:
  virtual ~ProductMaker() = default;
  /// Files that finish() will write for this heatmap, to be refused early when they exist.
  virtual std::vector<std::filesystem::path> outputs(const std::filesystem::path& heatmap) const = 0;
  virtual void begin(const Grid& grid) = 0;
  /// For those that look at the dates themselves, before begin(): what will be read.
  virtual void begin_dates(const DetectPlan& /*plan*/) {}
  /// A tile of both dates as it was read (its pixels may be on a device alone), from several threads.
  virtual void see(const Window& /*core*/, const PairTile& /*tile*/) {}
  /// One finished tile, in plan order, from one thread. NaN = no score.
  virtual void add(const Window& core, RasterView<const float> score) = 0;
  /// All of finish() that needs no file, after the last tile and beside other work.
  virtual void prepare(const HeatmapFacts& /*facts*/) {}
  virtual std::vector<ProductRecord> finish(const HeatmapFacts& facts) = 0;
  /// What is made of the finished run: its files are in place, the summary is all but written and lacks these records.
  virtual std::vector<ProductRecord> document(const nlohmann::ordered_json& summary,
                                              const std::filesystem::path& summary_path, const JobContext& context);
};

inline std::vector<ProductRecord> ProductMaker::document(const nlohmann::ordered_json&, const std::filesystem::path&,
                                                         const JobContext&) {
  return {};
}

/// For jobs that make no pictures. files : what else they write, refused early when it exists
class NoPictures final : public ProductMaker {
 public:
  explicit NoPictures(std::vector<std::filesystem::path> files = {}) : files_(std::move(files)) {}
  std::vector<std::filesystem::path> outputs(const std::filesystem::path&) const override { return files_; }
  void begin(const Grid&) override {}
  void add(const Window&, RasterView<const float>) override {}
  std::vector<ProductRecord> finish(const HeatmapFacts&) override { return {}; }

 private:
  std::vector<std::filesystem::path> files_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The score tiles on their way into the heatmap file: stored as float32, or scaled to integers in a second step.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/engine/product_maker.hpp"
#include "host/io/output_file.hpp"
#include "host/io/pixel_hash.hpp"
#include "host/io/raster_sink.hpp"
#include "kernels/solve/band_normalization.hpp"

namespace groundshift {

/// Score, normalization and unit in one line.
std::string heatmap_title(const DetectPlan& plan);

/// float32: tiles go straight to the output. UInt16, Byte: the scale is known only when the largest score is, so tiles
/// go to a float32 scratch sibling first. Stored value = round(score / scale), 0..65534 or 0..254, the last value
/// (65535, 255) is nodata.
class HeatmapWriter {
 public:
  HeatmapWriter(const DetectPlan& plan, const std::vector<BandNormalization>& fits, const JobContext& context);

  /// Digest of the cells of a tile, from any thread (float32 output only; else it comes with the stored values).
  void hash(const Window& core, RasterView<const float> score);
  /// From one thread.
  void write(const Window& core, RasterView<const float> score);
  /// After the last tile: scales if needed, sets statistics, writes all that is left. The file is complete but not yet
  /// under its name.
  void finish(const BandStatistics& statistics);
  ProductRecord commit();
  double stored_scale() const { return scale_; }

 private:
  RasterSinkSpec output_spec() const;
  void scale_into_output(const BandStatistics& statistics);

  const DetectPlan& plan_;
  const JobContext& context_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::optional<TemporarySibling> scratch_;
  PixelHash pixel_hash_;
  std::optional<RasterSink> sink_;
  BandStatistics statistics_;
  double scale_ = 1.0;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The score tiles on their way into the heatmap file: stored as float32, or scaled to integers in a second step.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/engine/kept_scores.hpp"
#include "host/engine/product_maker.hpp"
#include "host/io/pixel_hash.hpp"
#include "host/io/raster_sink.hpp"
#include "kernels/solve/band_normalization.hpp"

namespace groundshift {

/// Score, normalization and unit in one line.
std::string heatmap_title(const DetectPlan& plan);

/// float32: tiles go straight to the output. UInt16, Byte: the scale is known only when the largest score is, so the
/// scores that the run keeps are scaled and written at the end. Stored value = round(score / scale), 0..65534 or
/// 0..254, the last value (65535, 255) is nodata.
class HeatmapWriter {
 public:
  HeatmapWriter(const DetectPlan& plan, const std::vector<BandNormalization>& fits, const JobContext& context);

  bool concurrent() const { return sink_->concurrent(); }
  /// Digest of the cells of a tile, from any thread (float32 output only; else it comes with the stored values).
  void hash(const Window& core, RasterView<const float> score);
  /// From several threads where concurrent(), else from one. Nothing is written yet of other types than float32.
  void write(const Window& core, RasterView<const float> score);
  /// After the last tile: of other types than float32 scales and writes what was kept.
  void write_kept(KeptScores& scores, const BandStatistics& statistics);
  /// Sets statistics, writes all that is left. The file is complete but not yet under its name.
  void finish(const BandStatistics& statistics);
  ProductRecord commit();
  double stored_scale() const { return scale_; }

 private:
  RasterSinkSpec output_spec() const;
  template <class T>
  void scale_tiles(KeptScores& scores, const BandStatistics& statistics);

  const DetectPlan& plan_;
  const JobContext& context_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  PixelHash pixel_hash_;
  std::unique_ptr<RasterSink> sink_;
  BandStatistics statistics_;
  BandStatistics stored_;  ///< of the stored values
  double scale_ = 1.0;
};

}  // namespace groundshift

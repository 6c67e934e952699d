// SPDX-License-Identifier: Apache-2.0
// The last pass: every tile scored once, written, and made into the rasters that stand beside the score.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/engine/heatmap_writer.hpp"
#include "host/engine/kept_scores.hpp"
#include "host/engine/pair_fit.hpp"
#include "host/engine/pair_tiles.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/score_thresholds.hpp"
#include "kernels/solve/score_statistics.hpp"

namespace groundshift {

/// Outputs are complete after ends() and under their names after commit().
class ScorePass {
 public:
  ScorePass(const DetectPlan& plan, const PairFit& fit, ProductMaker& products, const JobContext& context);

  void run(PairTiles& tiles);
  /// Writes what is written of kept scores, which may be dropped then.
  void write_kept();
  /// What the products make of all tiles without a file; a scaled heatmap's after write_kept().
  void prepare_pictures();
  /// What closes heatmap and products, the longest first: each once, in any order, from any thread. The tiles may be
  /// gone.
  std::vector<std::function<void()>> ends();
  /// In place: the heatmap first.
  std::vector<ProductRecord> commit();

  const ScoreStatistics& statistics() const { return statistics_; }
  const std::optional<ScoreThresholds>& thresholds() const { return thresholds_; }
  /// What the thresholds were taken from.
  LogWindow score_window() const;
  /// Null unless the plan keeps scores.
  KeptScores* kept() { return scores_.get(); }
  void drop_kept() { scores_.reset(); }

 private:
  void compute(Slot& slot);
  void consume(Slot& slot);
  void write(Slot& slot, bool concurrent);
  BandStatistics band_statistics() const;
  HeatmapFacts facts() const;
  void add_products();
  ScoreRecipe direction_recipe(ScoreKind kind) const;

  const DetectPlan& plan_;
  const PairFit& fit_;
  ProductMaker& products_;
  const JobContext& context_;
  Backend& backend_;
  HeatmapWriter writer_;
  std::vector<ScoreStatistics> statistics_of_;  ///< of the tiles of each slot
  std::vector<LogHistogram> histogram_of_;      ///< the same
  ScoreStatistics statistics_;
  std::optional<ScoreThresholds> thresholds_;
  std::optional<PValueTable> pvalues_;
  std::optional<RasterProduct> pvalue_, direction_, normalized_;
  ScoreRecipe angle_, rising_;
  std::unique_ptr<KeptScores> scores_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// From the kept scores to places: the class raster and the layer of sites, of one mask.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "host/base/progress.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/kept_scores.hpp"
#include "host/engine/pair_fit.hpp"
#include "host/engine/pair_tiles.hpp"
#include "host/engine/raster_product.hpp"
#include "host/engine/score_thresholds.hpp"
#include "host/sites/find_sites.hpp"
#include "host/sites/site_layer.hpp"

namespace groundshift {

/// What the summary tells of the places. area_m2: of all sites; nothing where the grid does not give it
struct SiteFindings {
  SiteCounts counts;
  std::int64_t site_count = 0, written = 0;
  std::optional<double> area_m2;
};

/// Use in this order: find(), look_at_dates() while the tiles are there, write(), commit().
class SiteProduct {
 public:
  /// The plan, fit and thresholds outlive it. memory_bytes : for runs, sites and rows
  SiteProduct(const DetectPlan& plan, const PairFit& fit, const ScoreThresholds& thresholds, std::int64_t memory_bytes,
              const JobContext& context);

  /// Mask, sites and what their scores say. With --icm the mask is the regularised one (window: of the score
  /// histogram). Throws OutputError (scratch) and BudgetError.
  void find(KeptScores& scores, const LogWindow& window);
  /// Means of both dates over every site, from the tiles that hold one. After means are those of the file's values,
  /// matched ones with `--normalize histogram`, rounded to float32. A site is greener or barer where its NDVI, AFTER on
  /// BEFORE's radiometry, moves by more than 0.1 (needs bands named red and nir), else brighter or darker by the sign
  /// of the mean change over bands; nothing with unequal band counts.
  void look_at_dates(PairTiles& tiles);
  /// Closes the class raster and the layer.
  void write();
  std::vector<ProductRecord> commit();

  SiteFindings findings() const;

 private:
  void add_labelled(KeptScores& scores, const LogWindow& window, std::int32_t strip_rows);
  void write_class();
  void set_directions();

  const DetectPlan& plan_;
  const PairFit& fit_;
  const ScoreThresholds& thresholds_;
  const std::int64_t memory_bytes_;
  const JobContext& context_;
  FindSites sites_;
  SiteDates dates_;
  std::optional<RasterProduct> class_;
  std::unique_ptr<PolygonLayer> layer_;
};

}  // namespace groundshift

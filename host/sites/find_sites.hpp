// SPDX-License-Identifier: Apache-2.0
// From scores, row by row, to cleaned and labelled sites: the one object that `sites` and `detect` work with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "host/geo/grid.hpp"
#include "host/geo/pixel_area.hpp"
#include "host/sites/components.hpp"
#include "host/sites/run_store.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

enum class AreaUnit : std::uint8_t { pixels, square_metres };
/// 0 : no limit
struct AreaLimit {
  double value = 0.0;
  AreaUnit unit = AreaUnit::pixels;
};

/// What a site is. Steps in this order; each sees the result of the one before:
///   threshold   a pixel is set where its score is above `threshold`; with hysteresis_factor above 1, where it is above
///               threshold / factor and connected, over such pixels, to one above the threshold
///   open, close by a disk of that radius in pixels (morphology.hpp); 0: off
///   min_area    components smaller than it go
///   max_hole    holes up to it are filled: parts of what is not set, under the complementary connectivity, that hold
///               no pixel without a score and do not reach the image's edge; 0: none
///   components  under `connectivity`; a filled hole joins what it held
/// Pixels without a score are never set.
struct SiteOptions {
  double threshold = 0.0;
  double hysteresis_factor = 1.0;
  std::int32_t open_radius = 0, close_radius = 0;
  AreaLimit min_area, max_hole;
  Connectivity connectivity = Connectivity::eight;
  std::int64_t memory_bytes = std::int64_t{1} << 30;
  std::filesystem::path scratch_folder;  ///< for runs that do not fit half of the memory
};

/// What is told of a site's scores.
struct SiteScores {
  double sum = 0.0;  ///< of its pixels in raster order: runs left to right, then run by run
  float max = 0.0f;
  std::int64_t near_unknown = 0;  ///< pixels within 2 columns and 2 rows of one without a score
};

/// changed : above the threshold; site_pixels : after cleaning
struct SiteCounts {
  std::int64_t scored = 0, changed = 0, site_pixels = 0, filled_holes = 0, filled_pixels = 0;
};

/// Use: add_rows() for every row, finish(), then measure_rows() for every row that holds sites, then ranked(). All in
/// ascending order of rows, in strips of any height; nothing depends on how rows are cut into strips. Ids are 1.. in
/// the order of the sites' smallest raster index. Memory: rows, the sites, and runs as far as the budget goes. One
/// thread.
class FindSites {
 public:
  /// Throws UsageError (a factor below 1, a negative radius) and InputError (an area in square metres on a grid without
  /// CRS).
  FindSites(const SiteOptions& options, const Grid& grid);
  ~FindSites();
  FindSites(const FindSites&) = delete;
  FindSites& operator=(const FindSites&) = delete;

  /// Full-width rows [first_row, first_row + row_count) without gaps between them; NaN = no score. Throws OutputError
  /// (scratch) and BudgetError (more components than the memory holds).
  void add_rows(std::int32_t first_row, std::int32_t row_count, const float* scores);
  void finish();

  /// After finish().
  const Grid& grid() const { return grid_; }
  const SiteOptions& options() const { return options_; }
  const SiteCounts& counts() const { return counts_; }
  /// Nothing on a grid without CRS.
  const std::optional<PixelAreas>& areas() const { return areas_; }
  /// Site id - 1 is the index.
  const std::vector<ComponentFacts>& sites() const { return sites_->components; }
  LabelledRuns& labelled() { return *sites_; }
  StoreRoom& room() { return room_; }
  bool has_sites(std::int32_t first_row, std::int32_t row_count) const;
  /// Runs of a row, labels = ids.
  void read_row(std::int32_t row, std::vector<Run>& runs) { sites_->runs.read(row, runs); }
  /// Runs of a row's pixels without a score.
  void read_unknown(std::int32_t row, std::vector<Run>& runs) { unknown_.read(row, runs); }

  /// The same scores again; rows without sites may be left out.
  void measure_rows(std::int32_t first_row, std::int32_t row_count, const float* scores);
  const std::vector<SiteScores>& scores() const { return scores_; }
  /// Indices of the sites, the first one first: by mean^3 sqrt(area in pixels) descending, mean that of the site's
  /// scores (one that is no number last), then area descending, then id. How far a site stands out counts most, its
  /// size little, for neighbouring pixels do not err independently: ten times the area outweighs a mean 1.47 times as
  /// high. Of the keys tried on scenes with known sites (sum, mean, maximum, mean times powers of the area) it put most
  /// true sites first.
  std::vector<std::int32_t> ranked() const;

 private:
  using Keep = std::function<bool(const ComponentFacts&)>;
  ComponentsSpec spec(Connectivity connectivity) const;
  bool at_least(const AreaLimit& limit, const ComponentFacts& facts) const;
  std::unique_ptr<LabelledRuns> label(RunStore& image, const Keep& keep);
  std::unique_ptr<RunStore> without_holes(LabelledRuns& image);
  void count_near_unknown(std::int32_t row, std::span<const Run> runs);

  SiteOptions options_;
  Grid grid_;
  std::optional<PixelAreas> areas_;
  float high_, low_;
  StoreRoom room_;
  RunStore unknown_;
  std::unique_ptr<RunStore> image_;         ///< where rows are shaped before they are labelled
  std::unique_ptr<Components> components_;  ///< where rows are labelled as they come
  std::unique_ptr<LabelledRuns> sites_;
  std::vector<SiteScores> scores_;
  SiteCounts counts_;
  std::int32_t next_row_ = 0, next_measured_ = 0;
  std::vector<Run> runs_, unknown_runs_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The verb `sites`: any heatmap in, a ranked layer of sites out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/sites/find_sites.hpp"
#include "host/sites/site_layer.hpp"
#include "host/sites/threshold_rules.hpp"

namespace groundshift {

/// sites.threshold is filled from `threshold`.
struct SitesJobOptions {
  std::filesystem::path heatmap;
  std::int32_t band = 1;
  ThresholdChoice threshold;
  SiteOptions sites;
  SiteLayerOptions layer;
  std::filesystem::path class_out;  ///< raster of the final mask: 0 unchanged, 1 changed, 255 no score; empty: none
  int threads = 1;
};

/// changed_fraction of `used` is counted, not read off the histogram.
/// thresholds : by every rule; empty with value:X
/// first      : records of the first sites, at most kSitesTold
inline constexpr std::size_t kSitesTold = 100;
struct SitesReport {
  Grid grid;
  ThresholdValue used;
  std::vector<ThresholdValue> thresholds;
  SiteCounts counts;
  std::int64_t site_count = 0, written = 0;
  double area_m2 = 0.0;  ///< of all sites; NaN without a CRS that gives it
  std::vector<SiteRecord> first;
};

/// Reads the heatmap in strips: for the histogram (unless a value is given), for the mask, and once more where there
/// are sites, for their scores. Writes the layer and the class raster under temporary names and renames them at the
/// end. Throws InputError (unreadable, no score at all), UsageError, OutputError, BudgetError.
SitesReport run_sites(SitesJobOptions options, const JobContext& context);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Sites as the layer "sites": polygons along pixel edges with their attributes, the first in rank first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/base/progress.hpp"
#include "host/io/polygon_layer.hpp"
#include "host/sites/find_sites.hpp"

namespace groundshift {

/// What only those know who have the two dates; index = id - 1. Lists that are empty become null or absent attributes.
/// before, after : means of the site's pixels, site by site, band_count values each
/// direction     : brighter, darker, greener, barer; empty text = null
struct SiteDates {
  std::vector<double> p_min;
  std::int32_t band_count = 0;
  std::vector<double> before, after;
  std::vector<std::string> direction;
};

/// One site's row of the table. area_m2, lon, lat : NaN without a CRS that gives them; p_min : NaN without p-values
struct SiteRecord {
  std::int64_t id = 0;
  std::int32_t rank = 0;
  double area_m2 = 0.0;
  std::int64_t area_px = 0;
  double lon = 0.0, lat = 0.0;
  std::int32_t col = 0, row = 0, cols = 0, rows = 0;
  double score_mean = 0.0, score_max = 0.0, score_sum = 0.0;
  double p_min = 0.0;
  double compactness = 0.0;  ///< 4 pi area / perimeter^2 in pixels; pi / 4 for a square
  double near_mask = 0.0;    ///< share of its pixels within 2 columns and 2 rows of one without a score
  bool touches_edge = false;
};

/// Records of the sites with these indices, which have the ranks first_rank, first_rank + 1, ...
std::vector<SiteRecord> site_records(const FindSites& sites, const SiteDates& dates,
                                     const std::vector<std::int32_t>& indices, std::int32_t first_rank);

/// top      : features written, by rank; 0 = all
/// simplify : PolygonLayerSpec
struct SiteLayerOptions {
  std::filesystem::path path;
  double simplify = 0.0;
  std::int64_t top = 0;
  bool overwrite = false;
};

/// Refuses what cannot be written before any work is done: UsageError (extension, tolerance), OutputError (path),
/// InputError (GeoJSON of a grid that has no longitudes and latitudes).
void check_site_layer(const SiteLayerOptions& options, const Grid& grid);

/// Writes the layer and closes it; commit() puts it in place. In the grid's CRS, GeoJSON in WGS 84. Without a
/// georeference coordinates are columns and negative rows. Throws OutputError, BudgetError (outlines).
std::unique_ptr<PolygonLayer> write_site_layer(FindSites& sites, const SiteDates& dates,
                                               const SiteLayerOptions& options, const JobContext& context);

/// QGIS style of the layer: outlines from light to dark by score_mean between two values, labelled with the rank.
std::string site_style(double lowest_mean, double highest_mean);

}  // namespace groundshift

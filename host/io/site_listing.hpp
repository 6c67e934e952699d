// SPDX-License-Identifier: Apache-2.0
// The sites layer read back, first ranks first: what a page lists and draws.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/geo/grid.hpp"

namespace groundshift {

/// Positions in pixels of the heatmap, corner of pixel (0, 0) = (0, 0); closed, first point not repeated.
using SiteRing = std::vector<std::array<double, 2>>;

/// Attributes as the layer has them; nothing where it has none. col, row, cols, rows : bounding box in pixels.
struct ListedSite {
  std::int64_t id = 0;
  std::int64_t rank = 0;
  std::int64_t area_px = 0;
  std::optional<double> area_m2, lon, lat;
  std::int32_t col = 0, row = 0, cols = 0, rows = 0;
  std::optional<double> score_mean, score_max, score_sum, p_min, compactness, near_mask;
  std::string direction;
  bool touches_edge = false;
  std::vector<SiteRing> rings;
};

/// count, area_px, area_m2 : of all sites of the layer, listed or not
struct SiteListing {
  std::int64_t count = 0, area_px = 0;
  std::optional<double> area_m2;
  std::vector<ListedSite> sites;  ///< ascending by rank, at most `limit`
};

/// Reads the first layer of any vector file OGR reads. Geometries come in the layer's CRS (as in GeoJSON, which is in
/// degrees whatever the heatmap is) and go to pixels of `grid`; without georeference they are pixels, y up or down as
/// the bounding boxes in the attributes say. Throws InputError: missing, no such layer, attributes missing.
SiteListing read_site_listing(const std::string& path, const Grid& grid, std::int64_t limit);

/// Douglas and Peucker 1973: points that lie within `tolerance` of the line without them are left out; at least a
/// triangle stays.
SiteRing simplified(const SiteRing& ring, double tolerance);

/// A site's rings simplified, without those (holes, specks) smaller than 2 x `tolerance` both ways; its largest stays.
std::vector<SiteRing> drawn_rings(const ListedSite& site, double tolerance);

}  // namespace groundshift

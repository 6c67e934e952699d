// SPDX-License-Identifier: Apache-2.0
// Layers of sites for tests, with the attributes that the program's own have.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace groundshift::test {

/// rings : in the layer's coordinates; the first is the outline, the others are holes
struct SiteSpec {
  std::int64_t id = 1;
  int rank = 1;
  std::int64_t area_px = 1;
  std::optional<double> area_m2;
  int col = 0, row = 0, cols = 1, rows = 1;
  double score_max = 1.0;
  std::string direction = "brighter";
  int touches_edge = 0;
  std::vector<std::vector<std::array<double, 2>>> rings;
};

/// Writes layer "sites"; crs empty: none. Shapefiles cut the names. Throws std::runtime_error.
void write_sites(const std::filesystem::path& path, const std::string& driver, const std::string& crs,
                 const std::vector<SiteSpec>& sites);

/// A site that is a rectangle of pixels of the grid that write_scene() makes by itself (10 m, EPSG:32633).
SiteSpec rectangle_site(std::int64_t id, int rank, int col, int row, int cols, int rows);

}  // namespace groundshift::test

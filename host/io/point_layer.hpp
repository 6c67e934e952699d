// SPDX-License-Identifier: Apache-2.0
// Points with numbers as a GeoPackage layer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace groundshift {

/// values : one a number field; NaN is stored as null
struct PointFeature {
  double x = 0.0, y = 0.0;
  std::vector<double> values;
  std::string text;
};

/// Writes one layer of points through a temporary sibling, replacing an older file. crs_wkt : empty = none.
/// Throws OutputError.
void write_point_layer(const std::filesystem::path& path, const std::string& layer, const std::string& crs_wkt,
                       const std::vector<std::string>& number_fields, const std::string& text_field,
                       const std::vector<PointFeature>& features);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// What a finished raster says of its bands' values: type, nodata, scale, unit, statistics.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace groundshift {

/// Of the values as stored. Statistics are those in the file (STATISTICS_*), none is computed.
struct BandFacts {
  std::string type_name;  ///< GDAL's, "Int8" for a signed byte
  std::string description, unit;
  std::optional<double> nodata;         ///< may be NaN
  std::optional<double> scale, offset;  ///< value = scale * stored + offset
  std::optional<double> minimum, maximum, mean, std, valid_percent;
};

/// One entry a band. Throws InputError.
std::vector<BandFacts> band_facts(const std::string& path);

}  // namespace groundshift

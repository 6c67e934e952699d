// SPDX-License-Identifier: Apache-2.0
// Which of PROJ's operations leads from one CRS to another: chosen once, named, and the same for every point.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "host/geo/grid.hpp"

namespace groundshift {

/// definition : PROJ pipeline from source to target in the axis order of both CRSs' definitions; empty: the CRSs are
///              the same and nothing is to be done
/// accuracy_m : nothing when PROJ does not know it
/// ballpark   : the datums differ and the difference is ignored (metres to hundreds of metres)
/// better     : a more accurate operation that cannot be used, for want of its grid files; empty: none
struct CoordinateOperation {
  std::string name;
  std::string definition;
  std::optional<double> accuracy_m;
  bool ballpark = false;
  std::string better;
};

/// {west, south, east, north} in degrees of what a grid covers, west > east across the antimeridian; nothing when it
/// has no CRS or none of its outline can be placed.
std::optional<std::array<double, 4>> area_of_interest(const Grid& grid);

/// PROJ's first choice among the operations whose grid files are here (no network), for the area. GDAL left to itself
/// chooses anew for every batch of points, by their mean. Throws InputError when there is none.
CoordinateOperation choose_operation(const std::string& source_wkt, const std::string& target_wkt,
                                     const std::optional<std::array<double, 4>>& area);

}  // namespace groundshift

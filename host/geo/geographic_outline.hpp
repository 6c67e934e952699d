// SPDX-License-Identifier: Apache-2.0
// Where a grid lies on Earth, as GeoJSON says it: rings of longitude and latitude, cut at the antimeridian.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "host/geo/grid.hpp"

namespace groundshift {

/// {longitude, latitude} in degrees; closed (last = first), counterclockwise, no holes.
using GeographicRing = std::vector<std::array<double, 2>>;

/// RFC 7946. rings : one polygon each, within -180..180, rounded to 1e-7 degrees (a centimetre)
/// bounds : {west, south, east, north}; west > east where it crosses the antimeridian
struct GeographicOutline {
  std::vector<GeographicRing> rings;
  std::array<double, 4> bounds{};
};

/// The grid's edges in WGS 84, each as 20 pieces, those in line with their neighbours joined again. A grid that holds a
/// pole is closed along it; latitudes beyond a pole are cut there. Nothing without a geotransform or CRS, or where a
/// point of the edge has no place on Earth (a full disc seen from afar).
std::optional<GeographicOutline> geographic_outline(const Grid& grid);

/// Part of a simple ring (not closed) with value >= line, value = sign * longitude, as rings; sign is 1 or -1.
std::vector<GeographicRing> cut_at_meridian(const GeographicRing& ring, double line, double sign);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Edge to degrees, unrolled over the antimeridian, cut into worlds of 360 degrees.
#include "host/geo/geographic_outline.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <ogr_spatialref.h>

#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

using Point = std::array<double, 2>;

constexpr int kPieces = 20;           // an edge, as GDALSuggestedWarpOutput samples an outline
constexpr double kPerDegree = 1e7;    // coordinates are kept to a ten-millionth: a centimetre
constexpr double kLeastArea = 1e-14;  // square degrees: a square millimetre
constexpr double kStraight = 1e-9;    // degrees off the line between its neighbours that a dropped point may lie

struct Destroy {
  void operator()(OGRCoordinateTransformation* t) const noexcept { OGRCoordinateTransformation::DestroyCT(t); }
};

/// The edge in CRS units, clockwise from the upper left corner, not closed.
GeographicRing edge_of(const Grid& grid) {
  const double w = grid.width, h = grid.height;
  const Point corners[] = {{0, 0}, {w, 0}, {w, h}, {0, h}, {0, 0}};
  GeographicRing edge;
  for (int side = 0; side < 4; ++side) {
    for (int i = 0; i < kPieces; ++i) {
      const double t = double(i) / kPieces;
      const Point &a = corners[side], &b = corners[side + 1];
      edge.push_back(to_ground(grid, a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])));
    }
  }
  return edge;
}

/// In place; false when a point has no place.
bool to_degrees(GeographicRing& ring, const std::string& wkt) {
  initialize_gdal();
  const GdalMessages quiet;
  OGRSpatialReference crs, lonlat;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  lonlat.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE || lonlat.SetFromUserInput("EPSG:4326") != OGRERR_NONE) {
    return false;
  }
  const std::unique_ptr<OGRCoordinateTransformation, Destroy> transform(
      OGRCreateCoordinateTransformation(&crs, &lonlat));
  if (transform == nullptr) return false;
  std::vector<double> x, y;
  // PROJ refuses latitudes beyond a pole and longitudes of another turn.
  const double radians = crs.GetAngularUnits(static_cast<const char**>(nullptr));
  const double quarter = std::round(std::acos(0.0) / radians * 1e9) / 1e9;  // 90 degrees and not a bit more
  for (const Point& p : ring) {
    const bool geographic = crs.IsGeographic() != 0;
    x.push_back(geographic ? p[0] - 4 * quarter * std::floor((p[0] + 2 * quarter) / (4 * quarter)) : p[0]);
    y.push_back(geographic ? std::clamp(p[1], -quarter, quarter) : p[1]);
  }
  std::vector<int> good(ring.size());
  transform->Transform(static_cast<int>(x.size()), x.data(), y.data(), nullptr, good.data());
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (!good[i] || !std::isfinite(x[i]) || !std::isfinite(y[i])) return false;
    ring[i] = {x[i], y[i]};
  }
  return true;
}

/// Longitudes made continuous along the ring. Returns the turns made on the way round: 0, or 1 or -1 around a pole.
int unroll(GeographicRing& ring) {
  const Point first = ring.front();
  for (std::size_t i = 1; i < ring.size(); ++i) {
    ring[i][0] += 360.0 * std::round((ring[i - 1][0] - ring[i][0]) / 360.0);
  }
  return static_cast<int>(std::round((ring.back()[0] - first[0]) / 360.0));
}

double signed_area(const GeographicRing& ring) {
  double twice = 0.0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point &a = ring[i], &b = ring[(i + 1) % ring.size()];
    twice += (a[0] - ring[0][0]) * (b[1] - ring[0][1]) - (b[0] - ring[0][0]) * (a[1] - ring[0][1]);
  }
  return 0.5 * twice;
}

/// Where the way from a to b meets a longitude.
Point meeting(const Point& a, const Point& b, double longitude) {
  const double t = (longitude - a[0]) / (b[0] - a[0]);
  return {longitude, a[1] + t * (b[1] - a[1])};
}

/// A ring that turns around a pole, opened where it crosses the antimeridian and closed along the pole.
GeographicRing close_along_pole(const GeographicRing& ring, int turns) {
  double mean = 0.0;
  for (const Point& p : ring) mean += p[1] / double(ring.size());
  const double pole = mean < 0.0 ? -90.0 : 90.0;
  const auto world = [](double longitude) { return std::floor((longitude + 180.0) / 360.0); };
  GeographicRing out;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    Point b = i + 1 < ring.size() ? ring[i + 1] : Point{ring[0][0] + 360.0 * turns, ring[0][1]};
    if (world(a[0]) == world(b[0])) continue;
    const double line = 360.0 * std::max(world(a[0]), world(b[0])) - 180.0;
    const Point start = meeting(a, b, line);
    out.push_back(start);
    for (std::size_t k = 1; k <= ring.size(); ++k) {
      const std::size_t at = i + k;
      Point p = ring[at % ring.size()];
      p[0] += 360.0 * turns * double(at / ring.size());
      if (p != out.back()) out.push_back(p);
    }
    const Point end{line + 360.0 * turns, start[1]};
    if (out.back() != end) out.push_back(end);
    out.push_back({end[0], pole});
    out.push_back({line, pole});
    return out;
  }
  return ring;  // a full turn meets the antimeridian somewhere
}

double rounded(double degrees) { return std::round(degrees * kPerDegree) / kPerDegree + 0.0; }

/// Rounded, without points in line with their neighbours, counterclockwise, closed; empty when nothing is left.
GeographicRing finished(const GeographicRing& ring, double turn) {
  GeographicRing apart;  // no point twice in a row: a corner's direction is asked for
  for (const Point& p : ring) {
    if (apart.empty() || std::hypot(p[0] - apart.back()[0], p[1] - apart.back()[1]) > kStraight) apart.push_back(p);
  }
  while (apart.size() > 1 &&
         std::hypot(apart.front()[0] - apart.back()[0], apart.front()[1] - apart.back()[1]) <= kStraight) {
    apart.pop_back();
  }
  GeographicRing kept;
  const std::size_t count = apart.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Point &a = apart[(i + count - 1) % count], &p = apart[i], &b = apart[(i + 1) % count];
    const double dx = b[0] - a[0], dy = b[1] - a[1], length = std::hypot(dx, dy);
    const double off = length > 0.0 ? std::fabs(dx * (p[1] - a[1]) - dy * (p[0] - a[0])) / length : 0.0;
    const bool between =
        (p[0] - a[0]) * dx + (p[1] - a[1]) * dy >= 0.0 && (b[0] - p[0]) * dx + (b[1] - p[1]) * dy >= 0.0;
    if (off > kStraight || !between) kept.push_back({rounded(p[0] + turn), rounded(p[1])});
  }
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  while (kept.size() > 1 && kept.front() == kept.back()) kept.pop_back();
  if (kept.size() < 3) return {};
  if (signed_area(kept) < 0.0) std::reverse(kept.begin(), kept.end());
  kept.push_back(kept.front());
  return kept;
}

std::array<double, 4> bounds_of(const GeographicRing& unrolled) {
  std::array<double, 4> b{HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (const Point& p : unrolled) {
    b = {std::min(b[0], p[0]), std::min(b[1], p[1]), std::max(b[2], p[0]), std::max(b[3], p[1])};
  }
  return b;
}

}  // namespace

std::vector<GeographicRing> cut_at_meridian(const GeographicRing& ring, double line, double sign) {
  const auto inside = [&](const Point& p) { return sign * (p[0] - line) >= 0.0; };
  const std::size_t count = ring.size();
  std::size_t first_out = 0;
  while (first_out < count && inside(ring[first_out])) ++first_out;
  if (first_out == count) return {ring};
  std::vector<GeographicRing> chains;  // what lies inside between an entry over the line and the next exit
  for (std::size_t k = 0; k < count; ++k) {
    const Point &a = ring[(first_out + k) % count], &b = ring[(first_out + k + 1) % count];
    if (!inside(a) && inside(b)) chains.push_back({meeting(a, b, line)});
    if (inside(b)) chains.back().push_back(b);
    if (inside(a) && !inside(b)) chains.back().push_back(meeting(a, b, line));
  }
  // Along the line, crossings in order of latitude bound what is inside in pairs: an exit goes on at its partner.
  struct Crossing {
    double latitude;
    std::size_t chain;
    bool entry;
  };
  std::vector<Crossing> crossings;
  for (std::size_t c = 0; c < chains.size(); ++c) {
    crossings.push_back({chains[c].front()[1], c, true});
    crossings.push_back({chains[c].back()[1], c, false});
  }
  std::stable_sort(crossings.begin(), crossings.end(),
                   [](const Crossing& a, const Crossing& b) { return a.latitude < b.latitude; });
  std::vector<std::size_t> next(chains.size());
  for (std::size_t c = 0; c < chains.size(); ++c) next[c] = c;
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
    const Crossing &a = crossings[i], &b = crossings[i + 1];
    if (a.entry != b.entry) next[a.entry ? b.chain : a.chain] = a.entry ? a.chain : b.chain;
  }
  std::vector<GeographicRing> rings;
  std::vector<bool> used(chains.size(), false);
  for (std::size_t c = 0; c < chains.size(); ++c) {
    GeographicRing whole;
    for (std::size_t at = c; !used[at]; at = next[at]) {
      used[at] = true;
      whole.insert(whole.end(), chains[at].begin(), chains[at].end());
    }
    if (whole.size() >= 3 && std::fabs(signed_area(whole)) > kLeastArea) rings.push_back(std::move(whole));
  }
  return rings;
}

std::optional<GeographicOutline> geographic_outline(const Grid& grid) {
  if (!grid.geotransform || grid.crs_wkt.empty() || grid.width < 1 || grid.height < 1) return std::nullopt;
  GeographicRing ring = edge_of(grid);
  if (!to_degrees(ring, grid.crs_wkt)) return std::nullopt;
  ring.push_back(ring.front());
  const int turns = unroll(ring);
  ring.pop_back();
  if (turns < -1 || turns > 1) return std::nullopt;
  if (turns != 0) ring = close_along_pole(ring, turns);
  const std::array<double, 4> all = bounds_of(ring);
  constexpr double kTouch = 1e-9;  // an edge on the antimeridian does not cross it
  const double first = std::floor((all[0] + 180.0 + kTouch) / 360.0);
  const double last = std::ceil((all[2] + 180.0 - kTouch) / 360.0) - 1.0;
  GeographicOutline out;
  out.bounds = {rounded(all[0] - 360.0 * first), rounded(all[1]), rounded(all[2] - 360.0 * last), rounded(all[3])};
  if (all[2] - all[0] >= 360.0 - kTouch) out.bounds[0] = -180.0, out.bounds[2] = 180.0;
  for (double world = first; world <= last; ++world) {
    for (const GeographicRing& east : cut_at_meridian(ring, 360.0 * world - 180.0 - kTouch, 1.0)) {
      for (const GeographicRing& part : cut_at_meridian(east, 360.0 * world + 180.0 + kTouch, -1.0)) {
        if (GeographicRing done = finished(part, -360.0 * world); !done.empty()) out.rings.push_back(std::move(done));
      }
    }
  }
  if (out.rings.empty()) return std::nullopt;
  return out;
}

}  // namespace groundshift

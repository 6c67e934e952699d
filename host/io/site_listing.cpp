// SPDX-License-Identifier: Apache-2.0
// OGR features to plain records, polygons to pixels.
#include "host/io/site_listing.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <cpl_string.h>
#include <fmt/format.h>
#include <ogr_spatialref.h>
#include <ogrsf_frmts.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

struct FeatureDestroyer {
  void operator()(OGRFeature* f) const noexcept { OGRFeature::DestroyFeature(f); }
};
using Feature = std::unique_ptr<OGRFeature, FeatureDestroyer>;
struct TransformDestroyer {
  void operator()(OGRCoordinateTransformation* t) const noexcept { OGRCoordinateTransformation::DestroyCT(t); }
};
using Transform = std::unique_ptr<OGRCoordinateTransformation, TransformDestroyer>;

/// Shapefiles cut names to ten letters.
int field_of(const OGRFeatureDefn& layer, const std::string& name) {
  const int found = layer.GetFieldIndex(name.c_str());
  return found >= 0 ? found : layer.GetFieldIndex(name.substr(0, 10).c_str());
}

class Attributes {
 public:
  Attributes(const OGRFeatureDefn& layer, const OGRFeature& feature) : layer_(layer), feature_(feature) {}
  std::optional<double> number(const char* name) const {
    const int field = field_of(layer_, name);
    if (field < 0 || !feature_.IsFieldSetAndNotNull(field)) return std::nullopt;
    const double v = feature_.GetFieldAsDouble(field);
    return std::isfinite(v) ? std::optional(v) : std::nullopt;
  }
  std::int64_t whole(const char* name) const {
    const int field = field_of(layer_, name);
    return field >= 0 && feature_.IsFieldSetAndNotNull(field) ? feature_.GetFieldAsInteger64(field) : 0;
  }
  std::string text(const char* name) const {
    const int field = field_of(layer_, name);
    return field >= 0 && feature_.IsFieldSetAndNotNull(field) ? feature_.GetFieldAsString(field) : "";
  }

 private:
  const OGRFeatureDefn& layer_;
  const OGRFeature& feature_;
};

ListedSite site_of(const Attributes& a) {
  ListedSite site;
  site.id = a.whole("id");
  site.rank = a.whole("rank");
  site.area_px = a.whole("area_px");
  site.area_m2 = a.number("area_m2");
  site.lon = a.number("lon");
  site.lat = a.number("lat");
  site.col = static_cast<std::int32_t>(a.whole("col"));
  site.row = static_cast<std::int32_t>(a.whole("row"));
  site.cols = static_cast<std::int32_t>(a.whole("cols"));
  site.rows = static_cast<std::int32_t>(a.whole("rows"));
  site.score_mean = a.number("score_mean");
  site.score_max = a.number("score_max");
  site.score_sum = a.number("score_sum");
  site.p_min = a.number("p_min");
  site.compactness = a.number("compactness");
  site.near_mask = a.number("near_mask");
  site.direction = a.text("direction");
  site.touches_edge = a.whole("touches_edge") != 0;
  return site;
}

void add_ring(const OGRLinearRing& ring, std::vector<SiteRing>& rings) {
  SiteRing out;
  for (int i = 0; i < ring.getNumPoints(); ++i) out.push_back({ring.getX(i), ring.getY(i)});
  if (out.size() > 1 && out.front() == out.back()) out.pop_back();
  if (out.size() >= 3) rings.push_back(std::move(out));
}

void add_polygon(const OGRPolygon& polygon, std::vector<SiteRing>& rings) {
  if (polygon.getExteriorRing() == nullptr) return;
  add_ring(*polygon.getExteriorRing(), rings);
  for (int i = 0; i < polygon.getNumInteriorRings(); ++i) add_ring(*polygon.getInteriorRing(i), rings);
}

std::vector<SiteRing> rings_of(const OGRGeometry* geometry) {
  std::vector<SiteRing> rings;
  if (geometry == nullptr) return rings;
  const OGRwkbGeometryType type = wkbFlatten(geometry->getGeometryType());
  if (type == wkbPolygon) add_polygon(*geometry->toPolygon(), rings);
  if (type == wkbMultiPolygon) {
    for (const OGRPolygon* part : *geometry->toMultiPolygon()) add_polygon(*part, rings);
  }
  return rings;
}

/// Layer coordinates to heatmap pixels.
class ToPixels {
 public:
  ToPixels(const std::string& path, OGRLayer& layer, const Grid& grid) : grid_(grid) {
    const OGRSpatialReference* from = layer.GetSpatialRef();
    if (from == nullptr || grid.crs_wkt.empty()) return;
    OGRSpatialReference source(*from), target;
    source.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    target.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (target.importFromWkt(grid.crs_wkt.c_str()) != OGRERR_NONE || source.IsSame(&target) != 0) return;
    transform_.reset(OGRCreateCoordinateTransformation(&source, &target));
    if (!transform_) {
      throw InputError(
          fmt::format("{}: no way from the layer's CRS to the heatmap's ({})", path, crs_name(grid.crs_wkt)));
    }
  }

  void operator()(ListedSite& site) const {
    double highest = -1e300;
    for (SiteRing& ring : site.rings) {
      for (auto& point : ring) {
        if (transform_) transform_->Transform(1, &point[0], &point[1]);
        if (grid_.geotransform) point = to_pixels(grid_, point[0], point[1]);
        highest = std::max(highest, point[1]);
      }
    }
    // Without georeference rows may have been written as y upwards, so that programs show the layer the right way up.
    if (grid_.geotransform || highest > double(site.row)) return;
    for (SiteRing& ring : site.rings) {
      for (auto& point : ring) point[1] = -point[1];
    }
  }

 private:
  const Grid& grid_;
  Transform transform_;
};

/// Counts and sums all sites; shapes and other attributes are not read, where the format can do so.
void add_totals(OGRLayer& layer, const OGRFeatureDefn& fields, SiteListing& listing) {
  CPLStringList ignored;
  ignored.AddString("OGR_GEOMETRY");
  ignored.AddString("OGR_STYLE");
  for (int i = 0; i < fields.GetFieldCount(); ++i) {
    const std::string name = fields.GetFieldDefn(i)->GetNameRef();
    if (name != "area_px" && name != "area_m2") ignored.AddString(name.c_str());
  }
  layer.SetIgnoredFields(const_cast<const char**>(ignored.List()));
  double area_m2 = 0.0;
  bool all_have_area = true;
  layer.ResetReading();
  while (const Feature feature{layer.GetNextFeature()}) {
    const Attributes attributes(fields, *feature);
    ++listing.count;
    listing.area_px += attributes.whole("area_px");
    const auto area = attributes.number("area_m2");
    all_have_area = all_have_area && area.has_value();
    area_m2 += area.value_or(0.0);
  }
  layer.SetIgnoredFields(nullptr);
  if (all_have_area && listing.count > 0) listing.area_m2 = area_m2;
}

double distance2_to_segment(const std::array<double, 2>& p, const std::array<double, 2>& a,
                            const std::array<double, 2>& b) {
  const double dx = b[0] - a[0], dy = b[1] - a[1];
  const double length2 = dx * dx + dy * dy;
  const double t = length2 > 0.0 ? std::clamp(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2, 0.0, 1.0) : 0.0;
  const double x = p[0] - a[0] - t * dx, y = p[1] - a[1] - t * dy;
  return x * x + y * y;
}

}  // namespace

SiteListing read_site_listing(const std::string& path, const Grid& grid, std::int64_t limit) {
  initialize_gdal();
  const GdalMessages messages;
  const Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR));
  if (!dataset) throw InputError(fmt::format("{}: no layer of sites: {}", path, messages.failure_text()));
  OGRLayer* layer = dataset->GetLayerByName("sites");
  if (layer == nullptr) layer = dataset->GetLayer(0);
  if (layer == nullptr) throw InputError(fmt::format("{}: holds no layer", path));
  OGRFeatureDefn& fields = *layer->GetLayerDefn();
  for (const char* name : {"id", "rank", "area_px", "col", "row", "cols", "rows"}) {
    if (field_of(fields, name) < 0) {
      throw InputError(fmt::format("{}: its layer has no attribute '{}'; make it with: groundshift sites HEATMAP {}",
                                   path, name, path));
    }
  }
  SiteListing out;
  add_totals(*layer, fields, out);
  const ToPixels to_heatmap(path, *layer, grid);
  // Ranks count from 1, so that the first `limit` are those with a rank up to it.
  layer->SetAttributeFilter(fmt::format("\"rank\" <= {}", limit).c_str());
  layer->ResetReading();
  while (const Feature feature{layer->GetNextFeature()}) {
    ListedSite site = site_of(Attributes(fields, *feature));
    site.rings = rings_of(feature->GetGeometryRef());
    to_heatmap(site);
    out.sites.push_back(std::move(site));
  }
  if (messages.has_failure()) throw InputError(fmt::format("{}: {}", path, messages.failure_text()));
  std::sort(out.sites.begin(), out.sites.end(),
            [](const ListedSite& a, const ListedSite& b) { return a.rank != b.rank ? a.rank < b.rank : a.id < b.id; });
  if (std::int64_t(out.sites.size()) > limit) out.sites.resize(static_cast<std::size_t>(limit));
  return out;
}

SiteRing simplified(const SiteRing& ring, double tolerance) {
  if (ring.size() <= 4 || !(tolerance > 0.0)) return ring;
  // Two anchors that surely stay: the first point and the one farthest from it.
  std::size_t far = 1;
  const auto from_first = [&](std::size_t i) {
    const double x = ring[i][0] - ring[0][0], y = ring[i][1] - ring[0][1];
    return x * x + y * y;
  };
  for (std::size_t i = 2; i < ring.size(); ++i) {
    if (from_first(i) > from_first(far)) far = i;
  }
  std::vector<char> keep(ring.size() + 1, 0);
  keep[0] = keep[far] = keep[ring.size()] = 1;
  const auto at = [&](std::size_t i) -> const std::array<double, 2>& { return ring[i % ring.size()]; };
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, far}, {far, ring.size()}};
  while (!open.empty()) {
    const auto [first, last] = open.back();
    open.pop_back();
    double largest = tolerance * tolerance;
    std::size_t where = first;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double d = distance2_to_segment(at(i), at(first), at(last));
      if (d > largest) {
        largest = d;
        where = i;
      }
    }
    if (where == first) continue;
    keep[where] = 1;
    open.emplace_back(first, where);
    open.emplace_back(where, last);
  }
  SiteRing out;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    if (keep[i] != 0) out.push_back(ring[i]);
  }
  return out.size() >= 3 ? out : ring;
}

std::vector<SiteRing> drawn_rings(const ListedSite& site, double tolerance) {
  const auto side = [](const SiteRing& ring) {
    double left = ring[0][0], right = left, top = ring[0][1], bottom = top;
    for (const auto& [x, y] : ring) {
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
    return std::max(right - left, bottom - top);
  };
  std::vector<double> sides;
  for (const SiteRing& ring : site.rings) sides.push_back(side(ring));
  const auto largest = std::max_element(sides.begin(), sides.end()) - sides.begin();
  std::vector<SiteRing> out;
  for (std::size_t i = 0; i < site.rings.size(); ++i) {
    if (std::ptrdiff_t(i) == largest || sides[i] >= 2.0 * tolerance)
      out.push_back(simplified(site.rings[i], tolerance));
  }
  return out;
}

}  // namespace groundshift

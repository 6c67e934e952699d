// SPDX-License-Identifier: Apache-2.0
// Outlines kept until their turn in rank, then written with their attributes.
#include "host/sites/site_layer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/lon_lat.hpp"
#include "host/sites/contours.hpp"

namespace groundshift {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kOutlineShare = 4;  ///< of the budget, for open outlines

/// 4-connected parts of the sites, and the words of their polygons: ring count, ring ends, corners.
class Outlines {
 public:
  /// wanted : by site index
  Outlines(FindSites& sites, const std::vector<bool>& wanted)
      : most_bytes_(sites.options().memory_bytes / 2), words_(sites.room()) {
    if (sites.options().connectivity == Connectivity::four) {
      trace(sites, sites.labelled(), wanted);
    } else {
      const auto parts = parts_of(sites, wanted);
      trace(sites, *parts, wanted);
    }
  }

  /// The parts of a site, in columns and negative rows. Throws BudgetError when they are too large to be written.
  void read(std::int32_t site, LayerShape& shape) {
    const auto s = static_cast<std::size_t>(site);
    std::int64_t words = 0;
    for (std::int64_t i = first_part_[s]; i < first_part_[s + 1]; ++i) words += place_of(i).word_count;
    const std::int64_t parts = first_part_[s + 1] - first_part_[s];
    if (words / 2 * kBytesPerCorner + parts * kBytesPerPart > most_bytes_) {
      throw BudgetError(
          fmt::format("site {} has an outline of some {} corners in {} parts, which does not fit the memory: raise the "
                      "threshold, smooth with --open, or allow more --memory",
                      site + 1, words / 2, parts));
    }
    shape = {};
    shape.x.reserve(static_cast<std::size_t>(words / 2));
    shape.y.reserve(static_cast<std::size_t>(words / 2));
    for (std::int64_t i = first_part_[s]; i < first_part_[s + 1]; ++i) {
      const Place& place = place_of(i);
      buffer_.resize(static_cast<std::size_t>(place.word_count));
      words_.read(place.start, buffer_);
      const auto rings = static_cast<std::size_t>(buffer_[0]);
      const auto shift = static_cast<std::int32_t>(shape.x.size());
      for (std::size_t r = 0; r < rings; ++r) shape.ring_ends.push_back(shift + buffer_[1 + r]);
      shape.polygon_ends.push_back(static_cast<std::int32_t>(shape.ring_ends.size()));
      for (std::size_t w = 1 + rings; w + 1 < buffer_.size(); w += 2) {
        shape.x.push_back(double(buffer_[w]));
        shape.y.push_back(-double(buffer_[w + 1]));
      }
    }
    if (buffer_.capacity() > kLargeBuffer) buffer_ = {};
  }

 private:
  struct Place {
    std::int64_t start = 0, word_count = 0;
  };
  /// What OGR, its drivers and this hold of a feature while it is written.
  static constexpr std::int64_t kBytesPerCorner = 96, kBytesPerPart = 500;
  static constexpr std::size_t kLargeBuffer = std::size_t{1} << 20;

  /// i : place in part_order_
  const Place& place_of(std::int64_t i) const {
    return places_[static_cast<std::size_t>(part_order_[static_cast<std::size_t>(i)])];
  }

  /// Of the wanted sites only.
  static std::unique_ptr<LabelledRuns> parts_of(FindSites& sites, const std::vector<bool>& wanted) {
    ComponentsSpec spec;
    spec.width = sites.grid().width;
    spec.height = sites.grid().height;
    spec.connectivity = Connectivity::four;
    spec.most_bytes = sites.options().memory_bytes / kOutlineShare;
    Components components(spec, sites.room(), [](const ComponentFacts&) { return true; });
    std::vector<Run> runs;
    for (std::int32_t row = 0; row < spec.height; ++row) {
      sites.read_row(row, runs);
      std::erase_if(runs, [&](const Run& run) { return !wanted[static_cast<std::size_t>(run.label - 1)]; });
      for (Run& run : runs) run.label = 0;
      components.add_row(runs);
    }
    return components.finish();
  }

  void trace(FindSites& sites, LabelledRuns& parts, const std::vector<bool>& wanted) {
    std::vector<std::int32_t> site_of(parts.components.size());
    std::vector<Run> of_parts, of_sites;
    for (std::int32_t row = 0; row < sites.grid().height; ++row) {
      parts.runs.read(row, of_parts);
      sites.read_row(row, of_sites);
      if (of_parts.size() != of_sites.size()) {  // only the wanted ones have parts
        std::erase_if(of_sites, [&](const Run& run) { return !wanted[static_cast<std::size_t>(run.label - 1)]; });
      }
      for (std::size_t i = 0; i < of_parts.size(); ++i) {
        site_of[static_cast<std::size_t>(of_parts[i].label - 1)] = of_sites[i].label - 1;
      }
    }
    places_.resize(parts.components.size());
    trace_contours(
        parts, sites.options().memory_bytes / kOutlineShare,
        [&](std::int32_t part) {
          return bool{wanted[static_cast<std::size_t>(site_of[static_cast<std::size_t>(part)])]};
        },
        [&](std::int32_t part, const PixelPolygon& polygon) { keep(part, polygon); });
    first_part_.assign(sites.sites().size() + 1, 0);
    for (const std::int32_t site : site_of) ++first_part_[static_cast<std::size_t>(site) + 1];
    for (std::size_t s = 1; s < first_part_.size(); ++s) first_part_[s] += first_part_[s - 1];
    part_order_.resize(site_of.size());
    std::vector<std::int64_t> next(first_part_.begin(), first_part_.end() - 1);
    for (std::size_t part = 0; part < site_of.size(); ++part) {
      std::int64_t& place = next[static_cast<std::size_t>(site_of[part])];
      part_order_[static_cast<std::size_t>(place++)] = static_cast<std::int32_t>(part);
    }
  }

  void keep(std::int32_t part, const PixelPolygon& polygon) {
    static_assert(sizeof(Corner) == 2 * sizeof(std::int32_t), "corners are stored as words");
    const std::int64_t start = words_.word_count();
    const auto rings = static_cast<std::int32_t>(polygon.ring_ends.size());
    words_.append(std::span(&rings, 1));
    words_.append(polygon.ring_ends);
    words_.append({reinterpret_cast<const std::int32_t*>(polygon.corners.data()), 2 * polygon.corners.size()});
    places_[static_cast<std::size_t>(part)] = {start, words_.word_count() - start};
  }

  std::int64_t most_bytes_;
  WordStore words_;
  std::vector<Place> places_;             ///< by part
  std::vector<std::int64_t> first_part_;  ///< of each site, in part_order_
  std::vector<std::int32_t> part_order_;
  std::vector<std::int32_t> buffer_;
};

/// Columns and negative rows to the layer's coordinates, rings turned counter-clockwise whatever way the grid's rows
/// run.
void place(const Grid& grid, const ToLonLat* lon_lat, LayerShape& shape) {
  if (!grid.geotransform) return;
  const auto& t = *grid.geotransform;
  for (std::size_t i = 0; i < shape.x.size(); ++i) {
    const std::array<double, 2> at = to_ground(grid, shape.x[i], -shape.y[i]);
    shape.x[i] = at[0];
    shape.y[i] = at[1];
  }
  if (lon_lat != nullptr) lon_lat->transform(shape.x, shape.y);
  if (t[1] * t[5] - t[2] * t[4] < 0.0) return;
  std::int32_t begin = 0;
  for (const std::int32_t end : shape.ring_ends) {
    std::reverse(shape.x.begin() + begin, shape.x.begin() + end);
    std::reverse(shape.y.begin() + begin, shape.y.begin() + end);
    begin = end;
  }
}

std::vector<LayerField> layer_fields(const SiteDates& dates) {
  using enum FieldKind;
  std::vector<LayerField> fields = {
      {"id", integer64},   {"rank", integer},   {"area_m2", real}, {"area_px", integer64}, {"lon", real},
      {"lat", real},       {"x_min", real},     {"y_min", real},   {"x_max", real},        {"y_max", real},
      {"col", integer},    {"row", integer},    {"cols", integer}, {"rows", integer},      {"score_mean", real},
      {"score_max", real}, {"score_sum", real}, {"p_min", real},   {"compactness", real}};
  for (const char* date : {"before", "after"}) {
    for (std::int32_t b = 1; b <= dates.band_count; ++b) fields.push_back({fmt::format("{}_{}", date, b), real});
  }
  fields.insert(fields.end(), {{"direction", text}, {"near_mask", real}, {"touches_edge", boolean}});
  return fields;
}

std::vector<LayerValue> layer_values(const SiteRecord& r, const LayerShape& shape, const SiteDates& dates) {
  double box[4] = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
  for (std::size_t i = 0; i < shape.x.size(); ++i) {
    box[0] = std::min(box[0], shape.x[i]);
    box[1] = std::min(box[1], shape.y[i]);
    box[2] = std::max(box[2], shape.x[i]);
    box[3] = std::max(box[3], shape.y[i]);
  }
  std::vector<LayerValue> values = {r.id,
                                    std::int64_t{r.rank},
                                    r.area_m2,
                                    r.area_px,
                                    r.lon,
                                    r.lat,
                                    box[0],
                                    box[1],
                                    box[2],
                                    box[3],
                                    std::int64_t{r.col},
                                    std::int64_t{r.row},
                                    std::int64_t{r.cols},
                                    std::int64_t{r.rows},
                                    r.score_mean,
                                    r.score_max,
                                    r.score_sum,
                                    r.p_min,
                                    r.compactness};
  const auto index = static_cast<std::size_t>(r.id - 1);
  const auto bands = static_cast<std::size_t>(dates.band_count);
  for (const std::vector<double>* means : {&dates.before, &dates.after}) {
    for (std::size_t b = 0; b < bands; ++b) values.emplace_back((*means)[index * bands + b]);
  }
  const bool directed = index < dates.direction.size() && !dates.direction[index].empty();
  values.push_back(directed ? LayerValue(dates.direction[index]) : LayerValue());
  values.emplace_back(r.near_mask);
  values.emplace_back(std::int64_t{r.touches_edge ? 1 : 0});
  return values;
}

void check_dates(const SiteDates& dates, std::size_t site_count) {
  const std::size_t values = site_count * static_cast<std::size_t>(dates.band_count);
  expects(dates.before.size() == values && dates.after.size() == values, "dates have band_count means a site");
  expects(dates.p_min.empty() || dates.p_min.size() == site_count, "p_min has one value a site");
  expects(dates.direction.empty() || dates.direction.size() == site_count, "direction has one text a site");
}

}  // namespace

std::vector<SiteRecord> site_records(const FindSites& sites, const SiteDates& dates,
                                     const std::vector<std::int32_t>& indices, std::int32_t first_rank) {
  const Grid& grid = sites.grid();
  std::vector<SiteRecord> out;
  std::vector<double> lon, lat;
  for (const std::int32_t index : indices) {
    const ComponentFacts& c = sites.sites()[static_cast<std::size_t>(index)];
    const SiteScores& s = sites.scores()[static_cast<std::size_t>(index)];
    const auto area = static_cast<double>(c.area), perimeter = static_cast<double>(c.perimeter);
    SiteRecord r;
    r.id = index + 1;
    r.rank = first_rank + static_cast<std::int32_t>(out.size());
    r.area_px = c.area;
    r.area_m2 = sites.areas() ? static_cast<double>(c.area_units) * sites.areas()->unit_m2 : kNan;
    r.col = c.x_min;
    r.row = c.y_min;
    r.cols = c.x_max - c.x_min + 1;
    r.rows = c.y_max - c.y_min + 1;
    r.score_mean = s.sum / area;
    r.score_max = double{s.max};
    r.score_sum = s.sum;
    r.p_min = dates.p_min.empty() ? kNan : dates.p_min[static_cast<std::size_t>(index)];
    r.compactness = 4.0 * std::numbers::pi * area / (perimeter * perimeter);
    r.near_mask = static_cast<double>(s.near_unknown) / area;
    r.touches_edge = touches_edge(c, grid.width, grid.height);
    const double x = static_cast<double>(c.sum_x) / area + 0.5, y = static_cast<double>(c.sum_y) / area + 0.5;
    const std::array<double, 2> at = grid.geotransform ? to_ground(grid, x, y) : std::array{kNan, kNan};
    lon.push_back(at[0]);
    lat.push_back(at[1]);
    out.push_back(r);
  }
  const ToLonLat to_lon_lat(grid);
  to_lon_lat.transform(lon, lat);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].lon = lon[i];
    out[i].lat = lat[i];
  }
  return out;
}

void check_site_layer(const SiteLayerOptions& options, const Grid& grid) {
  const VectorFormat format = vector_format_of(options.path);
  if (!(options.simplify >= 0.0)) throw UsageError("--simplify: a tolerance is at least 0");
  if (options.top < 0) throw UsageError("--top: a number of sites is at least 0");
  check_layer_path(options.path, format, options.overwrite);
  if (format == VectorFormat::geojson && !ToLonLat(grid).known()) {
    throw InputError(
        fmt::format("{}: GeoJSON is in longitude and latitude (RFC 7946), and the grid has no CRS that "
                    "leads there; write *.gpkg instead",
                    options.path.string()));
  }
}

std::unique_ptr<PolygonLayer> write_site_layer(FindSites& sites, const SiteDates& dates,
                                               const SiteLayerOptions& options, const JobContext& context) {
  check_dates(dates, sites.sites().size());
  std::vector<std::int32_t> order = sites.ranked();
  if (options.top > 0 && options.top < static_cast<std::int64_t>(order.size())) {
    order.resize(static_cast<std::size_t>(options.top));
  }
  std::vector<bool> wanted(sites.sites().size(), false);
  double lowest = HUGE_VAL, highest = -HUGE_VAL;
  for (const std::int32_t index : order) {
    wanted[static_cast<std::size_t>(index)] = true;
    const double mean = sites.scores()[static_cast<std::size_t>(index)].sum /
                        static_cast<double>(sites.sites()[static_cast<std::size_t>(index)].area);
    if (!std::isfinite(mean)) continue;
    lowest = std::min(lowest, mean);
    highest = std::max(highest, mean);
  }
  Outlines outlines(sites, wanted);

  PolygonLayerSpec spec;
  spec.path = options.path;
  spec.format = vector_format_of(options.path);
  spec.name = "sites";
  const bool geojson = spec.format == VectorFormat::geojson;
  spec.crs_wkt = geojson ? wgs84_wkt() : sites.grid().crs_wkt;
  spec.fields = layer_fields(dates);
  spec.simplify = options.simplify;
  spec.overwrite = options.overwrite;
  if (spec.format == VectorFormat::geopackage) {
    spec.style = site_style(lowest <= highest ? lowest : 0.0, lowest <= highest ? highest : 1.0);
  }
  if (spec.format == VectorFormat::shapefile) {
    context.warnings->add("shapefile_limits",
                          fmt::format("Shapefile keeps ten letters of a name ({}) and 2 GB a file; GeoPackage has "
                                      "neither limit",
                                      shortened_names(spec.fields)));
  }
  const ToLonLat lon_lat(sites.grid());
  auto layer = std::make_unique<PolygonLayer>(std::move(spec));
  LayerShape shape;
  constexpr std::size_t kBatch = 4096;
  context.progress->begin("layer", static_cast<std::int64_t>(order.size()));
  for (std::size_t first = 0; first < order.size(); first += kBatch) {
    throw_if_stopped(context.stop);
    const std::size_t last = std::min(order.size(), first + kBatch);
    const std::vector<std::int32_t> batch(order.begin() + static_cast<std::ptrdiff_t>(first),
                                          order.begin() + static_cast<std::ptrdiff_t>(last));
    for (const SiteRecord& record : site_records(sites, dates, batch, static_cast<std::int32_t>(first) + 1)) {
      outlines.read(static_cast<std::int32_t>(record.id - 1), shape);
      place(sites.grid(), geojson ? &lon_lat : nullptr, shape);
      layer->add(shape, layer_values(record, shape, dates));
    }
    context.progress->advance(static_cast<std::int64_t>(last - first));
  }
  layer->finish();
  context.progress->end();
  if (layer->kept_unsimplified() > 0) {
    context.warnings->add("kept_unsimplified", "sites whose simplified outline would not be valid kept their own",
                          layer->kept_unsimplified());
  }
  return layer;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Reading polygons and bringing them onto the output grid.
#include "host/io/aoi.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <cpl_vsi.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include "host/base/error.hpp"
#include "host/geo/coordinate_operation.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/geo/georeference.hpp"
#include "host/io/polygon_fill.hpp"

namespace groundshift {
namespace {

using Bounds = std::array<double, 4>;

std::optional<Bounds> window_in(const std::string& text) {
  Bounds out{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int i = 0; i < 4; ++i) {
    const auto [next, error] = std::from_chars(at, end, out[i]);
    if (error != std::errc() || (i < 3 ? next == end || *next != ',' : next != end)) return std::nullopt;
    at = next + 1;
  }
  return out;
}

struct TransformDeleter {
  void operator()(OGRCoordinateTransformation* t) const noexcept { OGRCoordinateTransformation::DestroyCT(t); }
};
struct FeatureDeleter {
  void operator()(OGRFeature* f) const noexcept { OGRFeature::DestroyFeature(f); }
};
using Transformation = std::unique_ptr<OGRCoordinateTransformation, TransformDeleter>;

/// FILE[:layer]: the whole text where it can be opened, else what stands before the last colon.
std::pair<Dataset, std::string> open_vector(const std::string& text) {
  const GdalMessages messages;
  const auto open = [](const std::string& path) {
    return Dataset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY));
  };
  Dataset dataset = open(text);
  if (dataset != nullptr) return {std::move(dataset), ""};
  const auto colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    dataset = open(text.substr(0, colon));
    if (dataset != nullptr) return {std::move(dataset), text.substr(colon + 1)};
  }
  VSIStatBufL facts{};
  const bool there = VSIStatL(text.c_str(), &facts) == 0;
  throw InputError(fmt::format("--aoi {}: {}", text,
                               there ? messages.failure_text("is no vector file that GDAL reads")
                                     : std::string("no such file, and no xmin,ymin,xmax,ymax either")));
}

OGRLayer& layer_of(GDALDataset& dataset, const std::string& name, const std::string& text) {
  std::string names;
  for (int i = 0; i < dataset.GetLayerCount(); ++i)
    names += (i ? ", " : "") + std::string(dataset.GetLayer(i)->GetName());
  if (dataset.GetLayerCount() == 0) throw InputError(fmt::format("--aoi {}: has no layers", text));
  if (name.empty() && dataset.GetLayerCount() > 1) {
    throw InputError(fmt::format("--aoi {}: has several layers; name one as FILE:LAYER: {}", text, names));
  }
  OGRLayer* layer = name.empty() ? dataset.GetLayer(0) : dataset.GetLayerByName(name.c_str());
  if (layer == nullptr) throw InputError(fmt::format("--aoi {}: has no layer '{}'; its layers: {}", text, name, names));
  return *layer;
}

/// Null when nothing is to be done.
Transformation transformation_to(const OGRSpatialReference* from, const Grid& output, const std::string& text,
                                 Warnings& warnings) {
  if (from == nullptr || output.crs_wkt.empty()) {
    if (from != nullptr || !output.crs_wkt.empty()) {
      warnings.add("aoi_without_crs", fmt::format("--aoi {}: {}; its coordinates are taken to be the output's", text,
                                                  from == nullptr ? "has no CRS" : "the output has no CRS"));
    }
    return nullptr;
  }
  char* wkt = nullptr;
  const char* form[] = {"FORMAT=WKT2_2019", nullptr};
  const std::string source = from->exportToWkt(&wkt, form) == OGRERR_NONE && wkt != nullptr ? wkt : "";
  CPLFree(wkt);
  const CoordinateOperation operation = choose_operation(source, output.crs_wkt, area_of_interest(output));
  if (operation.definition.empty()) return nullptr;
  OGRSpatialReference first, second;
  first.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  second.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  first.importFromWkt(source.c_str());
  second.importFromWkt(output.crs_wkt.c_str());
  OGRCoordinateTransformationOptions options;
  options.SetCoordinateOperation(operation.definition.c_str(), false);
  Transformation out(OGRCreateCoordinateTransformation(&first, &second, options));
  if (out == nullptr)
    throw InputError(fmt::format("--aoi {}: cannot be transformed to {}", text, crs_name(output.crs_wkt)));
  return out;
}

void add_rings(const OGRGeometry& geometry, const Grid& output, std::vector<PolygonFill::Ring>& rings) {
  if (const auto* collection = dynamic_cast<const OGRGeometryCollection*>(&geometry)) {
    for (const OGRGeometry* part : *collection) add_rings(*part, output, rings);
    return;
  }
  const auto* polygon = dynamic_cast<const OGRPolygon*>(&geometry);
  if (polygon == nullptr) return;
  for (const OGRLinearRing* ring : *polygon) {
    PolygonFill::Ring points;
    for (const OGRPoint& p : *ring) {
      points.push_back(output.geotransform ? to_pixels(output, p.getX(), p.getY()) : std::array{p.getX(), p.getY()});
    }
    rings.push_back(std::move(points));
  }
}

std::string text_of(const Bounds& b) {
  return fmt::format("x {:.10g} to {:.10g}, y {:.10g} to {:.10g}", b[0], b[2], b[1], b[3]);
}

}  // namespace

struct AreaOfInterest::Impl {
  Grid output;
  std::string text;
  std::vector<PolygonFill> features;
  Window bounds;

  void add(const OGRGeometry& geometry) {
    std::vector<PolygonFill::Ring> rings;
    add_rings(geometry, output, rings);
    if (rings.empty()) return;
    features.emplace_back(rings, output.height);
  }

  void add_window(const Bounds& b) {
    OGRPolygon box;
    OGRLinearRing ring;
    for (const auto& [x, y] : {std::pair{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}, {b[0], b[1]}}) {
      ring.addPoint(x, y);
    }
    box.addRing(&ring);
    add(box);
    text = "the window " + text_of(b);
  }

  void add_file(const std::string& name, Warnings& warnings) {
    auto [dataset, layer_name] = open_vector(name);
    OGRLayer& layer = layer_of(*dataset, layer_name, name);
    const GdalMessages messages;
    const Transformation transformation = transformation_to(layer.GetSpatialRef(), output, name, warnings);
    OGREnvelope extent;
    const bool has_extent = layer.GetExtent(&extent, TRUE) == OGRERR_NONE;
    const double longest = has_extent ? std::hypot(extent.MaxX - extent.MinX, extent.MaxY - extent.MinY) / 256.0 : 0.0;
    std::int64_t polygons = 0, others = 0;
    layer.ResetReading();
    while (const std::unique_ptr<OGRFeature, FeatureDeleter> feature{layer.GetNextFeature()}) {
      const OGRGeometry* given = feature->GetGeometryRef();
      if (given == nullptr || given->IsEmpty()) continue;
      const std::unique_ptr<OGRGeometry> geometry(given->getLinearGeometry());
      if (OGR_GT_Flatten(geometry->getGeometryType()) != wkbGeometryCollection && geometry->getDimension() < 2) {
        ++others;
        continue;
      }
      if (transformation != nullptr) {
        if (longest > 0.0) geometry->segmentize(longest);
        if (geometry->transform(transformation.get()) != OGRERR_NONE) {
          throw InputError(fmt::format("--aoi {}: feature {} cannot be transformed to {}: {}", name, feature->GetFID(),
                                       crs_name(output.crs_wkt), messages.failure_text()));
        }
      }
      add(*geometry);
      ++polygons;
    }
    if (messages.has_failure()) throw InputError(fmt::format("--aoi {}: {}", name, messages.failure_text()));
    if (features.empty()) throw InputError(fmt::format("--aoi {}: layer {} has no polygons", name, layer.GetName()));
    if (others > 0) {
      warnings.add("aoi_not_polygons", fmt::format("--aoi {}: points and lines are left out", name), others);
    }
    text =
        fmt::format("{} polygon feature{} of {}, layer {}", polygons, polygons == 1 ? "" : "s", name, layer.GetName());
  }

  /// Leaves features that reach into the grid.
  void keep_inside() {
    Bounds all{HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (const PolygonFill& f : features) {
      const Bounds b = f.bounds();
      all = {std::min(all[0], b[0]), std::min(all[1], b[1]), std::max(all[2], b[2]), std::max(all[3], b[3])};
    }
    std::erase_if(features, [&](const PolygonFill& f) {
      const Bounds b = f.bounds();
      return f.empty() || b[2] <= 0.0 || b[0] >= output.width || b[3] <= 0.0 || b[1] >= output.height;
    });
    if (features.empty()) {
      std::string aoi = text_of(all) + " (pixels)",
                  grid = text_of({0.0, 0.0, double(output.width), double(output.height)});
      if (output.geotransform) {
        const auto a = to_ground(output, all[0], all[1]), b = to_ground(output, all[2], all[3]);
        aoi = text_of({std::min(a[0], b[0]), std::min(a[1], b[1]), std::max(a[0], b[0]), std::max(a[1], b[1])});
        grid = text_of(extent_of(output));
      }
      throw InputError(fmt::format("--aoi: {} lies outside the output:\n  area    {}\n  output  {}\n  both in {}", text,
                                   aoi, grid, crs_name(output.crs_wkt)));
    }
    const auto low = [](double v) { return static_cast<std::int32_t>(std::max(std::floor(v), 0.0)); };
    const auto high = [](double v, std::int32_t size) {
      return static_cast<std::int32_t>(std::min(std::ceil(v), double(size)));
    };
    std::int32_t x0 = output.width, y0 = output.height, x1 = 0, y1 = 0;
    for (const PolygonFill& f : features) {
      const Bounds b = f.bounds();
      x0 = std::min(x0, low(b[0]));
      y0 = std::min(y0, low(b[1]));
      x1 = std::max(x1, high(b[2], output.width));
      y1 = std::max(y1, high(b[3], output.height));
    }
    bounds = {x0, y0, x1 - x0, y1 - y0};
  }
};

AreaOfInterest::AreaOfInterest(const std::string& text, const Grid& output, Warnings& warnings)
    : impl_(std::make_unique<Impl>()) {
  initialize_gdal();
  impl_->output = output;
  if (const std::optional<Bounds> window = window_in(text)) {
    const Bounds& b = *window;
    if (!(b[0] < b[2] && b[1] < b[3] && std::isfinite(b[2] - b[0]) && std::isfinite(b[3] - b[1]))) {
      throw UsageError(fmt::format("--aoi {}: is xmin,ymin,xmax,ymax, each minimum less than its maximum", text));
    }
    impl_->add_window(b);
  } else {
    impl_->add_file(text, warnings);
  }
  impl_->keep_inside();
}

AreaOfInterest::~AreaOfInterest() = default;
AreaOfInterest::AreaOfInterest(AreaOfInterest&&) noexcept = default;
AreaOfInterest& AreaOfInterest::operator=(AreaOfInterest&&) noexcept = default;

Window AreaOfInterest::bounds() const { return impl_->bounds; }
const std::string& AreaOfInterest::text() const { return impl_->text; }

std::int64_t AreaOfInterest::draw(const Window& window, std::uint8_t* inside, std::ptrdiff_t row_pitch) const {
  std::vector<const PolygonFill*> near;
  for (const PolygonFill& f : impl_->features) {
    const Bounds b = f.bounds();
    if (b[2] > window.x && b[0] < window.x + window.width && b[3] > window.y && b[1] < window.y + window.height) {
      near.push_back(&f);
    }
  }
  std::int64_t count = 0;
  for (std::int32_t y = 0; y < window.height; ++y) {
    std::uint8_t* row = inside + y * row_pitch;
    std::fill_n(row, window.width, std::uint8_t{0});
    for (const PolygonFill* f : near) f->fill_row(window.y + y, window.x, window.width, row);
    count += std::count(row, row + window.width, std::uint8_t{1});
  }
  return count;
}

}  // namespace groundshift

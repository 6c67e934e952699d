// SPDX-License-Identifier: Apache-2.0
// OGR's drivers behind a temporary sibling.
#include "host/io/polygon_layer.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShapefileNameLength = 10;

struct FeatureDestroyer {
  void operator()(OGRFeature* feature) const noexcept { OGRFeature::DestroyFeature(feature); }
};
using Feature = std::unique_ptr<OGRFeature, FeatureDestroyer>;

const char* driver_of(VectorFormat format) {
  switch (format) {
    case VectorFormat::geopackage: return "GPKG";
    case VectorFormat::geojson: return "GeoJSON";
    case VectorFormat::flatgeobuf: return "FlatGeobuf";
    case VectorFormat::shapefile: return "ESRI Shapefile";
  }
  return "";
}

std::pair<OGRFieldType, OGRFieldSubType> type_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::integer: return {OFTInteger, OFSTNone};
    case FieldKind::integer64: return {OFTInteger64, OFSTNone};
    case FieldKind::real: return {OFTReal, OFSTNone};
    case FieldKind::text: return {OFTString, OFSTNone};
    case FieldKind::boolean: return {OFTInteger, OFSTBoolean};
  }
  return {OFTString, OFSTNone};
}

/// Polygon `index` of a shape.
std::unique_ptr<OGRPolygon> ogr_polygon(const LayerShape& shape, std::size_t index) {
  auto out = std::make_unique<OGRPolygon>();
  const std::int32_t first = index == 0 ? 0 : shape.polygon_ends[index - 1];
  std::int32_t begin = first == 0 ? 0 : shape.ring_ends[static_cast<std::size_t>(first - 1)];
  for (std::int32_t r = first; r < shape.polygon_ends[index]; ++r) {
    const std::int32_t end = shape.ring_ends[static_cast<std::size_t>(r)];
    auto ring = std::make_unique<OGRLinearRing>();
    ring->setNumPoints(end - begin + 1, FALSE);
    for (std::int32_t i = begin; i < end; ++i) {
      ring->setPoint(i - begin, shape.x[static_cast<std::size_t>(i)], shape.y[static_cast<std::size_t>(i)]);
    }
    ring->setPoint(end - begin, shape.x[static_cast<std::size_t>(begin)], shape.y[static_cast<std::size_t>(begin)]);
    out->addRingDirectly(ring.release());
    begin = end;
  }
  return out;
}

}  // namespace

VectorFormat vector_format_of(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (extension == ".gpkg") return VectorFormat::geopackage;
  if (extension == ".geojson" || extension == ".json") return VectorFormat::geojson;
  if (extension == ".fgb") return VectorFormat::flatgeobuf;
  if (extension == ".shp") return VectorFormat::shapefile;
  throw UsageError(
      fmt::format("{}: the layer's format is told by its name: *.gpkg, *.geojson, *.fgb or *.shp", path.string()));
}

std::string shortened_names(const std::vector<LayerField>& fields) {
  std::string text;
  for (const LayerField& field : fields) {
    if (field.name.size() <= kShapefileNameLength) continue;
    text += fmt::format("{}{} as {}", text.empty() ? "" : ", ", field.name, field.name.substr(0, kShapefileNameLength));
  }
  return text;
}

void check_layer_path(const fs::path& path, VectorFormat format, bool overwrite) {
  check_output_path(path, overwrite);
  if (format != VectorFormat::shapefile) return;
  for (const char* extension : {".dbf", ".shx"})
    check_output_path(fs::path(path).replace_extension(extension), overwrite);
}

struct PolygonLayer::Impl {
  PolygonLayerSpec spec;
  TemporarySibling temporary;
  Dataset dataset;
  OGRLayer* layer = nullptr;
  bool transaction = false;
  std::int64_t added = 0, unsimplified = 0;

  explicit Impl(PolygonLayerSpec s) : spec(std::move(s)), temporary(spec.path) { create(); }

  void require(bool done, const GdalMessages& messages) const {
    if (!done) throw OutputError(fmt::format("{}: cannot be written: {}", spec.path.string(), messages.failure_text()));
  }

  void create() {
    const GdalMessages messages;
    // A crash of the machine is of no concern to a temporary file: commit() syncs it whole.
    const CPLConfigOptionSetter unsynced("OGR_SQLITE_SYNCHRONOUS", "OFF", false);
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName(driver_of(spec.format));
    if (driver == nullptr) {
      throw OutputError(fmt::format("{}: this GDAL has no {} driver", spec.path.string(), driver_of(spec.format)));
    }
    dataset.reset(driver->Create(temporary.path().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    require(dataset != nullptr, messages);
    OGRSpatialReference crs;
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    require(spec.crs_wkt.empty() || crs.importFromWkt(spec.crs_wkt.c_str()) == OGRERR_NONE, messages);
    CPLStringList options;
    if (spec.format == VectorFormat::geojson) options.AddString("RFC7946=YES");
    if (spec.format == VectorFormat::shapefile) options.AddString("ENCODING=UTF-8");
    const bool any_polygon = spec.format == VectorFormat::geojson || spec.format == VectorFormat::shapefile;
    layer = dataset->CreateLayer(spec.name.c_str(), spec.crs_wkt.empty() ? nullptr : &crs,
                                 any_polygon ? wkbPolygon : wkbMultiPolygon, options.List());
    require(layer != nullptr, messages);
    for (const LayerField& field : spec.fields) {
      const bool shapefile = spec.format == VectorFormat::shapefile;
      const std::string name = shapefile ? field.name.substr(0, kShapefileNameLength) : field.name;
      OGRFieldDefn definition(name.c_str(), type_of(field.kind).first);
      if (!shapefile) definition.SetSubType(type_of(field.kind).second);
      require(layer->CreateField(&definition) == OGRERR_NONE, messages);
    }
    transaction = dataset->TestCapability(ODsCTransactions) != 0;
    require(!transaction || dataset->StartTransaction() == OGRERR_NONE, messages);
    require(!messages.has_failure(), messages);
  }

  std::unique_ptr<OGRGeometry> geometry_of(const LayerShape& shape) {
    std::unique_ptr<OGRGeometry> all;
    if (shape.polygon_ends.size() == 1) {
      all = ogr_polygon(shape, 0);
    } else {
      auto several = std::make_unique<OGRMultiPolygon>();
      for (std::size_t i = 0; i < shape.polygon_ends.size(); ++i) {
        several->addGeometryDirectly(ogr_polygon(shape, i).release());
      }
      all = std::move(several);
    }
    if (spec.simplify > 0.0) {
      std::unique_ptr<OGRGeometry> simpler(all->SimplifyPreserveTopology(spec.simplify));
      const bool polygon = simpler != nullptr && (wkbFlatten(simpler->getGeometryType()) == wkbPolygon ||
                                                  wkbFlatten(simpler->getGeometryType()) == wkbMultiPolygon);
      if (polygon && !simpler->IsEmpty() && simpler->IsValid()) {
        all = std::move(simpler);
      } else {
        ++unsimplified;
      }
    }
    const bool any_polygon = spec.format == VectorFormat::geojson || spec.format == VectorFormat::shapefile;
    if (!any_polygon) all.reset(OGRGeometryFactory::forceToMultiPolygon(all.release()));
    return all;
  }

  /// Reopens the result and counts: not every driver tells of a write that failed (GeoJSON's does not).
  void verify() const {
    const GdalMessages messages;
    const Dataset check(GDALDataset::Open(temporary.path().c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY));
    OGRLayer* written = check != nullptr ? check->GetLayer(0) : nullptr;
    if (written == nullptr || written->GetFeatureCount() != added || messages.has_failure()) {
      throw OutputError(
          fmt::format("{}: the finished file does not hold the {} features that were written: {}; is the "
                      "disk full?",
                      spec.path.string(), added, messages.failure_text("it ends too early")));
    }
  }

  /// QGIS's own table of styles, which it reads on loading the layer.
  void add_style(const GdalMessages& messages) {
    CPLStringList options;
    options.AddString("FID=id");
    OGRLayer* styles = dataset->CreateLayer("layer_styles", nullptr, wkbNone, options.List());
    require(styles != nullptr, messages);
    const std::pair<const char*, OGRFieldType> columns[] = {{"f_table_catalog", OFTString},
                                                            {"f_table_schema", OFTString},
                                                            {"f_table_name", OFTString},
                                                            {"f_geometry_column", OFTString},
                                                            {"styleName", OFTString},
                                                            {"styleQML", OFTString},
                                                            {"styleSLD", OFTString},
                                                            {"useAsDefault", OFTInteger},
                                                            {"description", OFTString},
                                                            {"owner", OFTString},
                                                            {"ui", OFTString},
                                                            {"update_time", OFTDateTime}};
    for (const auto& [name, type] : columns) {
      OGRFieldDefn field(name, type);
      if (std::string_view(name) == "useAsDefault") field.SetSubType(OFSTBoolean);
      if (type == OFTDateTime) field.SetDefault("CURRENT_TIMESTAMP");
      require(styles->CreateField(&field) == OGRERR_NONE, messages);
    }
    const Feature feature(OGRFeature::CreateFeature(styles->GetLayerDefn()));
    for (const char* empty : {"f_table_catalog", "f_table_schema", "styleSLD", "owner"}) feature->SetField(empty, "");
    feature->SetField("f_table_name", spec.name.c_str());
    feature->SetField("f_geometry_column", layer->GetGeometryColumn());
    feature->SetField("styleName", spec.name.c_str());
    feature->SetField("styleQML", spec.style.c_str());
    feature->SetField("useAsDefault", 1);
    feature->SetField("description", "made with the layer");
    require(styles->CreateFeature(feature.get()) == OGRERR_NONE, messages);
  }
};

PolygonLayer::PolygonLayer(PolygonLayerSpec spec) {
  initialize_gdal();
  check_layer_path(spec.path, spec.format, spec.overwrite);
  impl_ = std::make_unique<Impl>(std::move(spec));
}

PolygonLayer::~PolygonLayer() {
  if (impl_ && impl_->dataset) {
    const GdalMessages messages;  // whatever GDAL says of a file we throw away
    if (impl_->transaction) impl_->dataset->RollbackTransaction();
    impl_->dataset.reset();
  }
}

void PolygonLayer::add(const LayerShape& shape, std::span<const LayerValue> values) {
  Impl& impl = *impl_;
  expects(values.size() == impl.spec.fields.size(), "a feature has one value a field");
  const GdalMessages messages;
  const Feature feature(OGRFeature::CreateFeature(impl.layer->GetLayerDefn()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int field = static_cast<int>(i);
    if (const auto* whole = std::get_if<std::int64_t>(&values[i])) {
      feature->SetField(field, static_cast<GIntBig>(*whole));
    } else if (const auto* real = std::get_if<double>(&values[i]); real != nullptr && std::isfinite(*real)) {
      feature->SetField(field, *real);
    } else if (const auto* text = std::get_if<std::string>(&values[i])) {
      feature->SetField(field, text->c_str());
    } else {
      feature->SetFieldNull(field);
    }
  }
  feature->SetGeometryDirectly(impl.geometry_of(shape).release());
  impl.require(impl.layer->CreateFeature(feature.get()) == OGRERR_NONE && !messages.has_failure(), messages);
  ++impl.added;
}

std::int64_t PolygonLayer::kept_unsimplified() const { return impl_->unsimplified; }

void PolygonLayer::finish() {
  Impl& impl = *impl_;
  const GdalMessages messages;
  if (impl.transaction) impl.require(impl.dataset->CommitTransaction() == OGRERR_NONE, messages);
  impl.transaction = false;
  if (impl.spec.format == VectorFormat::geopackage && !impl.spec.style.empty()) impl.add_style(messages);
  impl.dataset->FlushCache(true);
  impl.dataset.reset();
  impl.require(!messages.has_failure(), messages);
  impl.verify();
}

std::int64_t PolygonLayer::commit() {
  Impl& impl = *impl_;
  if (impl.dataset) finish();
  if (impl.spec.format == VectorFormat::shapefile) {
    for (const char* extension : {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix"}) {
      impl.temporary.commit_beside(extension);
    }
  }
  std::error_code error;
  if (impl.spec.format == VectorFormat::geopackage) {
    // What SQLite left beside a database that is replaced would be taken for a part of this one.
    for (const char* left : {"-wal", "-shm", "-journal"}) fs::remove(fs::path(impl.spec.path.string() + left), error);
  }
  impl.temporary.commit();
  return static_cast<std::int64_t>(fs::file_size(impl.spec.path, error));
}

}  // namespace groundshift

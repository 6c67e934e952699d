// SPDX-License-Identifier: Apache-2.0
// Polygons with attributes as a vector file that is complete or absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace groundshift {

enum class VectorFormat : std::uint8_t { geopackage, geojson, flatgeobuf, shapefile };

/// By the extension: .gpkg, .geojson or .json, .fgb, .shp. Throws UsageError with the list for another.
VectorFormat vector_format_of(const std::filesystem::path& path);

enum class FieldKind : std::uint8_t { integer, integer64, real, text, boolean };
struct LayerField {
  std::string name;
  FieldKind kind = FieldKind::real;
};
/// monostate, and a real that is not finite, are stored as null.
using LayerValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Polygons of one feature in the layer's coordinates; exteriors first and counter-clockwise, without repeated last
/// points.
/// ring_ends    : end of each ring in x and y
/// polygon_ends : end of each polygon in ring_ends
struct LayerShape {
  std::vector<double> x, y;
  std::vector<std::int32_t> ring_ends, polygon_ends;
};

/// crs_wkt  : empty = none; GeoJSON's coordinates must be longitude and latitude of WGS 84 (RFC 7946)
/// simplify : tolerance in the layer's units of OGR's topology-preserving simplification, polygon by polygon; 0 = off
/// style    : a QGIS style (QML), kept in GeoPackage's table layer_styles as the layer's default
struct PolygonLayerSpec {
  std::filesystem::path path;
  VectorFormat format = VectorFormat::geopackage;
  std::string name;
  std::string crs_wkt;
  std::vector<LayerField> fields;
  double simplify = 0.0;
  std::string style;
  bool overwrite = false;
};

/// Names that Shapefile, whose names have ten letters, cannot keep: "compactness as compactnes, ..."; empty: none.
std::string shortened_names(const std::vector<LayerField>& fields);

/// check_output_path() for the file, and for a Shapefile's others.
void check_layer_path(const std::filesystem::path& path, VectorFormat format, bool overwrite);

/// Features go into a temporary sibling, in one transaction where the format has them; the file appears under its name
/// in commit(), complete, or not at all. A Shapefile's other files go before it. Throws OutputError (folder missing or
/// read-only, exists without overwrite, disk full, too large for the format).
class PolygonLayer {
 public:
  explicit PolygonLayer(PolygonLayerSpec spec);
  ~PolygonLayer();
  PolygonLayer(const PolygonLayer&) = delete;
  PolygonLayer& operator=(const PolygonLayer&) = delete;

  /// One feature; one value a field.
  void add(const LayerShape& shape, std::span<const LayerValue> values);
  /// Features whose simplified outline was empty or not valid and that kept their own.
  std::int64_t kept_unsimplified() const;
  /// Closes the file: all that can fail for want of room.
  void finish();
  /// Moves the finished file to its name (finish() first if that was not called). Returns its size in bytes.
  std::int64_t commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift

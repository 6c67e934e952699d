// SPDX-License-Identifier: Apache-2.0
// Summary and files to a GeoJSON feature with the fields that the extensions define.
#include "host/products/stac_item.hpp"

#include <array>
#include <cmath>
#include <ctime>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/utc_text.hpp"
#include "host/geo/geographic_outline.hpp"
#include "host/geo/grid.hpp"
#include "host/io/acquisition_time.hpp"
#include "host/io/band_facts.hpp"
#include "host/io/sha256.hpp"
#include "host/products/relative_link.hpp"
#include "host/products/summary_files.hpp"

namespace groundshift {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMultihashSha256 = "1220";  // function sha2-256, 32 bytes

Grid grid_of(const Json& summary) {
  const Json& g = summary.at("grid");
  Grid grid;
  grid.width = g.at("size").at(0).get<std::int32_t>();
  grid.height = g.at("size").at(1).get<std::int32_t>();
  if (!g.at("geotransform").is_null()) grid.geotransform = g.at("geotransform").get<std::array<double, 6>>();
  if (!g.at("crs").is_null()) grid.crs_wkt = g.at("crs").get<std::string>();
  return grid;
}

AcquisitionTime given_time(const char* field, const std::string& text) {
  auto time = parse_acquisition_time(text);
  if (!time) {
    throw UsageError(fmt::format("{} '{}': is no time; give it as 2020-12-11T22:38:32Z or 2020-12-11", field, text));
  }
  time->source = "given";
  return *time;
}

std::optional<AcquisitionTime> time_of(const Json& input, const char* field, const std::string& given) {
  if (!given.empty()) return given_time(field, given);
  return acquisition_time(input.at("path").get<std::string>());
}

std::string name_of(const Json& input) { return fs::path(input.at("path").get<std::string>()).filename().string(); }

std::string told(const Json& input, const std::optional<AcquisitionTime>& time) {
  if (!time) return fmt::format("{}: time unknown", name_of(input));
  return fmt::format("{}: {} ({})", name_of(input), time->day ? time->utc.substr(0, 10) : time->utc, time->source);
}

/// datetime, start_datetime, end_datetime; returns the sentence that says where they come from.
std::string set_times(Json& properties, const Json& summary, const StacOptions& options, const std::string& created) {
  const Json &first = summary.at("inputs").at(0), &second = summary.at("inputs").at(1);
  auto before = time_of(first, "before_datetime", options.before_datetime);
  auto after = time_of(second, "after_datetime", options.after_datetime);
  const std::string both = told(first, before) + ", " + told(second, after);
  if (before && after) {
    if (after->utc < before->utc) std::swap(before, after);
    properties["datetime"] = nullptr;
    properties["start_datetime"] = before->utc;
    properties["end_datetime"] = after->day ? after->utc.substr(0, 11) + "23:59:59Z" : after->utc;
    return fmt::format("The span of time is from one date to the other ({}).", both);
  }
  if (before || after) {
    properties["datetime"] = before ? before->utc : after->utc;
    return fmt::format("The time is that of the one date whose time is known ({}).", both);
  }
  properties["datetime"] = created;
  return fmt::format("The time is that of processing, not of the ground ({}).", both);
}

void set_projection(Json& properties, const Grid& grid) {
  const auto code = epsg_code(grid.crs_wkt);
  properties["proj:epsg"] = code ? Json(*code) : Json(nullptr);
  properties["proj:wkt2"] = grid.crs_wkt.empty() ? Json(nullptr) : Json(grid.crs_wkt);
  properties["proj:shape"] = {grid.height, grid.width};
  if (!grid.geotransform) return;
  const auto& t = *grid.geotransform;
  properties["proj:bbox"] = extent_of(grid);
  properties["proj:transform"] = {t[1], t[2], t[0], t[4], t[5], t[3]};
}

void set_place(Json& item, const Grid& grid) {
  const auto outline = geographic_outline(grid);
  item["geometry"] = nullptr;
  if (!outline) return;
  if (outline->rings.size() == 1) {
    item["geometry"] = {{"type", "Polygon"}, {"coordinates", Json::array({outline->rings[0]})}};
  } else {
    Json polygons = Json::array();
    for (const GeographicRing& ring : outline->rings) polygons.push_back(Json::array({ring}));
    item["geometry"] = {{"type", "MultiPolygon"}, {"coordinates", polygons}};
  }
  item["bbox"] = outline->bounds;
}

std::string stac_type(const std::string& gdal_type) {
  struct Pair {
    std::string_view gdal, stac;
  };
  constexpr Pair kTypes[] = {{"Byte", "uint8"},      {"Int8", "int8"},      {"UInt16", "uint16"}, {"Int16", "int16"},
                             {"UInt32", "uint32"},   {"Int32", "int32"},    {"UInt64", "uint64"}, {"Int64", "int64"},
                             {"Float32", "float32"}, {"Float64", "float64"}};
  for (const Pair& p : kTypes) {
    if (p.gdal == gdal_type) return std::string(p.stac);
  }
  return "other";
}

Json number_or_word(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
  return value;
}

Json raster_band(const BandFacts& facts, const Grid& grid) {
  Json band = {{"data_type", stac_type(facts.type_name)}};
  if (facts.nodata) band["nodata"] = number_or_word(*facts.nodata);
  if (!facts.unit.empty()) band["unit"] = facts.unit;
  if (facts.scale) band["scale"] = *facts.scale;
  if (facts.offset) band["offset"] = *facts.offset;
  if (const auto metres = pixel_size_in_metres(grid)) band["spatial_resolution"] = *metres;
  Json statistics = Json::object();
  const auto set = [&](const char* key, const std::optional<double>& value) {
    if (value) statistics[key] = *value;
  };
  set("minimum", facts.minimum);
  set("maximum", facts.maximum);
  set("mean", facts.mean);
  set("stddev", facts.std);
  set("valid_percent", facts.valid_percent);
  if (!statistics.empty()) band["statistics"] = statistics;
  return band;
}

/// What a file is, by the end of its name.
struct FileKind {
  std::string_view extension, media_type;
  std::array<const char*, 2> roles;
};
constexpr FileKind kKinds[] = {{".tif", "image/tiff; application=geotiff", {"data", nullptr}},
                               {".tiff", "image/tiff; application=geotiff", {"data", nullptr}},
                               {".png", "image/png", {"overview", nullptr}},
                               {".svg", "image/svg+xml", {"overview", nullptr}},
                               {".html", "text/html", {"metadata", nullptr}},
                               {".qml", "application/xml", {"metadata", nullptr}},
                               {".json", "application/json", {"metadata", nullptr}},
                               {".geojson", "application/geo+json", {"data", nullptr}},
                               {".gpkg", "application/geopackage+sqlite3", {"data", nullptr}},
                               {".fgb", "application/vnd.flatgeobuf", {"data", nullptr}},
                               {".shp", "application/x-shapefile", {"data", nullptr}}};

struct Known {
  std::string_view name, title;
};
constexpr Known kTitles[] = {{"score", "Heatmap of change"},
                             {"class", "0 unchanged, 1 changed"},
                             {"pvalue", "Probability of such a score where nothing changed"},
                             {"quality", "Why a pixel has no score, or one to be careful with"},
                             {"direction", "Direction of the change"},
                             {"normalized", "AFTER on BEFORE's radiometry"},
                             {"sites", "Changed sites, ranked"},
                             {"report", "Report for reading"},
                             {"quicklook", "Picture of the heatmap"},
                             {"style", "Style for QGIS"}};

Json asset_of(const Json& summary, const Json& product, const fs::path& summary_path, const Grid& grid, bool cog,
              const std::map<fs::path, std::string>& checksums) {
  const std::string name = product.at("name").get<std::string>();
  const fs::path folder = summary_path.parent_path(), file = product_file(summary, summary_path, product);
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) {
    throw InputError(fmt::format("{}: the product {} of {} is missing; run detect again", file.string(), name,
                                 summary_path.string()));
  }
  if (product.contains("bytes") && product.at("bytes").get<std::uintmax_t>() != size) {
    throw InputError(fmt::format("{}: has {} bytes, but {} says {}; it was changed after the run: run detect again",
                                 file.string(), size, summary_path.string(),
                                 product.at("bytes").get<std::uintmax_t>()));
  }
  Json asset = {{"href", "./" + relative_link(file, folder)}};
  for (const Known& known : kTitles) {
    if (known.name == name) asset["title"] = known.title;
  }
  Json roles = {"metadata"};
  bool raster = false;
  for (const FileKind& kind : kKinds) {
    if (kind.extension != file.extension().string()) continue;
    raster = kind.media_type.starts_with("image/tiff");
    asset["type"] = std::string(kind.media_type) + (raster && cog ? "; profile=cloud-optimized" : "");
    roles = {kind.roles[0]};
  }
  if (name == "quicklook") roles.push_back("thumbnail");
  if (name == "quality") roles = {"metadata"};
  asset["roles"] = roles;
  if (raster) {
    Json bands = Json::array();
    std::string described;
    for (const BandFacts& facts : band_facts(file.string())) {
      bands.push_back(raster_band(facts, grid));
      if (!facts.description.empty()) described += (described.empty() ? "" : "; ") + facts.description;
    }
    if (!described.empty()) asset["description"] = described;
    asset["raster:bands"] = bands;
  }
  asset["file:size"] = size;
  const auto known_sum = checksums.find(file);
  asset["file:checksum"] =
      std::string(kMultihashSha256) + (known_sum != checksums.end() ? known_sum->second : sha256_of_file(file));
  return asset;
}

/// "scva+mad, normalize contextual, smooth 3,9, preset general"
std::string method_text(const Json& options) {
  std::string smooth;
  for (const Json& side : options.at("smooth")) smooth += (smooth.empty() ? "" : ",") + side.dump();
  return fmt::format("{} score, normalize {}, smooth {}, preset {}", options.at("score").get<std::string>(),
                     options.at("normalize").get<std::string>(), smooth, options.at("preset").get<std::string>());
}

}  // namespace

fs::path stac_item_path(const fs::path& summary_path) { return fs::path(summary_path).replace_extension(".stac.json"); }

Json stac_item(const Json& summary, const fs::path& summary_path, const StacOptions& options) {
  const Grid grid = grid_of(summary);
  const Json& run = summary.at("command").at("options");
  const std::string created =
      options.created.empty() ? utc_text(std::time(nullptr)) : given_time("created", options.created).utc;
  const std::string before = name_of(summary.at("inputs").at(0)), after = name_of(summary.at("inputs").at(1));
  Json item = {{"type", "Feature"},
               {"stac_version", "1.0.0"},
               {"stac_extensions",
                {"https://stac-extensions.github.io/projection/v1.1.0/schema.json",
                 "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
                 "https://stac-extensions.github.io/file/v2.1.0/schema.json",
                 "https://stac-extensions.github.io/processing/v1.1.0/schema.json"}},
               {"id", options.id.empty() ? summary_path.stem().string() : options.id}};
  set_place(item, grid);

  Json properties = {{"title", fmt::format("Change from {} to {}", before, after)}, {"description", ""}};
  std::string description =
      fmt::format("Where the ground changed between {} and {}: {}. ", before, after, method_text(run));
  description += set_times(properties, summary, options, created);
  if (item["geometry"].is_null()) description += " The rasters have no place on Earth that is known.";
  properties["description"] = description;
  properties["created"] = created;
  set_projection(properties, grid);
  const Json& program = summary.at("groundshift");
  properties["processing:software"] = {{"groundshift", program.at("version").get<std::string>()}};
  properties["processing:lineage"] = fmt::format(
      "groundshift {} (commit {}) detect: {}; before {}, after {}", program.at("version").get<std::string>(),
      program.at("commit").get<std::string>(), method_text(run), before, after);
  properties["processing:expression"] = {{"format", "groundshift-detect"}, {"expression", run}};
  if (!options.facility.empty()) properties["processing:facility"] = options.facility;
  item["properties"] = properties;

  const std::string summary_link = "./" + relative_link(summary_path, summary_path.parent_path());
  item["links"] = Json::array({{{"rel", "processing-expression"},
                                {"href", summary_link},
                                {"type", "application/json"},
                                {"title", "Options, fits, statistics and hashes of the run"}}});
  const bool cog = run.at("of") == "COG";
  Json assets = Json::object();
  for (const Json& product : summary.at("products")) {
    const std::string name = product.at("name").get<std::string>();
    if (name == "stac") continue;
    std::string key = name;
    for (int n = 2; assets.contains(key); ++n) key = fmt::format("{}-{}", name, n);
    assets[key] = asset_of(summary, product, summary_path, grid, cog, options.checksums);
  }
  assets["summary"] = {{"href", summary_link},
                       {"title", "Options, fits, statistics and hashes of the run"},
                       {"type", "application/json"},
                       {"roles", {"metadata"}}};
  item["assets"] = assets;
  return item;
}

}  // namespace groundshift

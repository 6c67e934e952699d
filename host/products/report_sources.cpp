// SPDX-License-Identifier: Apache-2.0
// Paths of a summary to open files.
#include "host/products/report_sources.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// Where the run was started, told by where its relative output now lies: /a/b/out/x.json of "out/x.tif" gives /a/b.
fs::path start_folder(const fs::path& folder, const std::string& out) {
  fs::path start = fs::absolute(folder).lexically_normal();
  if (start.filename().empty()) start = start.parent_path();
  const fs::path below = fs::path(out).parent_path().lexically_normal();
  if (out.empty() || below.is_absolute()) return start;
  std::vector<fs::path> parts(below.begin(), below.end());
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (*part == "." || part->empty()) continue;
    if (*part == ".." || start.filename() != *part) return folder;
    start = start.parent_path();
  }
  return start;
}

const Json* product_of(const Json& summary, const char* name) {
  for (const Json& product : at(summary, {"products"})) {
    if (text_at(product, {"name"}) == name) return &product;
  }
  return nullptr;
}

const Json* input_of(const Json& summary, const char* role) {
  for (const Json& input : at(summary, {"inputs"})) {
    if (text_at(input, {"role"}) == role) return &input;
  }
  return nullptr;
}

ViewOptions view_options(const Json& input, const std::vector<std::int32_t>& bands, int threads) {
  ViewOptions options;
  options.threads = threads;
  const Json& offset = at(input, {"place", "offset"});
  if (offset.is_array() && offset.size() == 2)
    options.offset = {offset[0].get<std::int64_t>(), offset[1].get<std::int64_t>()};
  const Json& nodata = at(input, {"nodata"});
  if (!nodata.is_array() || nodata.size() != bands.size() || bands.empty()) return options;
  options.nodata.resize(static_cast<std::size_t>(*std::max_element(bands.begin(), bands.end())));
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (nodata[i].is_number()) options.nodata[static_cast<std::size_t>(bands[i] - 1)] = nodata[i].get<double>();
  }
  return options;
}

ReportDate open_date(const Json& summary, const char* role, const ReportFolder& folder, const Grid& grid, int threads) {
  ReportDate date;
  date.role = role;
  const Json* input = input_of(summary, role);
  if (input == nullptr) {
    date.problem = "the summary does not name it";
    return date;
  }
  date.path = folder.found(text_at(*input, {"path"}));
  for (const Json& band : at(*input, {"bands"})) date.bands.push_back(band.get<std::int32_t>());
  try {
    GridView view(date.path, grid, view_options(*input, date.bands, threads));
    const Json& size = at(*input, {"size"});
    const Grid& own = view.description().grid;
    if (size.is_array() && size != Json({own.width, own.height})) {
      date.problem =
          fmt::format("{} is {} x {} pixels now: not the file of that run", date.path, own.width, own.height);
      return date;
    }
    const auto band_count = static_cast<std::int32_t>(view.description().bands.size());
    if (std::any_of(date.bands.begin(), date.bands.end(), [&](std::int32_t b) { return b < 1 || b > band_count; })) {
      date.problem = fmt::format("{} has {} bands now: not the file of that run", date.path, band_count);
      return date;
    }
    date.view.emplace(std::move(view));
  } catch (const InputError& error) {
    date.problem = describe(error);
  }
  return date;
}

/// Bands of a file named red, green, blue; empty where one is missing.
std::vector<std::int32_t> true_colour(const RasterDescription& raster) {
  std::vector<std::int32_t> found;
  for (const char* name : {"red", "green", "blue"}) {
    const auto band = std::find_if(raster.bands.begin(), raster.bands.end(),
                                   [&](const BandInfo& b) { return b.common_name == name; });
    if (band == raster.bands.end()) return {};
    found.push_back(static_cast<std::int32_t>(band - raster.bands.begin()) + 1);
  }
  return found;
}

void open_sites(const Json& summary, const ReportFolder& folder, const ReportOptions& options, ReportSources& sources) {
  const Json* product = product_of(summary, "sites");
  fs::path beside(sources.heatmap_path);
  beside = beside.parent_path() / (beside.stem().string() + "_sites.gpkg");
  if (!options.sites.empty()) {
    sources.sites_path = options.sites;
  } else if (product != nullptr) {
    sources.sites_path = folder.found_product(text_at(*product, {"path"}));
  } else if (is_there(beside)) {
    sources.sites_path = beside.string();
  } else {
    sources.sites_problem = "no layer of sites was made";
    return;
  }
  if (options.sites.empty() && !is_there(sources.sites_path)) {
    sources.sites_problem = fmt::format("{} is missing", sources.sites_path);
    return;
  }
  sources.sites = read_site_listing(sources.sites_path, sources.grid(), options.listed);
}

}  // namespace

ShownBands choose_shown(const DateBands& before, const DateBands& after) {
  bool natural = before.description != nullptr || after.description != nullptr;
  std::size_t common = 3;
  for (const DateBands* date : {&before, &after}) {
    if (date->description == nullptr) continue;
    natural = natural && !true_colour(*date->description).empty();
    common = std::min(common, date->bands->size());
  }
  const std::size_t count = common >= 3 ? 3 : 1;
  ShownBands out;
  const auto choose = [&](const DateBands& date, std::vector<std::int32_t>& shown) {
    if (date.description == nullptr) return;
    if (natural) {
      shown = true_colour(*date.description);
      out.text = "red, green and blue";
      return;
    }
    shown.assign(date.bands->begin(), date.bands->begin() + static_cast<std::ptrdiff_t>(std::min(count, common)));
    if (shown.empty()) shown = {1};
    if (!out.text.empty()) return;
    out.text = fmt::format("band{} {}", shown.size() > 1 ? "s" : "", fmt::join(shown, ", "));
    if (shown.size() > 1) out.text += " as red, green and blue";
  };
  choose(before, out.before);
  choose(after, out.after);
  return out;
}

const Json& at(const Json& json, std::initializer_list<const char*> keys) {
  static const Json nothing;
  const Json* here = &json;
  for (const char* key : keys) {
    if (!here->is_object()) return nothing;
    const auto found = here->find(key);
    if (found == here->end()) return nothing;
    here = &*found;
  }
  return *here;
}

std::optional<double> number_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json& value = at(json, keys);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::string text_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json& value = at(json, keys);
  return value.is_string() ? value.get<std::string>() : std::string();
}

ReportFolder::ReportFolder(fs::path folder, const Json& summary)
    : folder_(folder.empty() ? fs::path(".") : std::move(folder)),
      start_(start_folder(folder_, text_at(summary, {"command", "options", "out"}))) {}

std::string ReportFolder::found(const std::string& path) const {
  const bool gdal = path.starts_with("/vsi") || path.find(':') != std::string::npos;
  if (fs::path(path).is_absolute() || (gdal && !is_there(folder_ / path))) return path;
  for (const fs::path& base : {folder_, start_, fs::path()}) {
    if (is_there(base / path)) return (base / path).string();
  }
  return (folder_ / path).string();
}

std::string ReportFolder::found_product(const std::string& path) const {
  const std::string first = found(path);
  const fs::path moved = folder_ / fs::path(path).filename();
  return is_there(first) || !is_there(moved) ? first : moved.string();
}

ReportSources open_report_sources(const Json& summary, const fs::path& folder, const ReportOptions& options) {
  const Json* score = product_of(summary, "score");
  if (!at(summary, {"grid", "size"}).is_array() || score == nullptr) {
    throw InputError("not the summary of a detect run: it names no grid or no score");
  }
  const ReportFolder files(folder, summary);
  ReportSources sources;
  sources.heatmap_path = files.found_product(text_at(*score, {"path"}));
  const Grid grid = describe_raster(sources.heatmap_path).grid;
  if (Json({grid.width, grid.height}) != at(summary, {"grid", "size"})) {
    throw InputError(fmt::format("{}: is {} x {} pixels and not the heatmap of this summary", sources.heatmap_path,
                                 grid.width, grid.height));
  }
  ViewOptions scaled;
  scaled.scaled = true;
  sources.heatmap.emplace(sources.heatmap_path, grid, scaled);
  sources.before = open_date(summary, "before", files, grid, options.threads);
  sources.after = open_date(summary, "after", files, grid, options.threads);
  const auto bands_of = [](const ReportDate& date) {
    return date.view ? DateBands{&date.view->description(), &date.bands} : DateBands{};
  };
  ShownBands shown = choose_shown(bands_of(sources.before), bands_of(sources.after));
  sources.before.shown = std::move(shown.before);
  sources.after.shown = std::move(shown.after);
  sources.shown_text = std::move(shown.text);
  if (const Json* product = product_of(summary, "class")) {
    try {
      sources.change_class.emplace(files.found_product(text_at(*product, {"path"})), grid);
    } catch (const InputError& error) {
      sources.class_problem = describe(error);
    }
  } else {
    sources.class_problem = "no class raster was made";
  }
  open_sites(summary, files, options, sources);
  return sources;
}

}  // namespace groundshift

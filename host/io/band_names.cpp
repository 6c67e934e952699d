// SPDX-License-Identifier: Apache-2.0
// Spellings, wavelengths, and matching two dates by name.
#include "host/io/band_names.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

struct Spelling {
  const char* word;
  const char* name;
};
constexpr Spelling kSpellings[] = {
    {"coastal", "coastal"},
    {"coastalaerosol", "coastal"},
    {"coastalblue", "coastal"},
    {"ultrablue", "coastal"},
    {"aerosol", "coastal"},
    {"blue", "blue"},
    {"green", "green"},
    {"yellow", "yellow"},
    {"red", "red"},
    {"rededge", "rededge"},
    {"nir", "nir"},
    {"nir08", "nir"},
    {"nir1", "nir"},
    {"nearinfrared", "nir"},
    {"cirrus", "cirrus"},
    {"swir1", "swir1"},
    {"swir16", "swir1"},
    {"swir2", "swir2"},
    {"swir22", "swir2"},
    {"lwir", "lwir"},
    {"thermal", "lwir"},
    {"thermalinfrared", "lwir"},
    {"pan", "pan"},
    {"panchromatic", "pan"},
};

struct Range {
  double from, to;
  const char* name;
};
// Central wavelengths. STAC's EO extension gives ranges that overlap; the cuts between them lie so that the bands of
// Landsat 4-9, Sentinel-2, PlanetScope, WorldView and ASTER get the names their makers use.
constexpr Range kRanges[] = {
    {0.40, 0.45, "coastal"}, {0.45, 0.53, "blue"},    {0.53, 0.58, "green"}, {0.58, 0.62, "yellow"},
    {0.62, 0.69, "red"},     {0.69, 0.79, "rededge"}, {0.79, 1.00, "nir"},   {1.35, 1.40, "cirrus"},
    {1.55, 1.75, "swir1"},   {2.08, 2.35, "swir2"},   {10.4, 12.5, "lwir"},
};

/// Names of the bands when each has one and none comes twice.
std::optional<std::vector<std::string>> complete_names(const RasterDescription& raster,
                                                       const std::vector<std::int32_t>& bands) {
  std::vector<std::string> names;
  for (const std::int32_t b : bands) {
    const std::string& name = raster.bands[static_cast<std::size_t>(b - 1)].common_name;
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return std::nullopt;
    names.push_back(name);
  }
  return names;
}

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ",")); }

}  // namespace

std::string common_name_of(const std::string& word) {
  std::string plain;
  for (const char c : word) {
    if (c != ' ' && c != '-' && c != '_') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const auto* match =
      std::find_if(std::begin(kSpellings), std::end(kSpellings), [&](const Spelling& s) { return plain == s.word; });
  return match == std::end(kSpellings) ? "" : match->name;
}

std::string common_name_of_wavelength(double micrometres) {
  const auto* match = std::find_if(std::begin(kRanges), std::end(kRanges),
                                   [&](const Range& r) { return micrometres >= r.from && micrometres < r.to; });
  return match == std::end(kRanges) ? "" : match->name;
}

MatchedBands match_bands(const RasterDescription& before, const std::vector<std::int32_t>& before_bands,
                         const RasterDescription& after, const std::vector<std::int32_t>& after_bands,
                         DifferentBands different) {
  MatchedBands out{before_bands, after_bands, false, false, ""};
  const auto first = complete_names(before, before_bands), second = complete_names(after, after_bands);
  if (!first || !second) return out;
  std::vector<std::string> shared;
  std::vector<std::int32_t> reordered;
  for (const std::string& name : *first) {
    const auto at = std::find(second->begin(), second->end(), name);
    if (at == second->end()) continue;
    shared.push_back(name);
    reordered.push_back(after_bands[static_cast<std::size_t>(at - second->begin())]);
  }
  if (shared.size() != first->size() || shared.size() != second->size()) {
    if (different == DifferentBands::kept) {
      out.different = true;
      out.note = fmt::format("the dates' bands differ (BEFORE {}; AFTER {}); none is paired with another",
                             joined(*first), joined(*second));
      return out;
    }
    throw InputError(fmt::format("the two dates have different bands:\n  before {}: {}\n  after  {}: {}\n{}",
                                 before.path, joined(*first), after.path, joined(*second),
                                 shared.empty()
                                     ? "no band is in both; name those to compare with --before-bands and --after-bands"
                                     : "compare those that both have: --bands " + joined(shared)));
  }
  out.by_name = true;
  if (reordered != after_bands) {
    out.note = fmt::format("AFTER's bands are taken in BEFORE's order: {}", joined(*first));
    out.after = reordered;
  }
  return out;
}

}  // namespace groundshift

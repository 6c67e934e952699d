// SPDX-License-Identifier: Apache-2.0
// GDAL spellings, sizes, numbers.
#include "host/cli/arguments.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/plan/plan.hpp"

namespace groundshift::cli {
namespace {

constexpr std::array<std::string_view, 7> kGdalSpellings = {"-of", "-co", "-ot", "-te", "-tr", "-t_srs", "-tap"};

/// Options of the design that come with a later version: refused by name rather than as unknown.
constexpr std::string_view kLater[] = {"--nodata-rule",
                                       "--unscale",
                                       "--before-scale-offset",
                                       "--after-scale-offset",
                                       "--nodata-out",
                                       "-oo",
                                       "-ovr",
                                       "--config",
                                       "--on-corrupt",
                                       "--rerun"};

bool is_job(std::string_view verb) {
  return verb == "detect" || verb == "batch" || verb == "plan" || verb == "normalize" || verb == "align" ||
         verb == "bench";
}

}  // namespace

std::vector<std::string> normalised_arguments(int argc, const char* const* argv) {
  std::vector<std::string> out;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string name = argument.substr(0, argument.find('='));
    if (!out.empty() && is_job(out.front()) &&
        std::find(std::begin(kLater), std::end(kLater), name) != std::end(kLater)) {
      throw UsageError(fmt::format("{}: is planned but not part of this version", name));
    }
    const bool gdal = std::find(kGdalSpellings.begin(), kGdalSpellings.end(), argument) != kGdalSpellings.end();
    out.push_back(gdal ? "-" + argument : argument);
  }
  return out;
}

AreaLimit parse_area(const std::string& option, const std::string& text) {
  AreaLimit limit;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.value);
  const std::string unit = lower({end, text.data() + text.size()});
  constexpr std::pair<const char*, double> kMetric[] = {{"m2", 1.0}, {"ha", 1e4}, {"km2", 1e6}};
  const auto metric =
      std::find_if(std::begin(kMetric), std::end(kMetric), [&](const auto& u) { return unit == u.first; });
  const bool pixels = unit == "px" || (unit.empty() && limit.value == 0.0);
  if (error != std::errc() || !(limit.value >= 0.0) || std::isinf(limit.value) ||
      (!pixels && metric == std::end(kMetric))) {
    throw UsageError(fmt::format("{} {}: an area is a number with its unit: m2, ha, km2 or px", option, text));
  }
  if (!pixels) {
    limit.unit = AreaUnit::square_metres;
    limit.value *= metric->second;
  }
  return limit;
}

Connectivity parse_connectivity(int connectivity) {
  if (connectivity == 4) return Connectivity::four;
  if (connectivity == 8) return Connectivity::eight;
  throw UsageError(fmt::format("--connectivity {}: is 4 or 8", connectivity));
}

std::int64_t parse_bytes(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit = lower({end, text.data() + text.size()});
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr double kK = 1024.0;
  constexpr std::array<Unit, 14> kUnits = {{{"", 1},
                                            {"b", 1},
                                            {"k", kK},
                                            {"kib", kK},
                                            {"kb", 1e3},
                                            {"m", kK * kK},
                                            {"mib", kK * kK},
                                            {"mb", 1e6},
                                            {"g", kK * kK * kK},
                                            {"gib", kK * kK * kK},
                                            {"gb", 1e9},
                                            {"t", kK * kK * kK * kK},
                                            {"tib", kK * kK * kK * kK},
                                            {"tb", 1e12}}};
  const auto known = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == unit; });
  if (error != std::errc() || known == kUnits.end() || !(value > 0.0) || value * known->bytes > 1e18) {
    throw UsageError(
        fmt::format("--memory {}: a size is a number with an optional unit, for example 4GiB or 400MiB", text));
  }
  return static_cast<std::int64_t>(value * known->bytes);
}

double parse_number(const std::string& option, const std::string& text) {
  double value = 0.0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) throw UsageError(fmt::format("{} {}: is not a number", option, text));
  return value;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

void throw_unknown_choice(const char* option, const std::string& word, const std::string& known) {
  throw UsageError(fmt::format("{} {}: this version has {}", option, word, known));
}

std::int32_t parse_tile(const std::string& text) {
  if (text == "auto") return kAutoTile;
  if (text == "whole") return kWholeTile;
  const double side = parse_number("--tile", text);
  if (!(side >= 1.0 && side <= 1 << 20) || side != std::floor(side)) {
    throw UsageError(fmt::format("--tile {}: a tile is a side in pixels, 'auto' or 'whole'", text));
  }
  return static_cast<std::int32_t>(side);
}

}  // namespace groundshift::cli

// SPDX-License-Identifier: Apache-2.0
// Metadata items and the ways they write a time.
#include "host/io/acquisition_time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "host/geo/gdal_owners.hpp"

namespace groundshift {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Reads a text from its front.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take_any(std::string_view characters) {
    if (rest.empty() || characters.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  /// Exactly `digits` digits.
  std::optional<int> number(std::size_t digits) {
    int value = 0;
    if (rest.size() < digits) return std::nullopt;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + digits, value);
    if (error != std::errc() || end != rest.data() + digits || value < 0 || rest.front() == '-') return std::nullopt;
    rest.remove_prefix(digits);
    return value;
  }
};

/// hh[:]mm[[:]ss[.fraction]]; nothing when it is no time of day.
std::optional<seconds> time_of_day(Cursor& in) {
  const auto hour = in.number(2);
  const bool colons = in.take(':');
  const auto minute = in.number(2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  std::optional<int> second = 0;
  if (colons ? in.take(':') : (!in.rest.empty() && in.rest.front() >= '0' && in.rest.front() <= '9')) {
    second = in.number(2);
    if (!second || *second > 60) return std::nullopt;
    if (in.take_any(".,")) {
      if (!in.number(1)) return std::nullopt;
      while (in.number(1)) {
      }
    }
  }
  return seconds(*hour * 3600 + *minute * 60 + *second);
}

/// Z, UTC, +hh:mm, +hhmm, +hh or nothing; what is to be taken off for UTC.
std::optional<seconds> zone(Cursor& in) {
  while (in.take(' ')) {
  }
  if (in.rest.empty() || in.rest == "Z" || in.rest == "z" || in.rest == "UTC") return seconds(0);
  const bool west = in.rest.front() == '-';
  if (!in.take_any("+-")) return std::nullopt;
  const auto hours = in.number(2);
  in.take(':');
  const auto minutes = in.rest.empty() ? std::optional<int>(0) : in.number(2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || !in.rest.empty()) return std::nullopt;
  return seconds((west ? -1 : 1) * (*hours * 3600 + *minutes * 60));
}

/// Without blanks, quotes and braces around it.
std::string_view bare(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\"'{");
  const auto last = text.find_last_not_of(" \t\"'}");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, last - first + 1);
}

/// domain, item, item that holds the time of day where the first holds the day
constexpr std::array<std::array<const char*, 3>, 15> kItems = {{{"IMAGERY", "ACQUISITIONDATETIME", ""},
                                                                {"", "ACQUISITIONDATETIME", ""},
                                                                {"", "ACQUISITION_DATETIME", ""},
                                                                {"", "DATATAKE_1_DATATAKE_SENSING_START", ""},
                                                                {"", "PRODUCT_START_TIME", ""},
                                                                {"", "ACQUISITION_START_TIME", ""},
                                                                {"", "SENSING_TIME", ""},
                                                                {"", "DATE_ACQUIRED", "SCENE_CENTER_TIME"},
                                                                {"", "ACQUISITION_DATE", "ACQUISITION_TIME"},
                                                                {"", "datetime", ""},
                                                                {"", "NC_GLOBAL#time_coverage_start", ""},
                                                                {"", "time_coverage_start", ""},
                                                                {"ENVI", "acquisition_time", ""},
                                                                {"", "NITF_IDATIM", ""},
                                                                {"", "TIFFTAG_DATETIME", ""}}};

}  // namespace

std::optional<AcquisitionTime> parse_acquisition_time(const std::string& text) {
  Cursor in{bare(text)};
  const auto year = in.number(4);
  const char separator = in.rest.empty() ? '\0' : in.rest.front();
  const bool separated = in.take_any("-:/");
  const auto month = in.number(2);
  if (separated && !in.take(separator)) return std::nullopt;
  const auto day = in.number(2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1) return std::nullopt;
  sys_seconds time = sys_days(date);
  AcquisitionTime out;
  out.day = in.rest.empty() || in.rest == "Z";
  if (!out.day) {
    const bool gap = in.take_any("T t");
    if (!gap && separated) return std::nullopt;
    const auto of_day = time_of_day(in);
    const auto east = of_day ? zone(in) : std::nullopt;
    if (!of_day || !east) return std::nullopt;
    time += *of_day - *east;
  }
  const sys_days whole = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day ymd(whole);
  const auto rest = static_cast<int>((time - whole).count());
  out.utc = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(ymd.year()), unsigned(ymd.month()),
                        unsigned(ymd.day()), rest / 3600, rest / 60 % 60, rest % 60);
  return out;
}

std::optional<AcquisitionTime> acquisition_time(const std::string& path) {
  initialize_gdal();
  const GdalMessages quiet;
  const Dataset dataset(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
  if (dataset == nullptr) return std::nullopt;
  for (const auto& [domain, item, time_item] : kItems) {
    const char* value = dataset->GetMetadataItem(item, domain);
    if (value == nullptr) continue;
    const char* of_day = *time_item != '\0' ? dataset->GetMetadataItem(time_item, domain) : nullptr;
    auto time =
        of_day != nullptr ? parse_acquisition_time(fmt::format("{}T{}", bare(value), bare(of_day))) : std::nullopt;
    if (!time) time = parse_acquisition_time(value);
    if (!time) continue;
    time->source = item;
    return time;
  }
  return std::nullopt;
}

}  // namespace groundshift

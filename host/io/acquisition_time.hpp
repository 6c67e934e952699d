// SPDX-License-Identifier: Apache-2.0
// When a raster saw the ground, where its metadata say so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace groundshift {

/// utc    : RFC 3339 without fraction, "2020-12-11T22:38:32Z"; the day's first second where only a day is known
/// day    : no time of day is known
/// source : name of the metadata item
struct AcquisitionTime {
  std::string utc;
  bool day = false;
  std::string source;
};

/// From ISO 8601 ("2020-12-11T22:38:32.1+01:00", "2020-12-11 22:38", "2020-12-11"), TIFF ("2020:12:11 22:38:32") or
/// digits alone ("20201211", "20201211223832"). Times without a zone are taken as UTC; fractions are dropped. Nothing
/// for anything else, or a date that no calendar has.
std::optional<AcquisitionTime> parse_acquisition_time(const std::string& text);

/// The first of the items that products write for the time of acquisition: GDAL's IMAGERY ACQUISITIONDATETIME, then
/// those of Sentinel, Landsat, STAC and netCDF names, ENVI's, NITF's, and last TIFFTAG_DATETIME, which many programs
/// set to the time of writing. Never the file's own times. Nothing when none is there or the raster cannot be opened.
std::optional<AcquisitionTime> acquisition_time(const std::string& path);

}  // namespace groundshift

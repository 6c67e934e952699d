// SPDX-License-Identifier: Apache-2.0
// A new GeoTIFF of GDAL's with all that a sink's spec says of it but the pixels.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/geo/gdal_owners.hpp"
#include "host/io/output_file.hpp"
#include "host/io/raster_sink.hpp"

namespace groundshift {

/// What is known of a band only after its pixels.
struct BandFacts {
  std::optional<BandStatistics> statistics;
  std::optional<std::pair<double, double>> scale;  ///< and offset
};

GDALDataType gdal_type(PixelType type);

/// OutputError of a file: what was being done, and GDAL's reasons.
[[noreturn]] void fail_output(const RasterSinkSpec& spec, const char* doing, const GdalMessages& messages);

/// Grid, nodata, descriptions, metadata, palette and categories. Throws OutputError.
Dataset create_gtiff(const RasterSinkSpec& spec, const std::string& path, const std::vector<std::string>& options);
/// facts : one a band
void set_band_facts(GDALDataset& dataset, const RasterSinkSpec& spec, const std::vector<BandFacts>& facts);
/// Closes the dataset; only then does GDAL tell of the last failed write. Throws OutputError.
void close_output(Dataset& dataset, const RasterSinkSpec& spec, const char* doing);
/// Reopens the result and asks for the last block: a file cut short by a full disk is seen here at the latest.
void verify_output(const RasterSinkSpec& spec, const std::filesystem::path& path);

/// Commits a sibling, removes the sidecar of the file it replaces, which would now describe the wrong pixels, and
/// returns the size in bytes. Throws OutputError.
std::int64_t put_in_place(TemporarySibling& sibling, const std::filesystem::path& path);

}  // namespace groundshift

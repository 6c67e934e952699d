// SPDX-License-Identifier: Apache-2.0
// The choice between the ways in.
#include "host/io/raster_source.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/io/tiff_source.hpp"

namespace groundshift {

std::int32_t unit_side(std::int32_t block, std::int32_t raster) {
  const std::int32_t blocks = std::max(1, (kCellSize + block - 1) / block);
  return static_cast<std::int32_t>(std::min<std::int64_t>(std::int64_t{block} * blocks, raster));
}

ReaderChoice reader_choice() {
  const char* text = std::getenv("GROUNDSHIFT_READER");  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  const std::string_view word = text != nullptr ? text : "auto";
  if (word == "auto" || word.empty()) return ReaderChoice::automatic;
  if (word == "gdal") return ReaderChoice::gdal;
  throw UsageError(fmt::format("GROUNDSHIFT_READER={}: give auto or gdal", word));
}

std::unique_ptr<RasterSource> make_raster_source(RasterDescription description, SourceSelection selection,
                                                 Warnings& warnings, ReaderChoice choice) {
  if (choice == ReaderChoice::gdal) {
    return make_gdal_source(std::move(description), std::move(selection), warnings, "asked for");
  }
  TiffDirectory directory = read_tiff_directory(description);
  if (!directory.layout) {
    return make_gdal_source(std::move(description), std::move(selection), warnings, std::move(directory.refusal));
  }
  auto otherwise = make_gdal_source(std::move(description), selection, warnings);
  return make_tiff_source(std::move(*directory.layout), selection, warnings, std::move(otherwise));
}

}  // namespace groundshift

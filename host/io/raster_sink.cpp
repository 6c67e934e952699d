// SPDX-License-Identifier: Apache-2.0
// Which of the two writers makes a file.
#include "host/io/raster_sink.hpp"

#include <cpl_string.h>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/gdal_sink.hpp"
#include "host/io/output_file.hpp"
#include "host/io/tiff_packing.hpp"
#include "host/io/tiff_sink.hpp"

namespace groundshift {

void check_creation_options(const std::vector<std::string>& options, RasterFormat format) {
  initialize_gdal();
  CPLStringList list;
  for (const std::string& option : options) {
    const auto equals = option.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError(fmt::format("-co {}: a creation option is NAME=VALUE", option));
    }
    list.AddString(option.c_str());
  }
  const GdalMessages messages;  // GDAL itself only warns, and goes on without the option
  GDALDriverH driver = GDALGetDriverByName(format == RasterFormat::cog ? "COG" : "GTiff");
  if (driver != nullptr && !GDALValidateCreationOptions(driver, list.List())) {
    throw UsageError(fmt::format("-co {}: {}", fmt::join(options, " -co "), fmt::join(messages.warnings(), "; ")));
  }
}

std::string gdal_writes_because(const RasterSinkSpec& spec) { return choose_packing(spec).gdal_because; }

std::unique_ptr<RasterSink> make_raster_sink(RasterSinkSpec spec) {
  check_creation_options(spec.creation_options, spec.format);
  check_output_path(spec.path, spec.overwrite);
  const PackingChoice choice = choose_packing(spec);
  if (choice.packing) return make_tiff_sink(std::move(spec), *choice.packing);
  return make_gdal_sink(std::move(spec));
}

}  // namespace groundshift

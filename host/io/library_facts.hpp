// SPDX-License-Identifier: Apache-2.0
// What the GDAL at hand can do, for `info`.
#pragma once

#include <string>
#include <vector>

namespace groundshift {

struct LibraryFacts {
  std::string gdal_version;
  int raster_driver_count = 0;
  std::vector<std::string> tiff_codecs;  ///< COMPRESS values of the GTiff driver
  bool has_cog = false;
};
LibraryFacts library_facts();

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Asking GDAL about itself.
#include "host/io/library_facts.hpp"

#include "host/geo/gdal_owners.hpp"

namespace groundshift {

LibraryFacts library_facts() {
  initialize_gdal();
  LibraryFacts facts;
  facts.gdal_version = GDALVersionInfo("RELEASE_NAME");
  GDALDriverManager& manager = *GetGDALDriverManager();
  for (int i = 0; i < manager.GetDriverCount(); ++i) {
    facts.raster_driver_count += manager.GetDriver(i)->GetMetadataItem(GDAL_DCAP_RASTER) != nullptr ? 1 : 0;
  }
  facts.has_cog = manager.GetDriverByName("COG") != nullptr;
  GDALDriver* tiff = manager.GetDriverByName("GTiff");
  const char* xml = tiff != nullptr ? tiff->GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST) : nullptr;
  const std::string options = xml != nullptr ? xml : "";
  // The list names codecs as <Option name='COMPRESS' ...><Value>NAME</Value>...</Option>.
  std::size_t at = options.find("name='COMPRESS'");
  const std::size_t end = options.find("</Option>", at);
  constexpr const char kOpen[] = "<Value>";
  while (at != std::string::npos && (at = options.find(kOpen, at)) != std::string::npos && at < end) {
    at += sizeof kOpen - 1;
    facts.tiff_codecs.push_back(options.substr(at, options.find('<', at) - at));
  }
  return facts;
}

}  // namespace groundshift

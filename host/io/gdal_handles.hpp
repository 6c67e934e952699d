// SPDX-License-Identifier: Apache-2.0
// Open GDAL datasets of one raster, one a thread, and the masks that are read through them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "host/geo/gdal_owners.hpp"
#include "host/io/raster_source.hpp"

namespace groundshift {

/// One open dataset and the scratch of the thread that uses it.
struct GdalHandle {
  Dataset dataset;
  std::vector<std::byte> scratch;
  std::vector<std::uint8_t> mask;
};

/// Thread-safe. As many handles are opened as are in use at once.
class GdalHandles {
 public:
  explicit GdalHandles(std::string path) : path_(std::move(path)) {}
  /// Opens one when none is idle. Throws InputError. A handle whose use has thrown need not come back.
  GdalHandle take();
  void give_back(GdalHandle handle);

 private:
  const std::string path_;
  std::mutex mutex_;
  std::vector<GdalHandle> idle_;
};

/// The selected bands whose GDAL mask judges pixels: mask and alpha bands, and GDAL's own rule for a nodata tuple over
/// all bands (NODATA_VALUES). Masks made of one band's nodata are left to SampleRows. One that holds for the whole
/// dataset is the last.
std::vector<std::int32_t> masked_bands(GDALDataset& dataset, const SourceSelection& selection);

/// Sets `valid` to 0 where the mask of `band` is 0. Throws InputError.
void apply_mask(GdalHandle& handle, std::int32_t band, const std::string& path, const Window& window,
                std::ptrdiff_t row_pitch, std::uint8_t* valid, const GdalMessages& messages);

}  // namespace groundshift

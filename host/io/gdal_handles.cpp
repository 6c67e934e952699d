// SPDX-License-Identifier: Apache-2.0
// Lending datasets, and GDAL's judgement of a band's pixels.
#include "host/io/gdal_handles.hpp"

#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/io/open_dataset.hpp"

namespace groundshift {

GdalHandle GdalHandles::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      GdalHandle handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  return {open_dataset(path_), {}, {}};
}

void GdalHandles::give_back(GdalHandle handle) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(handle));
}

std::vector<std::int32_t> masked_bands(GDALDataset& dataset, const SourceSelection& selection) {
  std::vector<std::int32_t> bands;
  for (const std::int32_t b : selection.bands) {
    const int flags = dataset.GetRasterBand(b)->GetMaskFlags();
    const bool nodata_tuple = (flags & GMF_NODATA) != 0 && (flags & GMF_PER_DATASET) != 0;
    if ((flags & GMF_ALL_VALID) != 0 || ((flags & GMF_NODATA) != 0 && !nodata_tuple)) continue;
    if (nodata_tuple && (selection.nodata || selection.ignore_nodata)) continue;
    bands.push_back(b);
    if ((flags & GMF_PER_DATASET) != 0) break;
  }
  return bands;
}

void apply_mask(GdalHandle& handle, std::int32_t band, const std::string& path, const Window& w,
                std::ptrdiff_t row_pitch, std::uint8_t* valid, const GdalMessages& messages) {
  handle.mask.resize(static_cast<std::size_t>(pixel_count(w)));
  GDALRasterBand& source = *handle.dataset->GetRasterBand(band);
  if (source.GetMaskBand()->RasterIO(GF_Read, w.x, w.y, w.width, w.height, handle.mask.data(), w.width, w.height,
                                     GDT_Byte, 0, 0, nullptr) != CE_None) {
    throw InputError(fmt::format("{}, mask of band {}: {}", path, band, messages.failure_text()));
  }
  for (std::int32_t y = 0; y < w.height; ++y) {
    const std::uint8_t* mask = handle.mask.data() + std::ptrdiff_t{y} * w.width;
    for (std::int32_t x = 0; x < w.width; ++x) valid[y * row_pitch + x] &= mask[x] != 0 ? 1 : 0;
  }
}

}  // namespace groundshift

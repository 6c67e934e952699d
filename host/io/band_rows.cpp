// SPDX-License-Identifier: Apache-2.0
// One band as doubles with validity, by the same rules as the tile reader's.
#include "host/io/band_rows.hpp"

#include <cmath>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/open_dataset.hpp"

namespace groundshift {

struct BandRows::Impl {
  std::string path;
  std::int32_t band = 1;
  Dataset dataset;
  Grid grid;
};

BandRows::BandRows(const std::filesystem::path& path, std::int32_t band) : impl_(std::make_unique<Impl>()) {
  impl_->path = path.string();
  impl_->band = band;
  impl_->dataset = open_dataset(impl_->path);
  impl_->grid = grid_of(*impl_->dataset);
  if (band < 1 || band > impl_->dataset->GetRasterCount()) {
    throw InputError(fmt::format("{}: has no band {}; it has {}", impl_->path, band, impl_->dataset->GetRasterCount()));
  }
  if (GDALDataTypeIsComplex(impl_->dataset->GetRasterBand(band)->GetRasterDataType())) {
    throw InputError(fmt::format("{}, band {}: complex types are not supported", impl_->path, band));
  }
}
BandRows::~BandRows() = default;
BandRows::BandRows(BandRows&&) noexcept = default;
BandRows& BandRows::operator=(BandRows&&) noexcept = default;

const Grid& BandRows::grid() const { return impl_->grid; }
std::int32_t BandRows::band_count() const { return impl_->dataset->GetRasterCount(); }

void BandRows::read(std::int32_t y, std::int32_t row_count, std::span<double> values, std::span<std::uint8_t> valid) {
  const GdalMessages messages;
  const std::int32_t width = impl_->grid.width;
  GDALRasterBand& band = *impl_->dataset->GetRasterBand(impl_->band);
  const bool ok = band.RasterIO(GF_Read, 0, y, width, row_count, values.data(), width, row_count, GDT_Float64, 0, 0,
                                nullptr) == CE_None &&
                  band.GetMaskBand()->RasterIO(GF_Read, 0, y, width, row_count, valid.data(), width, row_count,
                                               GDT_Byte, 0, 0, nullptr) == CE_None;
  if (!ok) {
    throw InputError(fmt::format("{}, band {}, rows {} to {}: {}", impl_->path, impl_->band, y, y + row_count,
                                 messages.failure_text()));
  }
  for (std::size_t i = 0; i < std::size_t(width) * row_count; ++i) valid[i] = valid[i] != 0 && !std::isnan(values[i]);
}

}  // namespace groundshift

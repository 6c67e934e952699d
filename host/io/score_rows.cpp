// SPDX-License-Identifier: Apache-2.0
// Reading straight into float32 where that is exact, through double where it may not be.
#include "host/io/score_rows.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <cpl_conv.h>
#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/open_dataset.hpp"

namespace groundshift {
namespace {

bool fits_float(GDALDataType type) {
  return type == GDT_Byte || type == GDT_UInt16 || type == GDT_Int16 || type == GDT_Float32;
}

/// GDAL's validity says no more than the values' own NaN.
bool valid_unless_nan(GDALRasterBand& band) {
  const int flags = band.GetMaskFlags();
  if (flags == GMF_ALL_VALID) return true;
  int has_nodata = 0;
  const double nodata = band.GetNoDataValue(&has_nodata);
  return flags == GMF_NODATA && has_nodata != 0 && std::isnan(nodata);
}

}  // namespace

struct ScoreRows::Impl {
  std::string path;
  std::int32_t number = 1;
  Dataset dataset;
  GDALRasterBand* band = nullptr;
  Grid grid;
  double scale = 1.0, offset = 0.0;
  bool plain = true;  ///< the stored value is the score
  std::vector<double> wide;
  std::vector<std::uint8_t> valid;
};

ScoreRows::ScoreRows(const std::filesystem::path& path, std::int32_t band, int threads)
    : impl_(std::make_unique<Impl>()) {
  Impl& impl = *impl_;
  impl.path = path.string();
  impl.number = band;
  {
    const CPLConfigOptionSetter decoders("GDAL_NUM_THREADS", std::to_string(threads).c_str(), true);
    impl.dataset = open_dataset(impl.path);
  }
  impl.grid = grid_of(*impl.dataset);
  if (band < 1 || band > impl.dataset->GetRasterCount()) {
    throw InputError(fmt::format("{}: has no band {}; it has {}", impl.path, band, impl.dataset->GetRasterCount()));
  }
  impl.band = impl.dataset->GetRasterBand(band);
  if (GDALDataTypeIsComplex(impl.band->GetRasterDataType())) {
    throw InputError(fmt::format("{}, band {}: complex types are not supported", impl.path, band));
  }
  impl.scale = impl.band->GetScale();
  impl.offset = impl.band->GetOffset();
  if (!std::isfinite(impl.scale) || !std::isfinite(impl.offset)) {
    throw InputError(fmt::format("{}, band {}: its scale or offset is not a number", impl.path, band));
  }
  impl.plain = impl.scale == 1.0 && impl.offset == 0.0;
}
ScoreRows::~ScoreRows() = default;

const Grid& ScoreRows::grid() const { return impl_->grid; }
std::string ScoreRows::description() const { return impl_->band->GetDescription(); }

std::int32_t ScoreRows::block_rows() const {
  int width = 0, height = 0;
  impl_->band->GetBlockSize(&width, &height);
  return height;
}

std::int64_t ScoreRows::block_row_bytes() const {
  int width = 0, height = 0;
  impl_->band->GetBlockSize(&width, &height);
  const std::int64_t across = (std::int64_t{impl_->grid.width} + width - 1) / width;
  return across * width * height * GDALGetDataTypeSizeBytes(impl_->band->GetRasterDataType());
}

std::int64_t ScoreRows::read(std::int32_t y, std::int32_t row_count, std::span<float> scores) {
  Impl& impl = *impl_;
  const GdalMessages messages;
  const std::int32_t width = impl.grid.width;
  const std::size_t count = static_cast<std::size_t>(width) * static_cast<std::size_t>(row_count);
  expects(scores.size() >= count, "a strip has room for its rows");
  const auto require = [&](CPLErr error) {
    if (error == CE_None) return;
    throw InputError(fmt::format("{}, band {}, rows {} to {}: {}", impl.path, impl.number, y, y + row_count - 1,
                                 messages.failure_text()));
  };
  const auto fetch = [&](GDALRasterBand& band, void* to, GDALDataType type) {
    require(band.RasterIO(GF_Read, 0, y, width, row_count, to, width, row_count, type, 0, 0, nullptr));
  };
  std::int64_t rounded = 0;
  if (impl.plain && fits_float(impl.band->GetRasterDataType())) {
    fetch(*impl.band, scores.data(), GDT_Float32);
  } else {
    impl.wide.resize(count);
    fetch(*impl.band, impl.wide.data(), GDT_Float64);
    for (std::size_t i = 0; i < count; ++i) {
      const double value = impl.wide[i] * impl.scale + impl.offset;
      scores[i] = static_cast<float>(value);
      rounded += impl.plain && static_cast<double>(scores[i]) != value && !std::isnan(value) ? 1 : 0;
    }
  }
  if (!valid_unless_nan(*impl.band)) {
    impl.valid.resize(count);
    fetch(*impl.band->GetMaskBand(), impl.valid.data(), GDT_Byte);
    for (std::size_t i = 0; i < count; ++i) {
      if (impl.valid[i] == 0) scores[i] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  return rounded;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// SHA-256 over canonical cells.
#include "host/io/pixel_hash.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/open_dataset.hpp"
#include "host/io/sha256_pair.hpp"

namespace groundshift {
namespace {

constexpr std::uint32_t kCanonicalNan = 0x7fc00000u;

}  // namespace

PixelHash::PixelHash(std::int32_t width, std::int32_t height, std::int32_t band_count)
    : width_(width),
      height_(height),
      band_count_(band_count),
      cells_across_((width + kCellSize - 1) / kCellSize),
      cells_down_((height + kCellSize - 1) / kCellSize),
      digests_(static_cast<std::size_t>(cells_across_) * cells_down_ * band_count) {}

void PixelHash::add(std::int32_t band, const Window& window, const void* data, std::ptrdiff_t row_pitch,
                    std::size_t bytes_per_pixel, bool is_float32) {
  std::array<std::array<std::uint32_t, kCellSize>, 2> canonical;
  const auto line_of = [&](std::int32_t x, std::int32_t y, std::int32_t width, std::size_t stream) -> const void* {
    const auto* line = static_cast<const std::byte*>(data) + (y * row_pitch + x) * bytes_per_pixel;
    if (!is_float32) return line;
    std::uint32_t* const row = canonical[stream].data();
    std::memcpy(row, line, static_cast<std::size_t>(width) * sizeof(float));
    for (std::int32_t i = 0; i < width; ++i) row[i] = (row[i] & 0x7fffffffu) > 0x7f800000u ? kCanonicalNan : row[i];
    return row;
  };
  for (std::int32_t y = 0; y < window.height; y += kCellSize) {
    const std::int32_t h = std::min(kCellSize, window.height - y);
    Digest* const digests = digests_.data() +
                            (std::int64_t{band} * cells_down_ + (window.y + y) / kCellSize) * cells_across_ +
                            window.x / kCellSize;
    std::int32_t x = 0;
    for (; x + 2 * kCellSize <= window.width; x += 2 * kCellSize) {
      Sha256Pair sha;
      for (std::int32_t r = 0; r < h; ++r) {
        const void* const left = line_of(x, y + r, kCellSize, 0);
        sha.add(left, line_of(x + kCellSize, y + r, kCellSize, 1), kCellSize * bytes_per_pixel);
      }
      const auto both = sha.finish();
      std::copy(both.begin(), both.end(), digests + x / kCellSize);
    }
    for (; x < window.width; x += kCellSize) {
      const std::int32_t w = std::min(kCellSize, window.width - x);
      Sha256 sha;
      for (std::int32_t r = 0; r < h; ++r)
        sha.add(line_of(x, y + r, w, 0), static_cast<std::size_t>(w) * bytes_per_pixel);
      digests[x / kCellSize] = sha.finish();
    }
  }
}

std::string PixelHash::hex() const {
  Sha256 sha;
  sha.add(digests_.data(), digests_.size() * sizeof(Digest));
  return hex_text(sha.finish());
}

std::string hash_file(const std::string& path) {
  const Dataset dataset = open_dataset(path);
  const GdalMessages messages;
  const std::int32_t width = dataset->GetRasterXSize(), height = dataset->GetRasterYSize();
  PixelHash hash(width, height, dataset->GetRasterCount());
  std::vector<std::byte> strip;
  for (std::int32_t b = 0; b < dataset->GetRasterCount(); ++b) {
    GDALRasterBand& band = *dataset->GetRasterBand(b + 1);
    const GDALDataType type = band.GetRasterDataType();
    const auto bytes = static_cast<std::size_t>(GDALGetDataTypeSizeBytes(type));
    strip.resize(static_cast<std::size_t>(width) * kCellSize * bytes);
    for (std::int32_t y = 0; y < height; y += kCellSize) {
      const std::int32_t rows = std::min(kCellSize, height - y);
      if (band.RasterIO(GF_Read, 0, y, width, rows, strip.data(), width, rows, type, 0, 0, nullptr) != CE_None) {
        throw InputError(
            fmt::format("{}, band {}, rows {} to {}: {}", path, b + 1, y, y + rows, messages.failure_text()));
      }
      hash.add(b, {0, y, width, rows}, strip.data(), width, bytes, type == GDT_Float32);
    }
  }
  return hash.hex();
}

}  // namespace groundshift

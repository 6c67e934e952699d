// SPDX-License-Identifier: Apache-2.0
// RasterSource over GDAL: every pixel type, interleave and block layout that GDAL reads.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/io/file_type.hpp"
#include "host/io/gdal_handles.hpp"
#include "host/io/raster_source.hpp"
#include "host/io/sample_rows.hpp"

namespace groundshift {
namespace {

class GdalSource final : public RasterSource {
 public:
  GdalSource(RasterDescription description, SourceSelection selection, Warnings& warnings, std::string why)
      : description_(std::move(description)),
        selection_(std::move(selection)),
        warnings_(warnings),
        why_(std::move(why)),
        rows_(description_, selection_, warnings),
        handles_(description_.path) {
    if (description_.subdatasets.size() > 1) {
      warnings_.add("several_rasters",
                    fmt::format("{}: holds {} rasters and only the first is read; the others are {}", description_.path,
                                description_.subdatasets.size(),
                                fmt::join(description_.subdatasets.begin() + 1, description_.subdatasets.end(), ", ")));
    }
  }

  const RasterDescription& description() const override { return description_; }
  std::int32_t unit_width() const override { return unit_side(description_.block_width, description_.grid.width); }
  std::int32_t unit_height() const override { return unit_side(description_.block_height, description_.grid.height); }

  std::string way_in() const override { return why_.empty() ? "gdal" : "gdal: " + why_; }

  std::int64_t thread_bytes() const override {
    // GDAL keeps one decoded block of all the file's bands, its compressed bytes, and ours a mask or a converted band.
    const RasterDescription& d = description_;
    const std::int64_t file_bands = d.interleave == "PIXEL" ? static_cast<std::int64_t>(d.bands.size()) : 1;
    const std::int64_t block = std::int64_t{d.block_width} * d.block_height * file_bands;
    const std::int64_t unit = std::int64_t{unit_width()} * unit_height();
    constexpr std::int64_t kWidestType = 8;
    return 2 * block * static_cast<std::int64_t>(byte_count(selection_.type)) +
           unit * (rows_.direct() ? 1 : kWidestType);
  }

  void decode(const Window& window, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
              std::uint8_t* valid) override {
    GdalHandle handle = handles_.take();
    GdalMessages messages;
    for (std::int32_t y = 0; y < window.height; ++y) std::fill_n(valid + y * row_pitch, window.width, std::uint8_t{1});
    for (const std::int32_t b : masked_bands(*handle.dataset, selection_)) {
      apply_mask(handle, b, description_.path, window, row_pitch, valid, messages);
    }
    const bool direct = read_bands_directly(handle, window, pixels, row_pitch, band_pitch, valid, messages);
    for (std::size_t i = 0; i < selection_.bands.size() && !direct; ++i) {
      read_band_converted(handle, i, window,
                          static_cast<std::byte*>(pixels) + i * band_pitch * byte_count(selection_.type), row_pitch,
                          valid, messages);
    }
    for (const std::string& text : messages.warnings()) {
      warnings_.add("gdal_warning", fmt::format("{}: {}", description_.path, text));
    }
    handles_.give_back(std::move(handle));
  }

 private:
  /// One read of all bands straight into the caller's buffer, when the file's type is the kernels' type.
  bool read_bands_directly(GdalHandle& handle, const Window& w, void* pixels, std::ptrdiff_t row_pitch,
                           std::ptrdiff_t band_pitch, std::uint8_t* valid, GdalMessages& messages) {
    if (!rows_.direct()) return false;
    with_pixel_type(selection_.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      constexpr auto kBytes = static_cast<GSpacing>(sizeof(T));
      const CPLErr error =
          handle.dataset->RasterIO(GF_Read, w.x, w.y, w.width, w.height, pixels, w.width, w.height, gdal_type_of<T>(),
                                   static_cast<int>(selection_.bands.size()), selection_.bands.data(), kBytes,
                                   kBytes * row_pitch, kBytes * band_pitch, nullptr);
      if (error != CE_None) throw_read_failure(handle, w, messages);
      for (std::size_t i = 0; i < selection_.bands.size(); ++i) {
        for (std::int32_t y = 0; y < w.height; ++y) {
          rows_.judge(i, static_cast<const T*>(pixels) + i * band_pitch + y * row_pitch, w.width,
                      valid + y * row_pitch);
        }
      }
    });
    return true;
  }

  void read_band_converted(GdalHandle& handle, std::size_t i, const Window& w, std::byte* pixels,
                           std::ptrdiff_t row_pitch, std::uint8_t* valid, GdalMessages& messages) {
    GDALRasterBand& band = *handle.dataset->GetRasterBand(selection_.bands[i]);
    const auto sample_bytes = static_cast<std::size_t>(rows_.sample_bytes(i));
    handle.scratch.resize(static_cast<std::size_t>(pixel_count(w)) * sample_bytes);
    if (band.RasterIO(GF_Read, w.x, w.y, w.width, w.height, handle.scratch.data(), w.width, w.height,
                      band.GetRasterDataType(), 0, 0, nullptr) != CE_None) {
      throw_read_failure(handle, w, messages);
    }
    const auto bytes = static_cast<std::ptrdiff_t>(byte_count(selection_.type));
    std::int64_t inexact = 0;
    for (std::int32_t y = 0; y < w.height; ++y) {
      inexact += rows_.convert(i, handle.scratch.data() + static_cast<std::size_t>(y) * w.width * sample_bytes, w.width,
                               valid + y * row_pitch, pixels + y * row_pitch * bytes);
    }
    rows_.tell_inexact(i, inexact);
  }

  /// Finds the first block of the window that fails on its own, to name band and block in the message.
  [[noreturn]] void throw_read_failure(GdalHandle& handle, const Window& w, GdalMessages& messages) {
    const std::string reason = messages.failure_text();
    const std::int32_t bw = description_.block_width, bh = description_.block_height;
    std::vector<std::uint64_t> block(static_cast<std::size_t>(bw) * bh);
    for (const std::int32_t b : selection_.bands) {
      for (std::int32_t by = w.y / bh; by <= (w.y + w.height - 1) / bh; ++by) {
        for (std::int32_t bx = w.x / bw; bx <= (w.x + w.width - 1) / bw; ++bx) {
          messages.clear();
          if (handle.dataset->GetRasterBand(b)->ReadBlock(bx, by, block.data()) == CE_None) continue;
          throw InputError(fmt::format(
              "{}, band {}, block ({},{}) of {} x {} pixels: {}; the file is damaged, copy or download it again",
              description_.path, b, bx, by, bw, bh, messages.failure_text(reason)));
        }
      }
    }
    throw InputError(fmt::format("{}, pixels ({},{}) to ({},{}): {}", description_.path, w.x, w.y, w.x + w.width,
                                 w.y + w.height, reason));
  }

  RasterDescription description_;
  SourceSelection selection_;
  Warnings& warnings_;
  std::string why_;
  SampleRows rows_;
  GdalHandles handles_;
};

}  // namespace

std::unique_ptr<RasterSource> make_gdal_source(RasterDescription description, SourceSelection selection,
                                               Warnings& warnings, std::string why) {
  return std::make_unique<GdalSource>(std::move(description), std::move(selection), warnings, std::move(why));
}

}  // namespace groundshift

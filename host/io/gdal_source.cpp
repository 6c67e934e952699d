// SPDX-License-Identifier: Apache-2.0
// RasterSource over GDAL: every pixel type, interleave and block layout that GDAL reads.
#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/open_dataset.hpp"
#include "host/io/pixel_conversion.hpp"
#include "host/io/raster_source.hpp"

namespace groundshift {
namespace {

/// Calls f with a value of the C++ type of a GDAL band (Int8 = a byte with PIXELTYPE=SIGNEDBYTE).
template <class F>
decltype(auto) with_file_type(GDALDataType type, bool signed_byte, F&& f) {
  switch (type) {
    case GDT_Byte: return signed_byte ? f(std::int8_t{}) : f(std::uint8_t{});
    case GDT_UInt16: return f(std::uint16_t{});
    case GDT_Int16: return f(std::int16_t{});
    case GDT_UInt32: return f(std::uint32_t{});
    case GDT_Int32: return f(std::int32_t{});
    case GDT_UInt64: return f(std::uint64_t{});
    case GDT_Int64: return f(std::int64_t{});
    case GDT_Float32: return f(float{});
    default: return f(double{});
  }
}

template <class T>
constexpr GDALDataType gdal_type_of() {
  if constexpr (std::is_same_v<T, std::int8_t> || std::is_same_v<T, std::uint8_t>)
    return GDT_Byte;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return GDT_UInt16;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return GDT_Int16;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return GDT_UInt32;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return GDT_Int32;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return GDT_UInt64;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return GDT_Int64;
  else if constexpr (std::is_same_v<T, float>)
    return GDT_Float32;
  else
    return GDT_Float64;
}

std::int32_t unit_side(std::int32_t block, std::int32_t raster) {
  const std::int32_t blocks = std::max(1, (kCellSize + block - 1) / block);
  return static_cast<std::int32_t>(std::min<std::int64_t>(std::int64_t{block} * blocks, raster));
}

/// One open dataset and the scratch of the thread that uses it.
struct Handle {
  Dataset dataset;
  std::vector<std::byte> scratch;
  std::vector<std::uint8_t> mask;
};

class GdalSource final : public RasterSource {
 public:
  GdalSource(RasterDescription description, SourceSelection selection, Warnings& warnings)
      : description_(std::move(description)),
        selection_(std::move(selection)),
        warnings_(warnings),
        inexact_told_(description_.bands.size()) {
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

  void decode(const Window& window, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
              std::uint8_t* valid) override {
    Handle handle = take_handle();
    GdalMessages messages;
    for (std::int32_t y = 0; y < window.height; ++y) std::fill_n(valid + y * row_pitch, window.width, std::uint8_t{1});
    read_masks(handle, window, row_pitch, valid, messages);
    const bool direct = read_bands_directly(handle, window, pixels, row_pitch, band_pitch, valid, messages);
    for (std::size_t i = 0; i < selection_.bands.size() && !direct; ++i) {
      read_band_converted(handle, selection_.bands[i], window,
                          static_cast<std::byte*>(pixels) + i * band_pitch * byte_count(selection_.type), row_pitch,
                          valid, messages);
    }
    for (const std::string& text : messages.warnings()) {
      warnings_.add("gdal_warning", fmt::format("{}: {}", description_.path, text));
    }
    give_back(std::move(handle));
  }

 private:
  Handle take_handle() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Handle handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return {open_dataset(description_.path), {}, {}};
  }
  void give_back(Handle handle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  std::optional<double> nodata_of(std::int32_t band) const {
    if (selection_.ignore_nodata) return std::nullopt;
    return selection_.nodata ? selection_.nodata : description_.bands[band - 1].nodata;
  }

  /// Mask and alpha bands, and GDAL's own rule for a nodata tuple over all bands (NODATA_VALUES).
  void read_masks(Handle& handle, const Window& w, std::ptrdiff_t row_pitch, std::uint8_t* valid,
                  GdalMessages& messages) {
    for (const std::int32_t b : selection_.bands) {
      GDALRasterBand& band = *handle.dataset->GetRasterBand(b);
      const int flags = band.GetMaskFlags();
      const bool nodata_tuple = (flags & GMF_NODATA) != 0 && (flags & GMF_PER_DATASET) != 0;
      if ((flags & GMF_ALL_VALID) != 0 || ((flags & GMF_NODATA) != 0 && !nodata_tuple)) continue;
      if (nodata_tuple && (selection_.nodata || selection_.ignore_nodata)) continue;
      handle.mask.resize(static_cast<std::size_t>(pixel_count(w)));
      if (band.GetMaskBand()->RasterIO(GF_Read, w.x, w.y, w.width, w.height, handle.mask.data(), w.width, w.height,
                                       GDT_Byte, 0, 0, nullptr) != CE_None) {
        throw InputError(fmt::format("{}, mask of band {}: {}", description_.path, b, messages.failure_text()));
      }
      for (std::int32_t y = 0; y < w.height; ++y) {
        const std::uint8_t* mask = handle.mask.data() + std::ptrdiff_t{y} * w.width;
        for (std::int32_t x = 0; x < w.width; ++x) valid[y * row_pitch + x] &= mask[x] != 0 ? 1 : 0;
      }
      if ((flags & GMF_PER_DATASET) != 0) return;
    }
  }

  /// One read of all bands straight into the caller's buffer, when the file's type is the kernels' type.
  bool read_bands_directly(Handle& handle, const Window& w, void* pixels, std::ptrdiff_t row_pitch,
                           std::ptrdiff_t band_pitch, std::uint8_t* valid, GdalMessages& messages) {
    for (const std::int32_t b : selection_.bands) {
      if (!description_.bands[b - 1].exact || description_.bands[b - 1].pixel_type != selection_.type ||
          description_.bands[b - 1].type_name == "Int8") {
        return false;
      }
    }
    with_pixel_type(selection_.type, [&](auto tag) {
      using T = typename decltype(tag)::type;
      constexpr auto kBytes = static_cast<GSpacing>(sizeof(T));
      const CPLErr error =
          handle.dataset->RasterIO(GF_Read, w.x, w.y, w.width, w.height, pixels, w.width, w.height, gdal_type_of<T>(),
                                   static_cast<int>(selection_.bands.size()), selection_.bands.data(), kBytes,
                                   kBytes * row_pitch, kBytes * band_pitch, nullptr);
      if (error != CE_None) throw_read_failure(handle, w, messages);
      for (std::size_t i = 0; i < selection_.bands.size(); ++i) {
        const auto nodata = nodata_as<T>(nodata_of(selection_.bands[i]));
        for (std::int32_t y = 0; y < w.height; ++y) {
          mark_invalid(static_cast<const T*>(pixels) + i * band_pitch + y * row_pitch, w.width, nodata,
                       valid + y * row_pitch);
        }
      }
    });
    return true;
  }

  void read_band_converted(Handle& handle, std::int32_t b, const Window& w, void* pixels, std::ptrdiff_t row_pitch,
                           std::uint8_t* valid, GdalMessages& messages) {
    GDALRasterBand& band = *handle.dataset->GetRasterBand(b);
    const bool signed_byte = description_.bands[b - 1].type_name == "Int8";
    std::int64_t inexact = 0;
    with_file_type(band.GetRasterDataType(), signed_byte, [&](auto sample) {
      using From = decltype(sample);
      handle.scratch.resize(static_cast<std::size_t>(pixel_count(w)) * sizeof(From));
      const auto* values = reinterpret_cast<const From*>(handle.scratch.data());
      if (band.RasterIO(GF_Read, w.x, w.y, w.width, w.height, handle.scratch.data(), w.width, w.height,
                        gdal_type_of<From>(), 0, 0, nullptr) != CE_None) {
        throw_read_failure(handle, w, messages);
      }
      const auto nodata = nodata_as<From>(nodata_of(b));
      with_pixel_type(selection_.type, [&](auto tag) {
        using To = typename decltype(tag)::type;
        for (std::int32_t y = 0; y < w.height; ++y) {
          const From* row = values + std::ptrdiff_t{y} * w.width;
          mark_invalid(row, w.width, nodata, valid + y * row_pitch);
          inexact += convert_row(row, w.width, valid + y * row_pitch, static_cast<To*>(pixels) + y * row_pitch);
        }
        return 0;
      });
      return 0;
    });
    if (inexact > 0 && !inexact_told_[static_cast<std::size_t>(b - 1)].exchange(true)) {
      warnings_.add("inexact_values",
                    fmt::format("{}, band {}: values of type {} that float32 does not hold exactly were rounded",
                                description_.path, b, description_.bands[b - 1].type_name));
    }
  }

  /// Finds the first block of the window that fails on its own, to name band and block in the message.
  [[noreturn]] void throw_read_failure(Handle& handle, const Window& w, GdalMessages& messages) {
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
  std::vector<std::atomic<bool>> inexact_told_;  ///< a band's warning is given once
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

}  // namespace

std::unique_ptr<RasterSource> make_gdal_source(RasterDescription description, SourceSelection selection,
                                               Warnings& warnings) {
  return std::make_unique<GdalSource>(std::move(description), std::move(selection), warnings);
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The directory through libtiff, in the mode that GDAL opens files in, so that both see the same offsets.
#include "host/io/tiff_directory.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "host/io/tiff_handle.hpp"

namespace groundshift {
namespace {

constexpr tmsize_t kLargestDirectoryArray = tmsize_t{512} << 20;

std::uint32_t field(TIFF* tiff, ttag_t tag, std::uint32_t otherwise) {
  std::uint32_t value = 0;
  return TIFFGetField(tiff, tag, &value) == 1 ? value : otherwise;
}
std::uint16_t short_field(TIFF* tiff, ttag_t tag) {
  std::uint16_t value = 0;
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : std::uint16_t{0};
}

/// GDAL's name of a sample type that blocks hold whole, or empty.
std::string type_name(std::uint16_t format, std::uint16_t bits) {
  const bool whole = bits == 8 || bits == 16 || bits == 32 || bits == 64;
  if (format == SAMPLEFORMAT_UINT && whole) return bits == 8 ? "Byte" : fmt::format("UInt{}", bits);
  if (format == SAMPLEFORMAT_INT && whole) return fmt::format("Int{}", bits);
  if (format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64)) return fmt::format("Float{}", bits);
  return {};
}

std::optional<TiffCodec> codec_of(std::uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE: return TiffCodec::none;
    case COMPRESSION_LZW: return TiffCodec::lzw;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE: return TiffCodec::deflate;
    case COMPRESSION_ZSTD: return TiffCodec::zstd;
    default: return std::nullopt;
  }
}

/// Photometric interpretations whose samples GDAL hands out as they stand.
bool plain_samples(std::uint16_t photometric) {
  return photometric == PHOTOMETRIC_MINISWHITE || photometric == PHOTOMETRIC_MINISBLACK ||
         photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_PALETTE;
}

/// Fills what describes the samples; returns why not.
std::string read_samples(TIFF* tiff, const RasterDescription& d, TiffLayout& out) {
  const std::uint16_t compression = short_field(tiff, TIFFTAG_COMPRESSION);
  const auto codec = codec_of(compression);
  if (!codec) return fmt::format("compression {}", d.compression.empty() ? std::to_string(compression) : d.compression);
  if (TIFFIsCODECConfigured(compression) == 0) return fmt::format("libtiff lacks compression {}", compression);
  out.codec = *codec;
  const std::uint16_t bits = short_field(tiff, TIFFTAG_BITSPERSAMPLE);
  const std::string name = type_name(short_field(tiff, TIFFTAG_SAMPLEFORMAT), bits);
  if (name.empty()) return fmt::format("samples of {} bits", bits);
  for (const BandInfo& band : d.bands) {
    if (band.type_name != name) return fmt::format("bands of type {}, samples of type {}", band.type_name, name);
  }
  out.sample_bytes = bits / 8;
  if (!plain_samples(short_field(tiff, TIFFTAG_PHOTOMETRIC))) return "colours that are no plain samples";
  if (short_field(tiff, TIFFTAG_FILLORDER) != FILLORDER_MSB2LSB) return "bits in reversed order";
  out.band_count = short_field(tiff, TIFFTAG_SAMPLESPERPIXEL);
  if (static_cast<std::size_t>(out.band_count) != d.bands.size()) return "samples that are not all bands";
  out.separate = out.band_count > 1 && short_field(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  out.swapped = TIFFIsByteSwapped(tiff) != 0;
  std::uint16_t predictor = 1;
  if (out.codec != TiffCodec::none && TIFFGetField(tiff, TIFFTAG_PREDICTOR, &predictor) != 1) predictor = 1;
  if (predictor < 1 || predictor > 3) return fmt::format("predictor {}", predictor);
  out.predictor = static_cast<BlockPredictor>(predictor);
  const bool floats = name.starts_with("Float");
  if (out.predictor == BlockPredictor::floating_point && !floats) return "predictor 3 on integers";
  return {};
}

/// Fills the grid of blocks; returns why not.
std::string read_grid(TIFF* tiff, const RasterDescription& d, TiffLayout& out) {
  const bool tiled = TIFFIsTiled(tiff) != 0;
  const std::uint32_t width = field(tiff, TIFFTAG_IMAGEWIDTH, 0), height = field(tiff, TIFFTAG_IMAGELENGTH, 0);
  if (width != static_cast<std::uint32_t>(d.grid.width) || height != static_cast<std::uint32_t>(d.grid.height) ||
      width == 0 || height == 0) {
    return "a first image of another size";
  }
  if (field(tiff, TIFFTAG_IMAGEDEPTH, 1) > 1 || (tiled && field(tiff, TIFFTAG_TILEDEPTH, 1) > 1)) return "a volume";
  out.width = d.grid.width;
  out.height = d.grid.height;
  const std::uint32_t rows = std::min(height, field(tiff, TIFFTAG_ROWSPERSTRIP, height));
  const std::uint32_t block_width = tiled ? field(tiff, TIFFTAG_TILEWIDTH, 0) : width;
  const std::uint32_t block_height = tiled ? field(tiff, TIFFTAG_TILELENGTH, 0) : rows;
  if (block_width != static_cast<std::uint32_t>(d.block_width) ||
      block_height != static_cast<std::uint32_t>(d.block_height) || block_width == 0 || block_height == 0) {
    return fmt::format("blocks of {} x {} that GDAL hands out as {} x {}", block_width, block_height, d.block_width,
                       d.block_height);
  }
  out.block_width = d.block_width;
  out.block_height = d.block_height;
  out.short_edge = !tiled;
  // 31 bits each, and at most 16 + 3 for a pixel: below 2^81 as doubles, compared before integers are multiplied.
  const double bytes = double(block_width) * double(block_height) * out.samples_per_pixel() * out.sample_bytes;
  if (bytes > double(kLargestBlockBytes)) return fmt::format("blocks of {:.0f} MiB", bytes / (1 << 20));
  out.blocks_across = static_cast<std::int32_t>((std::int64_t{out.width} + out.block_width - 1) / out.block_width);
  out.blocks_down = static_cast<std::int32_t>((std::int64_t{out.height} + out.block_height - 1) / out.block_height);
  const std::int64_t planes = out.separate ? out.band_count : 1;
  const double blocks = double(planes) * out.blocks_across * out.blocks_down;
  const std::uint32_t counted = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  if (blocks != double(counted)) return fmt::format("{:.0f} blocks of which {} are listed", blocks, counted);
  // A list of offsets that the file cannot hold is no reason to allocate it.
  if (blocks > double(out.file_bytes)) return "more blocks than bytes";
  return {};
}

std::string read_offsets(TIFF* tiff, TiffLayout& out) {
  const std::int64_t planes = out.separate ? out.band_count : 1;
  const std::int64_t blocks = planes * out.blocks_across * out.blocks_down;
  out.offsets.resize(static_cast<std::size_t>(blocks));
  out.packed_sizes.resize(static_cast<std::size_t>(blocks));
  for (std::size_t i = 0; i < out.offsets.size(); ++i) {
    int failed_size = 0, failed_offset = 0;
    out.packed_sizes[i] = TIFFGetStrileByteCountWithErr(tiff, static_cast<std::uint32_t>(i), &failed_size);
    out.offsets[i] = TIFFGetStrileOffsetWithErr(tiff, static_cast<std::uint32_t>(i), &failed_offset);
    if (failed_size != 0 || failed_offset != 0) return fmt::format("no place of block {} in its lists", i);
  }
  return {};
}

}  // namespace

const char* name_of(TiffCodec codec) {
  switch (codec) {
    case TiffCodec::none: return "uncompressed";
    case TiffCodec::lzw: return "LZW";
    case TiffCodec::deflate: return "DEFLATE";
    case TiffCodec::zstd: return "ZSTD";
  }
  return "?";
}

TiffDirectory read_tiff_directory(const RasterDescription& d) {
  if (d.driver != "GTiff") return {std::nullopt, d.driver.empty() ? "no driver named" : "driver " + d.driver};
  std::error_code failure;
  if (!std::filesystem::is_regular_file(d.path, failure)) return {std::nullopt, "no local file"};
  TiffLayout layout;
  layout.file_bytes = std::filesystem::file_size(d.path, failure);
  if (failure) return {std::nullopt, "no local file"};
  const TiffOptions options = quiet_options(kLargestDirectoryArray);
  // GDAL's mode: strips are not cut, lists are read when asked; and no mapping, which a shortened file would fault.
  const TiffHandle tiff(TIFFOpenExt(d.path.c_str(), "rDOCm", options.get()));
  if (!tiff) return {std::nullopt, "libtiff does not open it"};
  std::string refusal = read_samples(tiff.get(), d, layout);
  if (refusal.empty()) refusal = read_grid(tiff.get(), d, layout);
  if (refusal.empty()) refusal = read_offsets(tiff.get(), layout);
  if (!refusal.empty()) return {std::nullopt, std::move(refusal)};
  return {std::move(layout), {}};
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Where the blocks of a GeoTIFF file lie and what they are packed with, checked before a byte of them is read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/io/raster_description.hpp"
#include "kernels/codec/block_codec.hpp"

namespace groundshift {

enum class TiffCodec : std::uint8_t { none, lzw, deflate, zstd };
const char* name_of(TiffCodec codec);

/// The first image of a file. Blocks are tiles or strips, row-major, plane after plane where bands lie apart.
/// separate    : each band has blocks of its own
/// short_edge  : blocks end with the image's last row (strips); tiles are whole
/// swapped     : samples have the other byte order than this machine
struct TiffLayout {
  std::int32_t width = 0, height = 0;
  std::int32_t block_width = 0, block_height = 0;
  std::int32_t blocks_across = 0, blocks_down = 0;
  std::int32_t band_count = 0;
  std::int32_t sample_bytes = 0;
  bool separate = false, short_edge = false, swapped = false;
  TiffCodec codec = TiffCodec::none;
  BlockPredictor predictor = BlockPredictor::none;
  std::vector<std::uint64_t> offsets, packed_sizes;  ///< of every block
  std::uint64_t file_bytes = 0;

  std::int32_t samples_per_pixel() const { return separate ? 1 : band_count; }  ///< in one block
  std::int64_t row_bytes() const { return std::int64_t{block_width} * samples_per_pixel() * sample_bytes; }
  std::int64_t block_bytes() const { return row_bytes() * block_height; }
  std::int64_t block_index(std::int32_t plane, std::int32_t across, std::int32_t down) const {
    return (std::int64_t{plane} * blocks_down + down) * blocks_across + across;
  }
  /// Rows that the block in row `down` of blocks holds.
  std::int32_t rows_of(std::int32_t down) const {
    return short_edge ? std::min(block_height, height - down * block_height) : block_height;
  }
};

/// A layout, or why the file's raw blocks are left to GDAL.
struct TiffDirectory {
  std::optional<TiffLayout> layout;
  std::string refusal;
};

/// Decoded blocks beyond this are left to GDAL, whose own limits say what becomes of them.
inline constexpr std::int64_t kLargestBlockBytes = std::int64_t{256} << 20;

/// Reads the first directory of a local file, and compares it with what GDAL said of the raster. Never throws for what
/// is in the file.
TiffDirectory read_tiff_directory(const RasterDescription& description);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The front of a TIFF file: its directories of tags, and where its blocks will lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace groundshift {

/// type : TIFF's number; value: `count` values, little endian
struct TiffTag {
  std::uint16_t id = 0, type = 0;
  std::uint64_t count = 0;
  std::vector<std::byte> value;
};

/// Tags of the first directory of a little-endian BigTIFF file in memory, without those that say where its blocks are.
/// Throws OutputError where it is none.
std::vector<TiffTag> tags_of_bigtiff(std::span<const std::byte> file);

/// Of the tags of a full-resolution directory those that an overview of the given size has, as GDAL's COG driver
/// chooses them.
std::vector<TiffTag> overview_tags(const std::vector<TiffTag>& full, std::int32_t width, std::int32_t height);

/// One directory: its tags and the sizes of its blocks in row-major order.
struct TiffLevel {
  std::vector<TiffTag> tags;
  std::vector<std::uint32_t> block_bytes;
};

/// bytes        : all that comes before the first block
/// file_bytes   : of the whole file
/// level_starts : where the leader of each level's first block lies
struct TiffFront {
  std::vector<std::byte> bytes;
  std::int64_t file_bytes = 0;
  std::vector<std::int64_t> level_starts;
};

/// Bytes before and after each block of a COG: its size, and its last four bytes once more.
inline constexpr std::int64_t kCogLeader = 4, kCogTrailer = 4;

/// Each level of a COG begins at a multiple of it.
inline constexpr std::int64_t kCogUnit = 4096;
constexpr std::int64_t next_cog_unit(std::int64_t byte) { return (byte + kCogUnit - 1) / kCogUnit * kCogUnit; }

/// A COG's: GDAL's structural metadata, the smallest level's blocks first, and leaders and trailers around each.
/// levels : full resolution first
TiffFront lay_out_cog(const std::vector<TiffLevel>& levels, bool big);

/// Bytes that a file whose directory stands at its end begins with, whether it is big or not.
inline constexpr std::int64_t kTiffStart = 16;

/// header    : kTiffStart bytes
/// directory : what begins at `directory_start`, behind the last block
struct TiffEnds {
  std::vector<std::byte> header, directory;
  std::int64_t directory_start = 0;
};

/// starts     : of the level's blocks
/// blocks_end : where the last one ends
TiffEnds lay_out_around(const TiffLevel& level, const std::vector<std::uint64_t>& starts, std::int64_t blocks_end,
                        bool big);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// What a tile is before it is decoded: the packed blocks of both dates that it is cut from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/api/pair_tile.hpp"
#include "kernels/codec/decode_batch.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// Blocks of one tile, in host memory. Does not own.
/// packed         : bytes of the blocks, of Backend::allocate_host, to the end of the last one's kBlockAlignment
/// blocks         : of both dates, all of the tile's pixel type, deflate, none or absent, below 256 MiB; first those
///                  that are packed, the largest first; `planes` is the date, their parts lie inside the tile and meet
///                  nowhere
/// raw_byte_count : room that raw_offset and raw_byte_count of the packed ones ask for
/// band_count     : bands of BEFORE and AFTER that the blocks fill; further bands of the tile become 0
struct PackedTile {
  std::span<const std::byte> packed;
  std::span<const codec::PackedBlock> blocks;
  std::span<const codec::BlockLayout> layouts;
  std::span<const codec::SampleTarget> targets;
  std::size_t raw_byte_count = 0;
  std::array<std::int32_t, 2> band_count{};
};

/// Both dates' planes of a tile in host memory, which is the caller's to write.
inline std::array<codec::DecodedPlanes, 2> host_planes(const PairTile& tile) {
  std::array<codec::DecodedPlanes, 2> planes;
  const std::array<const void*, 2> dates = {tile.before, tile.after};
  for (std::size_t date = 0; date < dates.size(); ++date) {
    planes[date] = {static_cast<std::byte*>(const_cast<void*>(dates[date])), tile.row_pitch, tile.band_pitch,
                    const_cast<std::uint8_t*>(tile.valid), tile.row_pitch};
  }
  return planes;
}

/// The batch that PlaneDecoder takes; views of `tile` and `planes`.
inline codec::DecodeBatch host_batch(const PackedTile& tile, std::span<const codec::DecodedPlanes, 2> planes) {
  codec::DecodeBatch batch;
  batch.packed = tile.packed.data();
  batch.blocks = tile.blocks.data();
  batch.block_count = static_cast<std::uint32_t>(tile.blocks.size());
  batch.layouts = tile.layouts.data();
  batch.planes = planes.data();
  batch.targets = tile.targets.data();
  return batch;
}

/// The largest packed tile that a workspace must take; all 0: none.
struct DecodeShape {
  std::size_t packed_bytes = 0;
  std::size_t raw_bytes = 0;
  std::size_t block_count = 0;
  std::size_t layout_count = 0;
  std::size_t target_count = 0;

  bool empty() const { return block_count == 0; }
  bool takes(const PackedTile& tile) const {
    return tile.packed.size() <= packed_bytes && tile.raw_byte_count <= raw_bytes &&
           tile.blocks.size() <= block_count && tile.layouts.size() <= layout_count &&
           tile.targets.size() <= target_count;
  }
};

/// The pixel type as a file stores it.
constexpr codec::SampleType sample_type_of(PixelType type) {
  switch (type) {
    case PixelType::u8: return codec::SampleType::u8;
    case PixelType::u16: return codec::SampleType::u16;
    case PixelType::i16: return codec::SampleType::i16;
    case PixelType::f32: break;
  }
  return codec::SampleType::f32;
}

}  // namespace groundshift

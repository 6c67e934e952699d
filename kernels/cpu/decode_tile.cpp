// SPDX-License-Identifier: Apache-2.0
// Block after block: readers decode one tile a thread, so the blocks of one need no threads of their own.
#include "kernels/cpu/decode_tile.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace groundshift::cpu {

void decode_tile(codec::PlaneDecoder& decoder, const PairTile& tile, const PackedTile& packed,
                 std::span<codec::DecodeStatus> statuses) {
  if (statuses.size() != packed.blocks.size()) throw std::invalid_argument("one status a block");
  auto* const valid = const_cast<std::uint8_t*>(tile.valid);
  for (std::int32_t y = 0; y < tile.height; ++y) std::fill_n(valid + y * tile.row_pitch, tile.width, std::uint8_t{1});
  const auto plane_bytes = static_cast<std::size_t>(tile.band_pitch) * byte_count(tile.type);
  const std::array<codec::DecodedPlanes, 2> planes = host_planes(tile);
  for (std::size_t date = 0; date < planes.size(); ++date) {
    const auto bands = static_cast<std::size_t>(packed.band_count[date]);
    std::fill_n(planes[date].data + bands * plane_bytes,
                (static_cast<std::size_t>(tile.band_count) - bands) * plane_bytes, std::byte{0});
  }
  const codec::DecodeBatch batch = host_batch(packed, planes);
  for (std::uint32_t i = 0; i < batch.block_count; ++i) statuses[i] = decoder.decode(batch, i);
}

}  // namespace groundshift::cpu

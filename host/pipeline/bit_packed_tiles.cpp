// SPDX-License-Identifier: Apache-2.0
// Kept tiles, packed by the worker that decoded them.
#include "host/pipeline/bit_packed_tiles.hpp"

#include <algorithm>
#include <cstring>

#include "host/base/error.hpp"
#include "host/pipeline/slot.hpp"
#include "kernels/codec/bit_packing.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t rounded_up(std::int64_t bytes, std::int64_t unit) { return (bytes + unit - 1) / unit * unit; }

std::int64_t valid_bytes(const PairTile& tile) { return tile.row_pitch * tile.height; }

/// Room before the packed pixels, which stay aligned.
std::int64_t room_for_valid(const PairTile& tile, bool all_valid) {
  return all_valid ? 0 : rounded_up(valid_bytes(tile), 64);
}

bool is_all_valid(const PairTile& tile) {
  const auto count = static_cast<std::size_t>(valid_bytes(tile));
  return tile.valid[0] == 1 && std::memcmp(tile.valid, tile.valid + 1, count - 1) == 0;
}

template <class Samples, class Bytes>
PlanarView<Samples> samples_of(const PairTile& tile, Bytes* date) {
  return {reinterpret_cast<Samples*>(date), tile.width, tile.height, tile.band_count, tile.row_pitch, tile.band_pitch};
}

}  // namespace

BitPackedTiles::BitPackedTiles(Backend& backend, std::int64_t tile_count, const Room& room)
    : backend_(backend), room_(room), tiles_(static_cast<std::size_t>(tile_count)) {}

void BitPackedTiles::keep(std::int64_t index, const Slot& slot) {
  if (full_) return;
  const PairTile& tile = slot.tile;
  expects(byte_count(tile.type) == 2, "tiles of 16-bit pixels are packed");
  Tile& kept = tiles_[static_cast<std::size_t>(index)];
  kept.all_valid = is_all_valid(tile);
  const std::int64_t valid_room = room_for_valid(tile, kept.all_valid);
  // Of room for the worst case no more is touched than is written.
  kept.memory = backend_.allocate_host(static_cast<std::size_t>(valid_room) +
                                       2 * packed_bits_bound(tile.width, tile.height, tile.band_count));
  auto* const start = static_cast<std::byte*>(kept.memory.data());
  if (!kept.all_valid) std::memcpy(start, tile.valid, static_cast<std::size_t>(valid_bytes(tile)));
  std::byte* out = start + valid_room;
  for (const std::byte* date : {slot.before, slot.after}) {
    out += pack_bits(samples_of<const std::uint16_t>(tile, date), tile.type == PixelType::i16, out);
  }
  kept.byte_count = out - start;
}

std::int64_t BitPackedTiles::charge(const Tile& kept) const {
  constexpr std::int64_t kPageBytes = 4096;
  const std::size_t whole = kept.memory.byte_count();
  if (whole < kLeastMappedBytes) return static_cast<std::int64_t>(whole);  // the heap's pages may all be in memory
  return std::min(rounded_up(static_cast<std::int64_t>(whole), kPageBytes),
                  rounded_up(kept.byte_count, kPageBytes) + room_.slack_bytes);
}

void BitPackedTiles::settle(std::int64_t index) {
  const Tile& kept = tiles_[static_cast<std::size_t>(index)];
  if (!full_) {
    const auto left = static_cast<std::int64_t>(tiles_.size()) - index - 1;
    const auto others = std::min(room_.in_flight, left) * static_cast<std::int64_t>(kept.memory.byte_count());
    const std::int64_t charged = charged_bytes_ + charge(kept);
    if (charged + others <= room_.memory_bytes) {
      charged_bytes_ = charged;
      settled_bytes_ += kept.byte_count;
      return;
    }
    full_ = true;
  }
  drop(index);
}

void BitPackedTiles::fetch(std::int64_t index, Slot& slot) const {
  const Tile& kept = tiles_[static_cast<std::size_t>(index)];
  const PairTile& tile = slot.tile;
  const auto* const start = static_cast<const std::byte*>(kept.memory.data());
  if (kept.all_valid) {
    std::memset(slot.valid, 1, static_cast<std::size_t>(valid_bytes(tile)));
  } else {
    std::memcpy(slot.valid, start, static_cast<std::size_t>(valid_bytes(tile)));
  }
  const std::byte* in = start + room_for_valid(tile, kept.all_valid);
  for (std::byte* date : {slot.before, slot.after}) in += unpack_bits(in, samples_of<std::uint16_t>(tile, date));
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Tiles of 16-bit pixels kept in memory for one more pass, in as many bits as their samples need.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "kernels/api/backend.hpp"

namespace groundshift {

struct Slot;

/// Tiles numbered from 0. Those of the longest run of first tiles that fits the memory are kept, whatever the threads;
/// of the others nothing is. Thread-safe for different tiles; settle() is the ordered consumer's.
class BitPackedTiles {
 public:
  /// memory_bytes : what kept tiles may take
  /// in_flight    : tiles that may be kept before their turn to be settled
  /// slack_bytes  : what the system gives a tile beyond what is written
  struct Room {
    std::int64_t memory_bytes = 0, in_flight = 0, slack_bytes = 0;
  };
  BitPackedTiles(Backend& backend, std::int64_t tile_count, const Room& room);
  BitPackedTiles(const BitPackedTiles&) = delete;
  BitPackedTiles& operator=(const BitPackedTiles&) = delete;

  /// Packs the slot's tile, unless there is no room for any more.
  void keep(std::int64_t index, const Slot& slot);
  /// Decides, in the order of tiles, whether one that keep() took stays. Until then it must not be fetched.
  void settle(std::int64_t index);
  bool keeps(std::int64_t index) const { return tiles_[static_cast<std::size_t>(index)].memory.data() != nullptr; }
  /// The pixels and the validity into the slot, which is aimed at the same tile.
  void fetch(std::int64_t index, Slot& slot) const;
  /// Gives the tile's memory back.
  void drop(std::int64_t index) { tiles_[static_cast<std::size_t>(index)] = {}; }

  /// What all tiles that were settled took together, dropped or not.
  std::int64_t resident_bytes() const { return settled_bytes_; }

 private:
  struct Tile {
    HostBuffer memory;
    std::int64_t byte_count = 0;  ///< of the memory that was written
    bool all_valid = false;       ///< else the plane of validity stands before the pixels
  };

  /// Of the memory planned, at most.
  std::int64_t charge(const Tile& kept) const;

  Backend& backend_;
  const Room room_;
  std::vector<Tile> tiles_;
  std::int64_t settled_bytes_ = 0, charged_bytes_ = 0;
  std::atomic<bool> full_ = false;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The packed blocks of one tile on their way to a backend: bytes in its host memory, descriptors beside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/api/backend.hpp"
#include "kernels/api/packed_tile.hpp"
#include "kernels/api/pair_tile.hpp"

namespace groundshift {

/// What the blocks under a window take of a batch.
struct PackedNeed {
  std::int64_t block_count = 0;
  std::int64_t packed_bytes = 0;  ///< each to the end of its kBlockAlignment
  std::int64_t raw_bytes = 0;     ///< likewise

  PackedNeed& operator+=(const PackedNeed& other) {
    block_count += other.block_count;
    packed_bytes += other.packed_bytes;
    raw_bytes += other.raw_bytes;
    return *this;
  }
};

/// Room for the blocks of one tile, taken once; filled again for every tile.
class PackedBatch {
 public:
  PackedBatch() = default;
  PackedBatch(Backend& backend, const DecodeShape& shape);
  /// Host bytes that the constructor takes.
  static std::int64_t byte_count(const DecodeShape& shape);

  /// Forgets what it holds.
  void clear();
  /// The bands of a date: planes 0 .. band_count - 1 of it will be filled.
  void begin_date(Date date, std::int32_t band_count) { tile_.band_count[static_cast<std::size_t>(date)] = band_count; }
  /// Number of a layout or of the first of some targets, to be named by blocks.
  std::uint32_t add_layout(const codec::BlockLayout& layout);
  std::uint32_t add_targets(std::span<const codec::SampleTarget> targets);
  /// Room for a block's packed bytes, or nothing when the batch is full.
  std::optional<std::span<std::byte>> add_packed(const codec::PackedBlock& block);
  /// A block without bytes; false when the batch is full.
  bool add_absent(const codec::PackedBlock& block);
  /// Pixels of the tile that lie in no file: 0 and invalid. part : in pixels of the tile
  bool add_outside(Date date, PixelType type, std::int32_t band_count, const Window& part);

  /// Everything added, for Backend::decode; packed blocks first, the largest of them first.
  PackedTile tile();
  /// Blocks of files among those added, and the bytes that they unpack to.
  std::int64_t stored_blocks() const { return stored_blocks_; }
  std::int64_t unpacked_bytes() const { return unpacked_bytes_; }
  /// One a block of tile().
  std::span<codec::DecodeStatus> statuses() { return statuses_; }
  const codec::PackedBlock& block(std::size_t number) const { return blocks_[number]; }
  /// Unpacks block `number` of tile() by the CPU's decoder into a tile in host memory (the caller's to write): its
  /// pixels, and validity cleared where they have none. False, with the tile as it was, where that refuses it too.
  bool decode_by_cpu(std::size_t number, const PairTile& tile) const;

  /// Scratch for reads that bring several blocks.
  std::vector<std::byte>& run_bytes() { return run_bytes_; }

 private:
  bool is_full() const { return blocks_.size() == shape_.block_count; }

  DecodeShape shape_;
  HostBuffer packed_;
  std::vector<codec::PackedBlock> blocks_;
  std::vector<codec::BlockLayout> layouts_;
  std::vector<codec::SampleTarget> targets_;
  std::vector<codec::DecodeStatus> statuses_;
  std::vector<std::byte> run_bytes_;
  std::uint64_t packed_bytes_ = 0, raw_bytes_ = 0;
  std::int64_t stored_blocks_ = 0, unpacked_bytes_ = 0;
  PackedTile tile_;
};

}  // namespace groundshift

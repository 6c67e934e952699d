// SPDX-License-Identifier: Apache-2.0
// Packed blocks of a file that is being made: each is written as soon as its place is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <vector>

#include "host/io/encoded_blocks.hpp"
#include "host/io/pieces_file.hpp"

namespace groundshift {

/// Blocks [first_block, first_block + block_count), one behind the other in the file from first_byte on.
struct BlockSequence {
  std::int64_t first_block = 0, block_count = 0, first_byte = 0;
};

/// The blocks of a sequence lie in the order of their numbers, whatever the order in which they come: one that comes
/// before its turn waits, in memory as far as `memory_bytes` goes, then in a scratch file without a name.
class BlocksInOrder {
 public:
  /// sequences : whose blocks together are numbered from 0 on, in this order. `out` must outlive this.
  BlocksInOrder(PiecesFile& out, const std::vector<BlockSequence>& sequences, std::int64_t memory_bytes,
                std::filesystem::path scratch_folder);

  /// From any thread, for every block once. Throws OutputError.
  void add(std::int64_t block, std::span<const std::byte> packed);

  // After the last add().
  std::span<const std::uint64_t> starts(std::size_t sequence) const { return part(starts_, sequence); }
  std::span<const std::uint32_t> sizes(std::size_t sequence) const { return part(sizes_, sequence); }
  bool complete() const;
  std::int64_t end(std::size_t sequence) const { return sequences_[sequence].end; }  ///< of its last block, in the file

 private:
  /// next : the first block without a place
  /// end  : of the last block with one
  struct Sequence {
    std::int64_t first_block = 0, next = 0, end_block = 0, end = 0;
  };

  /// Of values, one a block, those of a sequence.
  template <class T>
  std::span<const T> part(const std::vector<T>& values, std::size_t sequence) const {
    const Sequence& s = sequences_[sequence];
    return {values.data() + s.first_block, values.data() + s.end_block};
  }
  Sequence& sequence_of(std::int64_t block);
  void place_next(Sequence& sequence);
  void write_waiting(std::int64_t first, std::int64_t end);

  PiecesFile& out_;
  std::mutex mutex_;  ///< guards all below but the bytes that wait
  std::vector<Sequence> sequences_;
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> sizes_;
  std::vector<bool> waits_;
  EncodedBlocks waiting_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Packed blocks of a file whose pixels come before its directory: each is written as soon as its place is known.
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

/// Blocks lie one behind the other in the order of their numbers, whatever the order in which they come: one that comes
/// before its turn waits, in memory as far as `memory_bytes` goes, then in a scratch file without a name.
class BlocksInOrder {
 public:
  /// first_byte : of block 0 in the file. `out` must outlive this.
  BlocksInOrder(PiecesFile& out, std::int64_t first_byte, std::int64_t block_count, std::int64_t memory_bytes,
                std::filesystem::path scratch_folder);

  /// From any thread, for every block once. Throws OutputError.
  void add(std::int64_t block, std::span<const std::byte> packed);

  // After the last add().
  const std::vector<std::uint64_t>& starts() const { return starts_; }
  const std::vector<std::uint32_t>& sizes() const { return sizes_; }
  bool complete() const { return next_ == static_cast<std::int64_t>(starts_.size()); }
  std::int64_t end() const { return end_; }  ///< of the last block, in the file

 private:
  void place(std::int64_t block);
  void write_waiting(std::int64_t first, std::int64_t end);

  PiecesFile& out_;
  std::mutex mutex_;  ///< guards all below but the bytes that wait
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> sizes_;
  std::vector<bool> waits_;
  std::int64_t next_ = 0;  ///< the first block without a place
  std::int64_t end_;
  EncodedBlocks waiting_;
};

}  // namespace groundshift

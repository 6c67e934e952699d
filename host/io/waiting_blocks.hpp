// SPDX-License-Identifier: Apache-2.0
// Blocks of pixels that come in parts, kept until they are whole.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "host/io/scratch_file.hpp"

namespace groundshift {

/// Buffers of one size by a key, filled by several threads, each its own part. Beyond `memory_bytes` those that nobody
/// is filling go to a scratch file without a name, the ones longest untouched first; a buffer that is being filled is
/// in memory whatever the limit.
class WaitingBlocks {
 public:
  WaitingBlocks(std::int64_t block_bytes, std::int64_t memory_bytes, std::filesystem::path scratch_folder);
  using Buffer = std::unique_ptr<std::byte[]>;

  /// The buffer of `key`, held in memory until filled(); its bytes begin as they come. Throws OutputError (scratch).
  std::byte* fill(std::int64_t key);
  /// Ends a fill() of so many of the block's `whole` pixels. Hands the buffer over when it is whole, else nothing.
  Buffer filled(std::int64_t key, std::int64_t pixel_count, std::int64_t whole);
  /// Takes a buffer back that was handed over.
  void give_back(Buffer buffer);
  /// Blocks that are not whole.
  std::int64_t count() const { return static_cast<std::int64_t>(blocks_.size()); }

 private:
  struct Block {
    Buffer buffer;                 ///< null: in the scratch file, or on its way between the two
    std::int64_t record = -1;      ///< in the scratch file
    std::int64_t pixel_count = 0;  ///< filled so far
    std::int64_t touched = 0;
    int fillers = 0;
    bool moving = false;
  };
  Buffer take_buffer();
  void spill_one(std::unique_lock<std::mutex>& lock);
  void bring(Block& block, std::unique_lock<std::mutex>& lock);

  const std::int64_t block_bytes_, most_buffers_;
  std::mutex mutex_;               ///< guards all below; bytes of a buffer are the fillers'
  std::condition_variable moved_;  ///< wakes fill(): a block has come from or gone to the scratch file
  std::map<std::int64_t, Block> blocks_;
  std::vector<Buffer> spare_;
  std::int64_t buffers_ = 0;  ///< made and not in spare_
  std::int64_t clock_ = 0, records_ = 0;
  std::vector<std::int64_t> free_records_;
  ScratchFile scratch_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Packed blocks of a file that is being made, until their places in it are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "host/io/scratch_file.hpp"

namespace groundshift {

/// In memory as far as `memory_bytes` goes, the rest in a scratch file without a name. add() comes from any thread, for
/// every block once; take() after the last add().
class EncodedBlocks {
 public:
  EncodedBlocks(std::int64_t block_count, std::int64_t memory_bytes, std::filesystem::path scratch_folder);

  /// Throws OutputError: folder not writable, disk full.
  void add(std::int64_t block, std::span<const std::byte> packed);
  /// Gives the bytes of a block to `use`, once, from any thread, beside add() and take() of others. Their room in
  /// memory is then other blocks', in the scratch file the system's. Throws OutputError and what `use` throws.
  void take(std::int64_t block, const std::function<void(std::span<const std::byte>)>& use);

 private:
  struct Buffer {
    std::unique_ptr<std::byte[]> bytes;
    std::int64_t capacity = 0;
  };
  /// start : in the scratch file; < 0: the block is in memory
  struct Place {
    Buffer buffer;
    std::int64_t start = -1, byte_count = 0;
  };

  bool find_room(std::int64_t byte_count, Buffer& buffer);

  std::int64_t memory_left_;
  std::int64_t scratch_end_ = 0;
  std::vector<Buffer> spare_;  ///< memory that was written to before costs the system nothing
  std::mutex mutex_;           ///< guards what is above, and the opening of the file
  ScratchFile scratch_;
  std::vector<Place> at_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A new file written in pieces, in any order and from several threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace groundshift {

/// Methods throw OutputError, which names `told_as`.
class PiecesFile {
 public:
  static constexpr std::int64_t kCachedBytes = std::int64_t{512} << 20;

  /// Makes the file, or empties it. About the last `cached_bytes` of what is written stay in the page cache, and a
  /// quarter of that where the disk keeps up: a file larger than that does not push out what others read, the dates
  /// above all, and its pages come back to be written to again, which costs less than new ones.
  PiecesFile(const std::filesystem::path& path, const std::filesystem::path& told_as,
             std::int64_t cached_bytes = kCachedBytes);
  ~PiecesFile();
  PiecesFile(const PiecesFile&) = delete;
  PiecesFile& operator=(const PiecesFile&) = delete;

  /// Asks the file system for so much room, where it can promise it.
  void reserve(std::int64_t byte_count);
  /// Thread-safe. Has the system begin to bring the bytes to the disk, so that a sync at the end finds less to do.
  void write_at(std::int64_t start, std::span<const std::byte> bytes);
  void close();

 private:
  [[noreturn]] void fail(const char* doing) const;
  void let_go_behind(std::int64_t end);
  /// Moves `until` one step on if it lies further than `distance` behind `end`; the start of the step, or nothing.
  static std::optional<std::int64_t> step_behind(std::atomic<std::int64_t>& until, std::int64_t end,
                                                 std::int64_t distance);

  const std::string told_as_;
  const std::int64_t cached_bytes_;
  std::atomic<std::int64_t> asked_{0};   ///< so much from the start may leave the page cache where it is on the disk
  std::atomic<std::int64_t> let_go_{0};  ///< so much is on the disk and no longer in the page cache
  int fd_ = -1;
};

}  // namespace groundshift

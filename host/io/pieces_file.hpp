// SPDX-License-Identifier: Apache-2.0
// A new file written in pieces, in any order and from several threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace groundshift {

/// Bytes of a file that nobody has written.
struct FileGap {
  std::int64_t start = 0, byte_count = 0;
};

/// Methods throw OutputError, which names `told_as`.
class PiecesFile {
 public:
  static constexpr std::int64_t kCachedBytes = std::int64_t{512} << 20;
  /// Gaps begin and end at multiples of this, which is the block of most file systems.
  static constexpr std::int64_t kGapUnit = 4096;

  /// Makes the file, or empties it. Its pieces come as one sequence from each of `starts` (ascending) on. About the
  /// last `cached_bytes` of what is written to a sequence stay in the page cache, and a quarter of that where the disk
  /// keeps up: a file larger than that does not push out what others read, the dates above all, and its pages come back
  /// to be written to again, which costs less than new ones.
  PiecesFile(const std::filesystem::path& path, const std::filesystem::path& told_as,
             const std::vector<std::int64_t>& starts = {0}, std::int64_t cached_bytes = kCachedBytes);
  ~PiecesFile();
  PiecesFile(const PiecesFile&) = delete;
  PiecesFile& operator=(const PiecesFile&) = delete;

  /// Thread-safe. Has the system begin to bring the bytes to the disk, so that a sync at the end finds less to do.
  void write_at(std::int64_t start, std::span<const std::byte> bytes);
  /// Takes gaps (ascending, with bytes behind each) out of the file, which ends at `end`, so that what is behind them
  /// moves up: by the file system, which moves no byte, where it can (ext4, XFS), else by copying. After the last
  /// write_at(). Throws Error(interrupted) too.
  void take_out(std::span<const FileGap> gaps, std::int64_t end, const std::stop_token& stop);
  void close();

 private:
  /// How far a sequence is: so much may leave the page cache where it is on the disk, so much has left it.
  struct Behind {
    std::int64_t start = 0;
    std::atomic<std::int64_t> asked{0}, let_go{0};
  };

  [[noreturn]] void fail(const char* doing) const;
  void let_go_behind(std::int64_t start, std::int64_t end);
  void move_up(std::span<const FileGap> gaps, std::int64_t end, const std::stop_token& stop);
  /// Moves `until` one step on if it lies further than `distance` behind `end`; the start of the step, or nothing.
  static std::optional<std::int64_t> step_behind(std::atomic<std::int64_t>& until, std::int64_t end,
                                                 std::int64_t distance);

  const std::string told_as_;
  const std::int64_t cached_bytes_;
  std::vector<Behind> sequences_;
  int fd_ = -1;
};

}  // namespace groundshift

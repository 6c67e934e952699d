// SPDX-License-Identifier: Apache-2.0
// A new file written in pieces, in any order and from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace groundshift {

/// Methods throw OutputError, which names `told_as`.
class PiecesFile {
 public:
  /// Makes the file, or empties it.
  PiecesFile(const std::filesystem::path& path, const std::filesystem::path& told_as);
  ~PiecesFile();
  PiecesFile(const PiecesFile&) = delete;
  PiecesFile& operator=(const PiecesFile&) = delete;

  /// Asks the file system for so much room, where it can promise it.
  void reserve(std::int64_t byte_count);
  /// Thread-safe. Has the system begin to bring the bytes to the disk, so that a sync at the end finds less to do.
  void write_at(std::int64_t start, std::span<const std::byte> bytes) const;
  void close();

 private:
  [[noreturn]] void fail(const char* doing) const;

  const std::string told_as_;
  int fd_ = -1;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A file without a name for what does not fit in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace groundshift {

/// It has no name from the moment it is made, so that nothing is left of it whatever ends the process. Reads and writes
/// of different places may come from several threads.
class ScratchFile {
 public:
  /// what : that it holds, for messages ("decoded tiles")
  ScratchFile(std::filesystem::path folder, std::string what) : folder_(std::move(folder)), what_(std::move(what)) {}
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// Makes the file unless there is one. Throws OutputError: folder not writable.
  void open();
  bool is_open() const { return fd_ >= 0; }
  /// open() first. Throws OutputError: disk full (`total_bytes`, what the file is to hold, is told), write or read
  /// error, a read beyond the end.
  void write(std::int64_t start, const std::byte* data, std::int64_t byte_count, std::int64_t total_bytes);
  void read(std::int64_t start, std::byte* data, std::int64_t byte_count) const;
  /// Gives the room of bytes that nobody reads again back, in memory and on the disk, where the file system can.
  void forget(std::int64_t start, std::int64_t byte_count) const;

 private:
  const std::filesystem::path folder_;
  const std::string what_;
  int fd_ = -1;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A new file written from front to back in large pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace groundshift {

/// Methods throw OutputError, which names `told_as`.
class OutputStream {
 public:
  /// Makes the file, or empties it.
  OutputStream(const std::filesystem::path& path, const std::filesystem::path& told_as);
  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  /// Asks the file system for so much room, where it can promise it.
  void reserve(std::int64_t byte_count);
  void write(std::span<const std::byte> bytes);
  void close();

 private:
  void flush();
  void put(std::span<const std::byte> bytes);
  [[noreturn]] void fail(const char* doing) const;

  const std::string told_as_;
  std::vector<std::byte> buffer_;
  int fd_ = -1;
};

}  // namespace groundshift

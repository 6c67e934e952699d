// SPDX-License-Identifier: Apache-2.0
// A file in GDAL's memory file system that is gone with its owner.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace groundshift {

/// Holds a name of its own under /vsimem; whoever opens it makes it.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view extension = {});
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  const std::string& path() const { return path_; }
  /// Good while the file is not written to; empty where nobody has made it.
  std::span<const std::byte> bytes() const;

 private:
  std::string path_;
};

}  // namespace groundshift

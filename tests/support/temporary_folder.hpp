// SPDX-License-Identifier: Apache-2.0
// A folder that is gone when the test ends, and a fingerprint of what lies in one.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace groundshift::test {

class TemporaryFolder {
 public:
  /// Below `parent`, or where the system has its temporary files.
  explicit TemporaryFolder(const std::filesystem::path& parent = {});
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Path of an entry as text; made by nobody.
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Every entry below a folder (hidden ones too) with its contents; equal listings = nothing was added, removed,
/// changed.
using Listing = std::map<std::string, std::string>;
Listing listing_of(const std::filesystem::path& folder);

/// A whole file. Throws std::runtime_error when it cannot be read.
std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace groundshift::test

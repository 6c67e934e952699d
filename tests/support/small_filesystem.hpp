// SPDX-License-Identifier: Apache-2.0
// A file system of a few bytes, or one that cannot be written: what a full disk and a read-only medium look like.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace groundshift::test {

/// Mounts a tmpfs on a folder, in a mount namespace of this process alone: children see it, nobody else, and it goes
/// with the process. Needs the right to mount; where that is missing problem() says so and nothing is mounted.
class SmallFilesystem {
 public:
  SmallFilesystem(const std::filesystem::path& folder, std::int64_t byte_count);
  ~SmallFilesystem();
  SmallFilesystem(const SmallFilesystem&) = delete;
  SmallFilesystem& operator=(const SmallFilesystem&) = delete;

  /// Empty when it is mounted.
  const std::string& problem() const { return problem_; }
  /// From now on nothing in it can be written.
  void make_read_only();

 private:
  std::string folder_, problem_;
};

}  // namespace groundshift::test

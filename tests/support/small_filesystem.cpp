// SPDX-License-Identifier: Apache-2.0
// Private mount namespace, tmpfs.
#include "tests/support/small_filesystem.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace groundshift::test {

SmallFilesystem::SmallFilesystem(const std::filesystem::path& folder, std::int64_t byte_count) : folder_(folder) {
  const std::string size = "size=" + std::to_string(byte_count);
  if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) != 0) {
    problem_ = std::string("no right to mount a small file system: ") + std::strerror(errno);
  }
}

SmallFilesystem::~SmallFilesystem() {
  if (problem_.empty()) ::umount2(folder_.c_str(), MNT_DETACH);
}

void SmallFilesystem::make_read_only() {
  if (::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
    throw std::runtime_error(folder_ + ": " + std::strerror(errno));
  }
}

}  // namespace groundshift::test

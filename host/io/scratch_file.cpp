// SPDX-License-Identifier: Apache-2.0
// Unnamed files and their errors.
#include "host/io/scratch_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

/// O_TMPFILE where the file system has it, else a file that is unlinked at once.
int unnamed_file(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  std::string name = (folder / ".groundshift-scratch-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) ::close(fd_);
}

void ScratchFile::open() {
  if (fd_ >= 0) return;
  fd_ = unnamed_file(folder_);
  if (fd_ < 0) {
    throw OutputError(fmt::format("{}: no scratch file can be made here: {}; choose another folder with --scratch",
                                  folder_.string(), std::strerror(errno)));
  }
}

void ScratchFile::write(std::int64_t start, const std::byte* data, std::int64_t byte_count, std::int64_t total_bytes) {
  for (std::int64_t done = 0; done < byte_count;) {
    const ssize_t written = ::pwrite(fd_, data + done, static_cast<std::size_t>(byte_count - done), start + done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw OutputError(fmt::format(
          "{}: the scratch file cannot take {} MiB of {}: {}; free some space, choose another folder with --scratch, "
          "or allow more --memory",
          folder_.string(), total_bytes >> 20, what_, written == 0 ? "disk full" : std::strerror(errno)));
    }
    done += written;
  }
}

void ScratchFile::read(std::int64_t start, std::byte* data, std::int64_t byte_count) const {
  for (std::int64_t done = 0; done < byte_count;) {
    const ssize_t got = ::pread(fd_, data + done, static_cast<std::size_t>(byte_count - done), start + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw OutputError(fmt::format("{}: the scratch file cannot be read back: {}", folder_.string(),
                                    got == 0 ? "it ends too early" : std::strerror(errno)));
    }
    done += got;
  }
}

void ScratchFile::forget(std::int64_t start, std::int64_t byte_count) const {
  static_cast<void>(::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, byte_count));  // a wish
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Positioned writes and their errors.
#include "host/io/pieces_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {

PiecesFile::PiecesFile(const std::filesystem::path& path, const std::filesystem::path& told_as)
    : told_as_(told_as.string()), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (fd_ < 0) fail("cannot be created");
}

PiecesFile::~PiecesFile() {
  if (fd_ >= 0) ::close(fd_);
}

void PiecesFile::fail(const char* doing) const {
  throw OutputError(fmt::format("{}: {}: {}", told_as_, doing, std::strerror(errno)));
}

void PiecesFile::reserve(std::int64_t byte_count) {
  if (::fallocate(fd_, 0, 0, byte_count) == 0) return;
  if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT) fail("cannot be written");
}

void PiecesFile::write_at(std::int64_t start, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), start);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    start += written;
  }
}

void PiecesFile::close() {
  const int fd = fd_;
  fd_ = -1;
#if defined(SYNC_FILE_RANGE_WRITE)
  // The disk begins now, beside whatever is left to do; who syncs the file before its rename then waits less, and is
  // told of errors as ever.
  ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
  if (::close(fd) != 0) fail("cannot be closed");
}

}  // namespace groundshift

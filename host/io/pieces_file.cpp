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
namespace {

constexpr std::int64_t kStep = std::int64_t{32} << 20;

}  // namespace

PiecesFile::PiecesFile(const std::filesystem::path& path, const std::filesystem::path& told_as,
                       std::int64_t cached_bytes)
    : told_as_(told_as.string()),
      cached_bytes_(cached_bytes),
      fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
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

void PiecesFile::write_at(std::int64_t start, std::span<const std::byte> bytes) {
  const std::int64_t first = start;
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), start);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    start += written;
  }
  static_cast<void>(::sync_file_range(fd_, first, start - first, SYNC_FILE_RANGE_WRITE));  // a wish
  let_go_behind(start);
}

std::optional<std::int64_t> PiecesFile::step_behind(std::atomic<std::int64_t>& until, std::int64_t end,
                                                    std::int64_t distance) {
  std::int64_t from = until.load(std::memory_order_relaxed);
  if (end - from < distance + kStep || !until.compare_exchange_strong(from, from + kStep)) return std::nullopt;
  return from;
}

/// Pieces come about in order. What is written after its neighbours were let go stays in the cache.
void PiecesFile::let_go_behind(std::int64_t end) {
  // Without waiting: pages that are not on the disk yet stay.
  if (const auto from = step_behind(asked_, end, cached_bytes_ / 4)) {
    static_cast<void>(::posix_fadvise(fd_, *from, kStep, POSIX_FADV_DONTNEED));
  }
  const auto from = step_behind(let_go_, end, cached_bytes_);
  if (!from) return;
  constexpr unsigned kWritten = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (::sync_file_range(fd_, *from, kStep, kWritten) == 0) {
    static_cast<void>(::posix_fadvise(fd_, *from, kStep, POSIX_FADV_DONTNEED));
  } else if (errno == EIO || errno == ENOSPC || errno == EDQUOT) {
    fail("cannot be written");  // told once: the sync at the end would not know of it
  }
}

void PiecesFile::close() {
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) fail("cannot be closed");
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Positioned writes and their errors.
#include "host/io/pieces_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/base/progress.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kStep = std::int64_t{32} << 20;
constexpr std::int64_t kPiece = std::int64_t{1} << 20;  // that is copied at a time

/// Of bytes on their way to the disk. It is told once: the sync at the end would not know of it.
bool is_writing_error(int error) { return error == EIO || error == ENOSPC || error == EDQUOT; }

}  // namespace

PiecesFile::PiecesFile(const std::filesystem::path& path, const std::filesystem::path& told_as,
                       const std::vector<std::int64_t>& starts, std::int64_t cached_bytes)
    : told_as_(told_as.string()),
      cached_bytes_(cached_bytes),
      sequences_(starts.size()),
      fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (fd_ < 0) fail("cannot be created");
  for (std::size_t i = 0; i < starts.size(); ++i) {
    sequences_[i].start = starts[i];
    sequences_[i].asked = sequences_[i].let_go = starts[i];
  }
}

PiecesFile::~PiecesFile() {
  if (fd_ >= 0) ::close(fd_);
}

void PiecesFile::fail(const char* doing) const {
  throw OutputError(fmt::format("{}: {}: {}", told_as_, doing, std::strerror(errno)));
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
  let_go_behind(first, start);
}

std::optional<std::int64_t> PiecesFile::step_behind(std::atomic<std::int64_t>& until, std::int64_t end,
                                                    std::int64_t distance) {
  std::int64_t from = until.load(std::memory_order_relaxed);
  if (end - from < distance + kStep || !until.compare_exchange_strong(from, from + kStep)) return std::nullopt;
  return from;
}

/// Pieces come about in order. What is written after its neighbours were let go stays in the cache.
void PiecesFile::let_go_behind(std::int64_t start, std::int64_t end) {
  const auto next = std::ranges::upper_bound(sequences_, start, {}, &Behind::start);
  if (next == sequences_.begin()) return;  // a header
  Behind& behind = *std::prev(next);
  // Without waiting: pages that are not on the disk yet stay.
  if (const auto from = step_behind(behind.asked, end, cached_bytes_ / 4)) {
    static_cast<void>(::posix_fadvise(fd_, *from, kStep, POSIX_FADV_DONTNEED));
  }
  const auto from = step_behind(behind.let_go, end, cached_bytes_);
  if (!from) return;
  constexpr unsigned kWritten = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (::sync_file_range(fd_, *from, kStep, kWritten) == 0) {
    static_cast<void>(::posix_fadvise(fd_, *from, kStep, POSIX_FADV_DONTNEED));
  } else if (is_writing_error(errno)) {
    fail("cannot be written");
  }
}

void PiecesFile::take_out(std::span<const FileGap> gaps, std::int64_t end, const std::stop_token& stop) {
  // The last first: the others stay where they are.
  for (; !gaps.empty(); gaps = gaps.first(gaps.size() - 1)) {
    throw_if_stopped(stop);
    const FileGap& gap = gaps.back();
    if (::fallocate(fd_, FALLOC_FL_COLLAPSE_RANGE, gap.start, gap.byte_count) != 0) {
      if (is_writing_error(errno)) fail("cannot be written");
      return move_up(gaps, end, stop);
    }
    end -= gap.byte_count;
  }
}

void PiecesFile::move_up(std::span<const FileGap> gaps, std::int64_t end, const std::stop_token& stop) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(kPiece));
  std::int64_t by = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    by += gaps[i].byte_count;
    const std::int64_t until = i + 1 < gaps.size() ? gaps[i + 1].start : end;
    for (std::int64_t from = gaps[i].start + gaps[i].byte_count; from < until;) {
      throw_if_stopped(stop);
      const ssize_t got = ::pread(fd_, bytes.data(), static_cast<std::size_t>(std::min(kPiece, until - from)), from);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) fail("cannot be read back");
      write_at(from - by, std::span(bytes).first(static_cast<std::size_t>(got)));
      from += got;
    }
  }
  if (::ftruncate(fd_, end - by) != 0) fail("cannot be cut to its size");
}

void PiecesFile::close() {
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) fail("cannot be closed");
}

}  // namespace groundshift

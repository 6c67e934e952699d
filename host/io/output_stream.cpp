// SPDX-License-Identifier: Apache-2.0
// Buffered writes and their errors.
#include "host/io/output_stream.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {

constexpr std::size_t kBufferBytes = std::size_t{4} << 20;

OutputStream::OutputStream(const std::filesystem::path& path, const std::filesystem::path& told_as)
    : told_as_(told_as.string()), fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (fd_ < 0) fail("cannot be created");
}

OutputStream::~OutputStream() {
  if (fd_ >= 0) ::close(fd_);
}

void OutputStream::fail(const char* doing) const {
  throw OutputError(fmt::format("{}: {}: {}", told_as_, doing, std::strerror(errno)));
}

void OutputStream::reserve(std::int64_t byte_count) {
  if (::fallocate(fd_, 0, 0, byte_count) == 0) return;
  if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT) fail("cannot be written");
}

void OutputStream::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) return put(bytes);
  if (buffer_.capacity() == 0) buffer_.reserve(kBufferBytes);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void OutputStream::flush() {
  put(buffer_);
  buffer_.clear();
}

void OutputStream::put(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void OutputStream::close() {
  flush();
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) fail("cannot be closed");
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Records in device memory, in memory and in an unnamed file.
#include "host/pipeline/tile_store.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

/// A file without a name: O_TMPFILE where the file system has it, else one that is unlinked at once.
int unnamed_file(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  std::string name = (folder / ".groundshift-scratch-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

TileStore::TileStore(Backend& backend, std::int64_t record_bytes, std::int64_t memory_bytes,
                     std::filesystem::path folder, const std::optional<WorkspaceShape>& tile)
    : backend_(backend),
      record_bytes_(record_bytes),
      memory_records_(std::max<std::int64_t>(0, memory_bytes / record_bytes)),
      folder_(std::move(folder)),
      tile_(tile) {
  expects(record_bytes > 0, "a record has a size");
}

TileStore::~TileStore() {
  if (scratch_ >= 0) ::close(scratch_);
}

void TileStore::grow(std::int64_t record_count) {
  const std::int64_t added = record_count - record_count_;
  if (added <= 0) return;
  if (tile_ && host_records() == 0) {
    for (auto& room : backend_.reserve_device_tiles(*tile_, added)) device_.push_back(std::move(room));
  }
  record_count_ = record_count;
  memory_.resize(static_cast<std::size_t>(std::min(host_records(), memory_records_)));
  if (host_records() > memory_records_ && !folder_.empty() && scratch_ < 0) open_scratch();
}

void TileStore::open_scratch() {
  scratch_ = unnamed_file(folder_);
  if (scratch_ < 0) {
    throw OutputError(fmt::format("{}: no scratch file can be made here: {}; choose another folder with --scratch",
                                  folder_.string(), std::strerror(errno)));
  }
}

std::byte* TileStore::resident(std::int64_t record) {
  if (!in_memory(record)) return nullptr;
  HostBuffer& buffer = memory_[static_cast<std::size_t>(record - device_records())];
  if (buffer.data() == nullptr) buffer = backend_.allocate_host(static_cast<std::size_t>(record_bytes_));
  return static_cast<std::byte*>(buffer.data());
}

void TileStore::spill(std::int64_t record, const std::byte* data) {
  const off_t start = scratch_start(record);
  for (std::int64_t done = 0; done < record_bytes_;) {
    const ssize_t written =
        ::pwrite(scratch_, data + done, static_cast<std::size_t>(record_bytes_ - done), start + done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw OutputError(
          fmt::format("{}: the scratch file cannot take {} MiB of decoded tiles: {}; free some space, choose "
                      "another folder with --scratch, or allow more --memory",
                      folder_.string(), scratch_bytes() >> 20, written == 0 ? "disk full" : std::strerror(errno)));
    }
    done += written;
  }
}

void TileStore::fetch(std::int64_t record, std::byte* data) const {
  const off_t start = scratch_start(record);
  for (std::int64_t done = 0; done < record_bytes_;) {
    const ssize_t got = ::pread(scratch_, data + done, static_cast<std::size_t>(record_bytes_ - done), start + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw OutputError(fmt::format("{}: the scratch file cannot be read back: {}", folder_.string(),
                                    got == 0 ? "it ends too early" : std::strerror(errno)));
    }
    done += got;
  }
}

std::int64_t TileStore::resident_bytes() const { return std::min(host_records(), memory_records_) * record_bytes_; }

std::int64_t TileStore::scratch_bytes() const {
  return scratch_ < 0 ? 0 : std::max<std::int64_t>(0, host_records() - memory_records_) * record_bytes_;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Records in device memory, in memory and in an unnamed file.
#include "host/pipeline/tile_store.hpp"

#include <algorithm>

#include "host/base/error.hpp"

namespace groundshift {

TileStore::TileStore(Backend& backend, std::int64_t record_bytes, std::int64_t memory_bytes,
                     std::filesystem::path folder, const std::optional<WorkspaceShape>& tile)
    : backend_(backend),
      record_bytes_(record_bytes),
      memory_records_(std::max<std::int64_t>(0, memory_bytes / record_bytes)),
      keeps_all_(!folder.empty()),
      tile_(tile),
      scratch_(std::move(folder), "decoded tiles") {
  expects(record_bytes > 0, "a record has a size");
}

void TileStore::grow(std::int64_t record_count) {
  const std::int64_t added = record_count - record_count_;
  if (added <= 0) return;
  if (tile_ && host_records() == 0) {
    for (auto& room : backend_.reserve_device_tiles(*tile_, added)) device_.push_back(std::move(room));
  }
  record_count_ = record_count;
  memory_.resize(static_cast<std::size_t>(std::min(host_records(), memory_records_)));
  if (host_records() > memory_records_ && keeps_all_) scratch_.open();
}

std::byte* TileStore::resident(std::int64_t record) {
  if (!in_memory(record)) return nullptr;
  HostBuffer& buffer = memory_[static_cast<std::size_t>(record - device_records())];
  if (buffer.data() == nullptr) buffer = backend_.allocate_host(static_cast<std::size_t>(record_bytes_));
  return static_cast<std::byte*>(buffer.data());
}

void TileStore::drop(std::int64_t record) {
  if (in_memory(record)) memory_[static_cast<std::size_t>(record - device_records())] = HostBuffer();
}

void TileStore::spill(std::int64_t record, const std::byte* data) {
  scratch_.write(scratch_start(record), data, record_bytes_, scratch_bytes());
}

void TileStore::fetch(std::int64_t record, std::byte* data) const {
  scratch_.read(scratch_start(record), data, record_bytes_);
}

std::int64_t TileStore::resident_bytes() const { return std::min(host_records(), memory_records_) * record_bytes_; }

std::int64_t TileStore::scratch_bytes() const {
  return !scratch_.is_open() ? 0 : std::max<std::int64_t>(0, host_records() - memory_records_) * record_bytes_;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Decoded tiles kept between passes: in device memory, then in memory as far as the budget goes, the rest in an
// unlinked scratch file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "host/io/scratch_file.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// Records of one size, numbered from 0. Where they are tiles and the backend has memory of its own, the first live
/// there, as many as it has room for. The next `memory_bytes / record_bytes` live in memory, where passes work on them
/// in place; the others in a scratch file that has no name from the moment it is made, so that nothing is left of it
/// whatever ends the process. Thread-safe for different records.
class TileStore {
 public:
  /// folder : of the scratch file, made when the first record is spilled; empty: nothing may be spilled, and records
  ///          beyond the memory are not kept
  /// tile   : what a record is, for the device; none: records stay with the host
  TileStore(Backend& backend, std::int64_t record_bytes, std::int64_t memory_bytes, std::filesystem::path folder,
            const std::optional<WorkspaceShape>& tile = {});
  TileStore(const TileStore&) = delete;
  TileStore& operator=(const TileStore&) = delete;

  /// Room for records [0, record_count); call from one thread, between passes, and once the workspaces are made. Once
  /// the device has been full it is not asked again.
  void grow(std::int64_t record_count);

  std::int64_t record_bytes() const { return record_bytes_; }
  bool keeps(std::int64_t record) const { return record < device_records() + memory_records_ || keeps_all_; }
  bool in_memory(std::int64_t record) const {
    return record >= device_records() && record < device_records() + memory_records_;
  }
  /// The record's room in device memory, or nothing.
  DeviceTile* device(std::int64_t record) const {
    return record < device_records() ? device_[static_cast<std::size_t>(record)].get() : nullptr;
  }
  /// The record's own memory (made at the first call), or nothing when it is not one of those in memory.
  std::byte* resident(std::int64_t record);
  /// Gives the record's own memory back; a record elsewhere stays.
  void drop(std::int64_t record);
  /// Writes or reads a spilled record. Throws OutputError: folder not writable, disk full, read error.
  void spill(std::int64_t record, const std::byte* data);
  void fetch(std::int64_t record, std::byte* data) const;

  std::int64_t device_bytes() const { return device_records() * record_bytes_; }
  std::int64_t resident_bytes() const;  ///< in memory
  std::int64_t scratch_bytes() const;

 private:
  std::int64_t device_records() const { return static_cast<std::int64_t>(device_.size()); }
  /// Records that are not in device memory.
  std::int64_t host_records() const { return record_count_ - device_records(); }
  std::int64_t scratch_start(std::int64_t record) const {
    return (record - device_records() - memory_records_) * record_bytes_;
  }

  Backend& backend_;
  const std::int64_t record_bytes_;
  const std::int64_t memory_records_;
  const bool keeps_all_;
  const std::optional<WorkspaceShape> tile_;
  std::vector<std::unique_ptr<DeviceTile>> device_;
  std::vector<HostBuffer> memory_;
  std::int64_t record_count_ = 0;
  ScratchFile scratch_;
};

}  // namespace groundshift

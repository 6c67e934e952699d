// SPDX-License-Identifier: Apache-2.0
// Decoded tiles kept between passes: in memory as far as the budget goes, the rest in an unlinked scratch file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "kernels/api/backend.hpp"

namespace groundshift {

/// Records of one size, numbered from 0. The first `memory_bytes / record_bytes` of them live in memory, where passes
/// work on them in place; the others in a scratch file that has no name from the moment it is made, so that nothing is
/// left of it whatever ends the process. Thread-safe for different records.
class TileStore {
 public:
  /// folder : of the scratch file, made when the first record is spilled; empty: nothing may be spilled, and records
  ///          beyond the memory are not kept
  TileStore(Backend& backend, std::int64_t record_bytes, std::int64_t memory_bytes, std::filesystem::path folder);
  ~TileStore();
  TileStore(const TileStore&) = delete;
  TileStore& operator=(const TileStore&) = delete;

  /// Room for records [0, record_count); call from one thread, between passes.
  void grow(std::int64_t record_count);

  std::int64_t record_bytes() const { return record_bytes_; }
  bool keeps(std::int64_t record) const { return in_memory(record) || !folder_.empty(); }
  bool in_memory(std::int64_t record) const { return record < memory_records_; }
  /// The record's own memory (made at the first call), or nothing when it is not one of those in memory.
  std::byte* resident(std::int64_t record);
  /// Writes or reads a spilled record. Throws OutputError: folder not writable, disk full, read error.
  void spill(std::int64_t record, const std::byte* data);
  void fetch(std::int64_t record, std::byte* data) const;

  std::int64_t resident_bytes() const;
  std::int64_t scratch_bytes() const;

 private:
  void open_scratch();

  Backend& backend_;
  const std::int64_t record_bytes_;
  const std::int64_t memory_records_;
  const std::filesystem::path folder_;
  std::vector<HostBuffer> memory_;
  std::int64_t record_count_ = 0;
  int scratch_ = -1;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Runs of pixels row by row, in memory as far as it goes and then in a scratch file: what every step on whole scenes
// reads and writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "host/io/scratch_file.hpp"

namespace groundshift {

/// Pixels [begin, end) of a row and what is known of them: a component, or a count; the owner says which.
struct Run {
  std::int32_t begin = 0;
  std::int32_t end = 0;
  std::int32_t label = 0;
  std::int32_t length() const { return end - begin; }
  friend bool operator==(const Run&, const Run&) = default;
};

/// Memory that stores share, and the folder of what does not fit.
struct StoreRoom {
  std::int64_t bytes_left = 0;
  std::filesystem::path scratch_folder;
};

/// A growing sequence of 32-bit words. The first ones are in memory while the room has some, the others in a scratch
/// file without a name. One thread at a time.
class WordStore {
 public:
  /// room : outlives the store, which gives back what it took
  explicit WordStore(StoreRoom& room);
  ~WordStore();
  WordStore(const WordStore&) = delete;
  WordStore& operator=(const WordStore&) = delete;

  std::int64_t word_count() const { return count_; }
  std::int64_t scratch_bytes() const;
  /// Throws OutputError: scratch folder not writable, disk full.
  void append(std::span<const std::int32_t> words);
  /// Words [start, start + to.size()); all must have been appended. Throws OutputError: read error.
  void read(std::int64_t start, std::span<std::int32_t> to);

 private:
  using Chunk = std::unique_ptr<std::int32_t[]>;
  /// The chunk's words in memory, fetched into the cache if need be.
  const std::int32_t* chunk(std::int64_t index);
  void close_chunk();

  StoreRoom& room_;
  ScratchFile scratch_;
  std::vector<Chunk> kept_;   ///< the first chunks
  Chunk open_, cache_;        ///< the one being filled; the one last fetched
  std::int64_t cached_ = -1;  ///< its index
  std::int64_t spilled_ = 0;  ///< chunks in the file
  std::int64_t count_ = 0;
};

/// Runs of the rows of a raster, and any words a row's owner wants to keep with them. Rows are appended once each, in
/// any order, and read in any order; neighbours in the order of writing are fastest. 16 bytes of memory a row beside
/// those of the WordStore.
class RunStore {
 public:
  RunStore(std::int32_t height, StoreRoom& room);

  void append(std::int32_t row, std::span<const Run> runs, std::span<const std::int32_t> words = {});
  /// Runs of a row, left to right; none for a row that was never appended.
  void read(std::int32_t row, std::vector<Run>& runs);
  void read(std::int32_t row, std::vector<Run>& runs, std::vector<std::int32_t>& words);
  bool is_empty(std::int32_t row) const { return rows_[static_cast<std::size_t>(row)].run_count == 0; }
  std::int32_t height() const { return static_cast<std::int32_t>(rows_.size()); }
  std::int64_t run_count() const { return run_count_; }
  std::int64_t scratch_bytes() const { return words_.scratch_bytes(); }

 private:
  struct Row {
    std::int64_t start = 0;
    std::int32_t run_count = 0, word_count = 0;
  };
  std::vector<Row> rows_;
  WordStore words_;
  std::int64_t run_count_ = 0;
};

}  // namespace groundshift

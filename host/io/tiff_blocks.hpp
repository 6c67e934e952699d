// SPDX-License-Identifier: Apache-2.0
// The packed bytes of a TIFF file's blocks, and their unpacking: apart, so that another decoder can take the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/io/lzw_decoder.hpp"
#include "host/io/tiff_directory.hpp"
#include "kernels/codec/block_decoder.hpp"

namespace groundshift {

/// packed : its range lies in the file and is of a plausible size
/// absent : a sparse file's block, which holds nodata or 0
/// refused: neither; GDAL says what it is
enum class BlockState : std::uint8_t { packed, absent, refused };

/// Blocks that lie one behind the other in the file: one read.
struct BlockRun {
  std::uint64_t offset = 0;
  std::size_t byte_count = 0;
  std::size_t first = 0, end = 0;  ///< of the list that runs were made of
};

/// The open file and its layout. Thread-safe: reads are by position.
class TiffBlocks {
 public:
  /// Throws InputError when the file cannot be opened.
  TiffBlocks(const std::string& path, TiffLayout layout);
  ~TiffBlocks();
  TiffBlocks(const TiffBlocks&) = delete;
  TiffBlocks& operator=(const TiffBlocks&) = delete;

  const TiffLayout& layout() const { return layout_; }
  BlockState state(std::int64_t block) const;
  /// Bytes that a block in row `down` of blocks unpacks to.
  std::int64_t unpacked_bytes(std::int32_t down) const { return layout_.row_bytes() * layout_.rows_of(down); }
  /// Packed bytes of a block whose state is packed.
  std::size_t packed_bytes(std::int64_t block) const;

  /// Sorts blocks (all packed) by their place in the file, and joins neighbours into reads of at most run_capacity().
  void make_runs(std::vector<std::int64_t>& blocks, std::vector<BlockRun>& runs) const;
  /// Bytes of the longest run.
  std::size_t run_capacity() const { return run_capacity_; }
  /// Reads a run; false when the file gives fewer bytes.
  bool read(const BlockRun& run, std::span<std::byte> to) const;
  /// Reads rows of an uncompressed block; false when the file gives fewer bytes.
  bool read_rows(std::int64_t block, std::int32_t first_row, std::span<std::byte> to) const;
  /// The packed bytes of one block inside the bytes of its run.
  std::span<std::byte> of_run(const BlockRun& run, std::span<std::byte> bytes, std::int64_t block) const;
  /// Asks the kernel to have a block ready; says nothing of failure.
  void expect(std::int64_t first_block, std::int64_t last_block) const;

 private:
  bool read_at(std::uint64_t offset, std::span<std::byte> to) const;
  bool is_at_hand(std::uint64_t offset) const;

  const TiffLayout layout_;
  std::size_t run_capacity_ = 0;
  int file_ = -1;
};

/// One thread's unpacking of one file's blocks.
class TiffBlockDecoder {
 public:
  explicit TiffBlockDecoder(const TiffLayout& layout);
  /// Packed bytes to exactly to.size() bytes, predictor and byte order as in the file.
  void unpack(std::span<Unpacking> blocks);

 private:
  BlockCodec codec_ = BlockCodec::none;
  BlockDecoder decoder_;
  std::unique_ptr<LzwDecoder> lzw_;  ///< null for the other codecs
};

}  // namespace groundshift

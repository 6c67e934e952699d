// SPDX-License-Identifier: Apache-2.0
// Packing the bytes of one block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/codec/block_codec.hpp"

namespace groundshift {

/// samples     : anything
/// differences : what predictors 2 and 3 leave: noise around zero, and runs
enum class BlockContents : std::uint8_t { samples, differences };
constexpr BlockContents contents_after(BlockPredictor predictor) {
  return predictor == BlockPredictor::none ? BlockContents::samples : BlockContents::differences;
}

/// Who packs at level 1, in words: "ISA-L 1".
const char* packer_of(BlockCodec codec, BlockContents contents);

/// Levels that pack() takes: 1..12 for deflate, 1..22 for zstd; none has none, and nobody packs lzw.
struct BlockLevels {
  int least = 0, most = 0;
};
BlockLevels levels_of(BlockCodec codec);

/// Holds the packer's tables: make it once, use it from one thread at a time.
/// deflate : zlib streams; level 1 of differences as literals and runs (run_deflate.hpp), of samples by ISA-L where the
///           build has it, every other level by libdeflate
/// zstd    : one frame with its content size, no checksum
class BlockEncoder {
 public:
  /// level : within levels_of(codec), else std::invalid_argument, as for lzw
  BlockEncoder(BlockCodec codec, int level, BlockContents contents = BlockContents::samples);
  ~BlockEncoder();
  BlockEncoder(BlockEncoder&&) noexcept;
  BlockEncoder& operator=(BlockEncoder&&) noexcept;

  /// Room that pack() wants for so many bytes, whatever they are.
  std::int64_t bound(std::int64_t byte_count) const;
  /// Packs `from` into `to`, which has room for bound(from.size()), and returns the packed size. The same bytes give
  /// the same packed bytes. Throws std::runtime_error if the packer fails.
  std::int64_t pack(std::span<const std::byte> from, std::span<std::byte> to);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Packing the bytes of one block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/codec/block_codec.hpp"

namespace groundshift {

/// Whether deflate level 1 is ISA-L's in this build (else libdeflate's).
bool packs_with_isal();

/// Levels that pack() takes: 1..12 for deflate, 1..22 for zstd; none has none.
struct BlockLevels {
  int least = 0, most = 0;
};
BlockLevels levels_of(BlockCodec codec);

/// Holds the packer's tables: make it once, use it from one thread at a time.
/// deflate : zlib streams; level 1 by ISA-L where the build has it, every other level by libdeflate
/// zstd    : one frame with its content size, no checksum
class BlockEncoder {
 public:
  /// level : within levels_of(codec), else std::invalid_argument
  BlockEncoder(BlockCodec codec, int level);
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

// SPDX-License-Identifier: Apache-2.0
// Packed blocks in memory like those of a satellite scene, as many as are wanted, for benches of their decoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/codec/decode_batch.hpp"

namespace groundshift::bench {

/// Tiles of 512 x 512 pixels of four bands of 16 bits (2 MiB) under predictor 2, packed by deflate level 6 or by lzw; a
/// few different ones in turn. Each block has planes of its own.
class PackedScene {
 public:
  static constexpr std::int32_t kSide = 512, kBands = 4;
  static constexpr std::size_t kPixelBytes = std::size_t{kSide} * kSide * kBands * sizeof(std::uint16_t);
  static constexpr std::size_t kValidBytes = std::size_t{kSide} * kSide;
  static constexpr std::size_t kDifferent = 8;

  explicit PackedScene(std::size_t block_count, BlockCodec codec = BlockCodec::deflate);

  /// Pointers into what is given: packed and raw bytes, planes and validity of all blocks, one behind the other.
  std::vector<codec::DecodedPlanes> planes(std::byte* pixels, std::uint8_t* valid) const;

  std::vector<std::byte> packed;
  std::vector<codec::PackedBlock> blocks;
  std::vector<codec::BlockLayout> layouts;
  std::vector<codec::SampleTarget> targets;
  std::size_t raw_byte_count = 0;
};

}  // namespace groundshift::bench

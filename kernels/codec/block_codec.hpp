// SPDX-License-Identifier: Apache-2.0
// What a block (tile or strip) of a TIFF file is packed with.
#pragma once

#include <cstdint>

namespace groundshift {

/// zlib streams for deflate, as TIFF's compressions 8 and 32946 hold; zstd frames, as its compression 50000; lzw as its
/// compression 5, which is only read.
enum class BlockCodec : std::uint8_t { none, deflate, zstd, lzw };

/// TIFF's predictors: what was done to the samples before they were packed.
enum class BlockPredictor : std::uint8_t {
  none = 1,
  horizontal = 2,     ///< each sample minus the one of its band to the left, modulo 2^bits
  floating_point = 3  ///< bytes of floats taken apart by significance, then differenced (Adobe TIFF technical note 3)
};

}  // namespace groundshift

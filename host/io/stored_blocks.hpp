// SPDX-License-Identifier: Apache-2.0
// Blocks of a TIFF file as they are stored, without decoding them: what a codec is measured on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/codec/block_codec.hpp"

namespace groundshift {

/// Blocks of one size, spread evenly over the first image of the file; blocks cut by the image's lower edge (the last
/// strip) and blocks that are not stored are left out.
/// width, height : pixels of a block
/// lanes         : samples a pixel in a block: the bands, or 1 where each band has blocks of its own
/// sample_bytes  : 1, 2, 4 or 8, in the order of this machine
/// packed        : bytes of each block as they lie in the file
struct StoredBlocks {
  BlockCodec codec = BlockCodec::none;
  BlockPredictor predictor = BlockPredictor::none;
  std::int32_t width = 0, height = 0, lanes = 1, sample_bytes = 1;
  std::vector<std::vector<std::byte>> packed;

  std::int64_t block_bytes() const { return std::int64_t{width} * height * lanes * sample_bytes; }
  std::int64_t decoded_bytes() const { return block_bytes() * static_cast<std::int64_t>(packed.size()); }
  std::int64_t packed_bytes() const;
  /// "deflate, predictor 2"
  std::string text() const;
};

/// As many blocks as decode to at most `most_bytes`, at least one. Nothing where the file is no local TIFF, has another
/// codec, samples of other sizes or the other order of bytes, or no stored block. Throws InputError when a block that
/// the file lists cannot be read.
std::optional<StoredBlocks> stored_blocks(const std::string& path, std::int64_t most_bytes);

}  // namespace groundshift

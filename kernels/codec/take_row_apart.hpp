// SPDX-License-Identifier: Apache-2.0
// One row of an unpacked block becomes rows of bands, its predictor undone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/codec/block_codec.hpp"
#include "kernels/codec/split_bands.hpp"

namespace groundshift {

/// How a block's rows lie.
struct RowForm {
  std::int32_t width = 0;         ///< pixels, padding included
  std::int32_t sample_count = 0;  ///< a pixel
  std::int32_t sample_bytes = 0;  ///< 1, 2, 4 or 8; 4 or 8 under predictor 3
  BlockPredictor predictor = BlockPredictor::none;
  bool swapped = false;  ///< the samples' bytes stand in the other order
};

/// The first `width` pixels of the wanted bands, in native byte order.
/// row : all bytes of the row; predictor 3 is undone in place
void take_row_apart(std::span<std::byte> row, const RowForm& form, std::int32_t width, std::span<const BandRow> wanted);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// What is done to a row of samples before it is packed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/codec/block_codec.hpp"

namespace groundshift {

/// A row of a block: interleaved samples, little endian.
struct SampleRow {
  std::int32_t pixel_count = 0;
  std::int32_t sample_count = 1;  ///< a pixel
  std::int32_t sample_bytes = 1;  ///< 1, 2 or 4
  std::ptrdiff_t byte_count() const { return std::ptrdiff_t{pixel_count} * sample_count * sample_bytes; }
};

/// Writes the predicted row of `from` to `to`, as libtiff does on a little-endian machine.
/// from, to, scratch : byte_count() bytes each, none overlaps another; scratch is used by floating_point only
/// floating_point    : 4-byte samples; bytes by significance, the most significant plane first, each byte minus the one
///                     `sample_count` bytes before it in the row
/// source            : TIFF 6.0 section 14; Adobe Photoshop TIFF technical note 3
void apply_predictor(BlockPredictor predictor, const SampleRow& row, const std::byte* from, std::byte* to,
                     std::byte* scratch);

}  // namespace groundshift

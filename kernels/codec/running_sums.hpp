// SPDX-License-Identifier: Apache-2.0
// Undoing TIFF's predictors: differences back to values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace groundshift {

/// Predictor 2 of one band: values[i] = sum of values[0..i] modulo 2^(8 sample_bytes), in place.
/// values : planar and in native byte order; sample_bytes : 1, 2, 4 or 8. Exactly libtiff's result: sums modulo 2^n do
/// not depend on whether bands are taken apart before or after.
void sum_along_row(std::byte* values, std::int64_t count, std::int32_t sample_bytes);

/// First half of predictor 3: each byte of a row plus the one `stride` bytes to its left, in place.
/// stride : samples of a pixel (1 where bands have blocks of their own)
void sum_bytes_along_row(std::span<std::byte> row, std::int32_t stride);

}  // namespace groundshift

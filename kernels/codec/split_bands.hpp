// SPDX-License-Identifier: Apache-2.0
// One row of a block's interleaved samples taken apart into rows of bands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace groundshift {

/// Which band of a row is wanted, and where its samples go.
struct BandRow {
  std::int32_t band = 0;    ///< 0-based, among those of the row
  std::byte* to = nullptr;  ///< room for the row's samples of one band
};

/// The first `width` pixels of the wanted bands, in native byte order.
/// samples : width pixels of band_count samples, sample_bytes (1, 2, 4, 8) each
/// swapped : the samples' bytes stand in the other order
void split_row(const std::byte* samples, std::int32_t width, std::int32_t band_count, std::int32_t sample_bytes,
               bool swapped, std::span<const BandRow> wanted);

/// Second half of predictor 3: floats whose bytes lie in planes of `row_samples` bytes, the most significant first
/// whatever the file's byte order; of each pixel's band_count samples the wanted ones, in native order.
/// planes : row_samples = pixels of the block's row x band_count; sample_bytes : 4 or 8
void join_bytes(const std::byte* planes, std::int64_t row_samples, std::int32_t width, std::int32_t band_count,
                std::int32_t sample_bytes, std::span<const BandRow> wanted);

}  // namespace groundshift

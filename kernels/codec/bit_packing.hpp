// SPDX-License-Identifier: Apache-2.0
// 16-bit samples in as many bits as their range needs: what tiles that are kept for later take in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Bytes that pack_bits() writes at most for `bands` planes of width x height samples.
std::size_t packed_bits_bound(std::int32_t width, std::int32_t height, std::int32_t bands);

/// Packs planes of samples row by row. 512 samples of a row are a block: its smallest value, and each sample's distance
/// from it in the fewest bits that hold the largest distance (frame of reference). Samples of imagery, which seldom use
/// their 16 bits, take 9 to 12; noise over all 16 bits takes 16.1.
/// is_signed : the samples are int16, which matters to the size alone
/// out       : room for packed_bits_bound(), aligned to 64 bytes
/// Returns the number of bytes written, a multiple of 64.
/// source : Goldstein, Ramakrishnan and Shaft (1998), "Compressing relations and indexes"; the layout of words by lanes
///          as in Lemire and Boytsov (2015), "Decoding billions of integers per second through vectorization"
std::size_t pack_bits(const PlanarView<const std::uint16_t>& planes, bool is_signed, std::byte* out);

/// The samples of planes of the same size that pack_bits() wrote; what lies between rows is left alone.
/// Returns the number of bytes read.
std::size_t unpack_bits(const std::byte* in, const PlanarView<std::uint16_t>& planes);

}  // namespace groundshift

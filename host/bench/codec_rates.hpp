// SPDX-License-Identifier: Apache-2.0
// What the codec libraries alone can do with the blocks of a file: the limit that decode and encode are held against.
#pragma once

#include <cstddef>
#include <span>

#include "host/bench/rate.hpp"
#include "host/io/stored_blocks.hpp"

namespace groundshift {

/// Blocks [first, end) unpacked at once, their predictor undone, their bands in planes one after the other (row by row,
/// sample_bytes each). The readers' codec; own plain loops for the rest on purpose: that yardstick must not move with
/// the code that is held against it. scratch, planes : block_bytes() for each block. Throws InputError for a block that
/// does not unpack to its size.
void unpack_blocks(const StoredBlocks& blocks, std::size_t first, std::size_t end, std::span<std::byte> scratch,
                   std::span<std::byte> planes);

/// Bytes of pixels a second: unpack, predictor, planes.
Rates unpack_rates(const StoredBlocks& blocks, int threads);

/// Bytes of pixels a second that the same blocks pack at with the file's codec and predictor at its fastest level:
/// DEFLATE by ISA-L level 1 where it is built in, else libdeflate level 1; ZSTD level 1; none: a copy.
Rates pack_rates(const StoredBlocks& blocks, int threads);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A packed tile decoded by the thread that asks for it.
#pragma once

#include <span>

#include "kernels/api/packed_tile.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/codec/plane_decoder.hpp"

namespace groundshift::cpu {

/// Backend::decode into the tile's host memory, which must be the caller's to write. Throws std::invalid_argument for
/// statuses that are not one a block.
void decode_tile(codec::PlaneDecoder& decoder, const PairTile& tile, const PackedTile& packed,
                 std::span<codec::DecodeStatus> statuses);

}  // namespace groundshift::cpu

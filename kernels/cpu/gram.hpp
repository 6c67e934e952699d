// SPDX-License-Identifier: Apache-2.0
// Moments and weighted moments of a core on the CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/api/backend.hpp"
#include "kernels/cpu/weigher.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::cpu {

/// First and second moments of the core (no halo) as TileMoments says; exact for integers, by cells for float.
template <class T>
void moments(const PairPlanes<T>& core, TileMoments& out);

/// Adds the moments of rows [first_row, last_row) to `sums` (order of TileMoments) and their valid pixels to `count`.
/// T: the three integer types.
template <class T>
void add_moments(const PairPlanes<T>& core, std::int32_t first_row, std::int32_t last_row,
                 std::vector<std::int64_t>& sums, std::int64_t& count);

/// Weighted moments of the core as TileGram says; `weigher` is as large as the core.
template <class T>
void weighted_gram(const PairPlanes<T>& core, const Weigher& weigher, TileGram& out);

/// Host bytes that the two take for each worker while they run over tiles of this shape.
std::size_t gram_worker_bytes(const WorkspaceShape& shape);

}  // namespace groundshift::cpu

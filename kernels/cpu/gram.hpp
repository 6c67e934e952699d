// SPDX-License-Identifier: Apache-2.0
// Weighted moments of a core on the CPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/api/backend.hpp"
#include "kernels/cpu/weigher.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::cpu {

/// Adds the moments of rows [first_row, last_row) under weights of 1 where the validity is 1 to `sums` (those of
/// TileGram after the first) and their pixels to `count`. T: the three integer types.
template <class T>
void add_moments(const PairPlanes<T>& core, std::int32_t first_row, std::int32_t last_row,
                 std::vector<std::int64_t>& sums, std::int64_t& count);

/// Weighted moments of the core as TileGram says; `weigher` is as large as the core.
template <class T>
void weighted_gram(const PairPlanes<T>& core, const Weigher& weigher, TileGram& out);

/// Host bytes that it takes for each worker while it runs over tiles of this shape.
std::size_t gram_worker_bytes(const WorkspaceShape& shape);

}  // namespace groundshift::cpu

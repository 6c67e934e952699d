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

/// Plain sums over pixels: those of TileGram after the first, and how many pixels there are.
struct Moments {
  explicit Moments(std::int32_t variable_count) : sums(static_cast<std::size_t>(gram_count(variable_count) - 1)) {}
  std::int64_t count = 0;
  std::vector<std::int64_t> sums;
};

/// Adds the moments of the pixels whose validity is 1 to `everything`, those of them that are held out to `held_out`
/// too (null: not asked for). Products that are left out are of no use. T: the three integer types.
template <class T>
void add_moments(const PairPlanes<T>& core, const HeldOutRows& held_out_rows, GramProducts products,
                 Moments& everything, Moments* held_out);

/// Weighted moments of the core as TileGram says, and of its held-out pixels (null: not asked for); `weigher` is as
/// large as the core. products : what has to be summed; more may be.
template <class T>
void weighted_gram(const PairPlanes<T>& core, const Weigher& weigher, GramProducts products, TileGram& out,
                   TileGram* held_out);

/// Host bytes that it takes for each worker while it runs over tiles of this shape.
std::size_t gram_worker_bytes(const WorkspaceShape& shape);

}  // namespace groundshift::cpu

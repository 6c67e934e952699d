// SPDX-License-Identifier: Apache-2.0
// The score recipe on the CPU executor; included by one file a pixel type, which instantiates it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/workers.hpp"
#include "kernels/recipes/check_score.hpp"
#include "kernels/recipes/score_tile.hpp"

namespace groundshift::cpu {

// Blocks whose pixels, scores before smoothing and products stay in the second-level cache; a wider halo than this
// would have more pixels scored again by neighbours than that saves. No result depends on them.
inline constexpr std::int32_t kBlockWidth = 512, kBlockHeight = 64;
inline constexpr std::int32_t kMostBlockHalo = 8;

/// A tile's core in blocks, row by row.
struct ScoreBlocks {
  Window core;

  std::int32_t across() const { return (core.width + kBlockWidth - 1) / kBlockWidth; }
  std::int64_t count() const { return std::int64_t{across()} * ((core.height + kBlockHeight - 1) / kBlockHeight); }
  Window operator[](std::int64_t block) const {
    const auto x = static_cast<std::int32_t>(block % across()) * kBlockWidth;
    const auto y = static_cast<std::int32_t>(block / across()) * kBlockHeight;
    return {core.x + x, core.y + y, std::min(kBlockWidth, core.width - x), std::min(kBlockHeight, core.height - y)};
  }
};

/// Part number `part` of the planes of a tile, for a block.
inline ScorePlanes planes_of_part(const ScorePlanes& whole, std::int64_t part, const Window& block, bool spare) {
  const std::int64_t pixels = std::int64_t{kBlockWidth + 2 * kMostBlockHalo} * (kBlockHeight + 2 * kMostBlockHalo);
  const auto at = [&](const auto& plane) {
    auto own = plane;
    own.data += part * pixels;
    own.width = block.width;
    own.height = block.height;
    own.row_pitch = block.width;
    return own;
  };
  ScorePlanes planes;
  planes.raw = at(whole.raw);
  if (!spare) return planes;
  planes.product = at(whole.product);
  for (int k = 0; k < 3; ++k) planes.spare.plane[k] = at(whole.spare.plane[k]);
  return planes;
}

/// Parts of that size in the planes of a tile.
inline std::int64_t part_count(const ScorePlanes& whole) {
  return std::int64_t{whole.raw.width} * whole.raw.height /
         (std::int64_t{kBlockWidth + 2 * kMostBlockHalo} * (kBlockHeight + 2 * kMostBlockHalo));
}

template <class T>
void run_score(Executor& executor, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
               const ScorePlanes& scratch, const RasterView<float>& out) {
  const ScoreBlocks blocks{core};
  const std::int64_t workers = worker_count();
  const std::int64_t shares = std::min({workers, blocks.count(), part_count(scratch)});
  if (is_unsmoothed(recipe) || recipe.halo() > kMostBlockHalo || shares < std::min<std::int64_t>(2, workers)) {
    return score_tile(executor, planes, recipe, core, scratch, out);
  }
  const bool spare = needs_spare_planes(recipe);
  for_each_index(shares, [&](std::int64_t share) {
    const WorksAlone alone;
    for (std::int64_t b = share; b < blocks.count(); b += shares) {
      const Window block = blocks[b];
      const Window reach = grown(block, recipe.halo(), planes.valid.width, planes.valid.height);
      score_tile(executor, planes.window(reach), recipe, within(block, reach),
                 planes_of_part(scratch, share, reach, spare), window_of(out, within(block, core)));
    }
  });
}

}  // namespace groundshift::cpu

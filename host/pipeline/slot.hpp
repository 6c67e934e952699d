// SPDX-License-Identifier: Apache-2.0
// All that one tile needs on its way through the pipeline; the pool of slots is the back-pressure.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/plan/plan.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// Filled by a reader (pixels, validity), worked on by a compute thread (moments, score, bins), emptied by the writer.
struct Slot {
  HostBuffer memory;
  std::unique_ptr<Workspace> workspace;
  std::byte* before = nullptr;  ///< planar pixels of the padded tile
  std::byte* after = nullptr;
  std::uint8_t* valid = nullptr;
  float* score_data = nullptr;
  std::vector<std::uint64_t> bins;  ///< grows over all tiles that pass through this slot; order-free counts
  TileMoments moments;

  std::size_t index = 0;         ///< of the slot in its pool
  std::int64_t tile_index = -1;  ///< in plan order
  Window core;                   ///< in the output grid
  PairTile tile;
  RasterView<float> score;  ///< core.width x core.height
};

/// Buffers and workspaces for a plan.
std::vector<Slot> make_slots(Backend& backend, const TilePlan& plan, PixelType type, std::int32_t band_count,
                             std::int32_t halo);

/// Points a slot at a tile of the grid: geometry of padded tile, core and score.
void aim(Slot& slot, const TilePlan& plan, std::int64_t tile_index, std::int32_t halo, std::int32_t grid_width,
         std::int32_t grid_height, PixelType type, std::int32_t band_count);

}  // namespace groundshift

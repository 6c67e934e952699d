// SPDX-License-Identifier: Apache-2.0
// All that one tile needs on its way through the pipeline; the pool of slots is the back-pressure.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/plan/plan.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// Filled and worked on by one worker (pixels, validity; Gram, score, bins), emptied by the consumer.
struct Slot {
  HostBuffer memory;
  std::unique_ptr<Workspace> workspace;
  std::byte* before = nullptr;  ///< planar pixels of the padded tile
  std::byte* after = nullptr;
  std::uint8_t* valid = nullptr;
  float* results = nullptr;         ///< planes of a core's floats
  std::vector<std::uint64_t> bins;  ///< grows over all tiles that pass through this slot; order-free counts
  TileGram gram;

  std::size_t index = 0;         ///< of the slot in its pool
  std::int64_t tile_index = -1;  ///< in plan order
  Window core;                   ///< in the output grid
  PairTile tile;
  DeviceTile* to_keep = nullptr;  ///< takes the pixels before the tile is worked on
  RasterView<float> score;        ///< core.width x core.height, the first of the result planes

  /// The slot's own memory for the pixels of a tile.
  std::byte* pixels() const { return static_cast<std::byte*>(memory.data()); }
  /// Result plane `plane`, shaped like `score`.
  RasterView<float> result(std::int32_t plane) const {
    return {score.data + plane * pixel_count(core), score.width, score.height, score.row_pitch};
  }
};

/// Buffers and workspaces for a plan. workspace : what each slot's workspace has to take
std::vector<Slot> make_slots(Backend& backend, const TilePlan& plan, const WorkspaceShape& workspace);

/// Points a slot at tile `tile_index` of a set, its pixels at `record` (memory of TileSet::record_bytes; the slot's own
/// pixels() or a kept tile): geometry of padded tile, core and results.
void aim(Slot& slot, const TileSet& set, std::int64_t tile_index, std::byte* record, std::int32_t grid_width,
         std::int32_t grid_height, PixelType type, std::int32_t band_count);

}  // namespace groundshift

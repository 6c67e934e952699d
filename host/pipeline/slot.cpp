// SPDX-License-Identifier: Apache-2.0
// Laying a slot's buffers out in one piece of host memory.
#include "host/pipeline/slot.hpp"

#include <algorithm>

#include "host/base/parallel_for.hpp"

namespace groundshift {

std::vector<Slot> make_slots(Backend& backend, const TilePlan& plan, const WorkspaceShape& workspace) {
  std::vector<Slot> slots(static_cast<std::size_t>(plan.slot_count));
  const TileSet tiles = tiles_of(plan, workspace.halo);
  // In parallel: memory is brought in here, which takes its time.
  parallel_for(static_cast<std::int64_t>(slots.size()), std::max(1, plan.workers), {}, [&](std::int64_t i, int) {
    Slot& slot = slots[static_cast<std::size_t>(i)];
    slot.index = static_cast<std::size_t>(i);
    slot.memory = backend.allocate_host(static_cast<std::size_t>(plan.slot.host_bytes));
    // Planes are multiples of 64 elements, so the floats that come after the bytes are aligned.
    slot.results = reinterpret_cast<float*>(slot.pixels() + tiles.record_bytes(workspace.type, workspace.band_count));
    slot.workspace = backend.make_workspace(workspace);
    slot.bins.assign(kFloatBins, 0);
  });
  return slots;
}

void aim(Slot& slot, const TileSet& set, std::int64_t tile_index, std::byte* record, std::int32_t grid_width,
         std::int32_t grid_height, PixelType type, std::int32_t band_count) {
  slot.tile_index = tile_index;
  slot.core = set.cores[static_cast<std::size_t>(tile_index)];
  const Window around = padded(slot.core, set.halo, grid_width, grid_height);
  const std::int64_t date_bytes = set.date_bytes(type, band_count);
  slot.before = record;
  slot.after = record + date_bytes;
  slot.valid = reinterpret_cast<std::uint8_t*>(record + 2 * date_bytes);
  slot.tile = {type,          around.width,
               around.height, band_count,
               set.row_pitch, set.pixel_plane,
               slot.before,   slot.after,
               slot.valid,    {slot.core.x - around.x, slot.core.y - around.y, slot.core.width, slot.core.height}};
  slot.to_keep = nullptr;
  slot.score = {slot.results, slot.core.width, slot.core.height, slot.core.width};
}

}  // namespace groundshift

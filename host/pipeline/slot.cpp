// SPDX-License-Identifier: Apache-2.0
// Laying a slot's buffers out in one piece of host memory.
#include "host/pipeline/slot.hpp"

namespace groundshift {

std::vector<Slot> make_slots(Backend& backend, const TilePlan& plan, PixelType type, std::int32_t band_count,
                             std::int32_t halo, bool window_scores) {
  std::vector<Slot> slots(static_cast<std::size_t>(plan.slot_count));
  const SlotShape& shape = plan.slot;
  const TileSet tiles = tiles_of(plan, halo);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    slot.index = i;
    slot.memory = backend.allocate_host(static_cast<std::size_t>(shape.host_bytes));
    // Planes are multiples of 64 elements, so the floats that come after the bytes are aligned.
    slot.results = reinterpret_cast<float*>(slot.pixels() + tiles.record_bytes(type, band_count));
    slot.workspace = backend.make_workspace({type, band_count, shape.width, shape.height, halo, window_scores});
    slot.bins.assign(kFloatBins, 0);
  }
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

// SPDX-License-Identifier: Apache-2.0
// Laying a slot's buffers out in one piece of host memory.
#include "host/pipeline/slot.hpp"

namespace groundshift {

std::vector<Slot> make_slots(Backend& backend, const TilePlan& plan, PixelType type, std::int32_t band_count,
                             std::int32_t halo) {
  std::vector<Slot> slots(static_cast<std::size_t>(plan.slot_count));
  const SlotShape& shape = plan.slot;
  const std::int64_t date_bytes = band_count * shape.pixel_plane * static_cast<std::int64_t>(byte_count(type));
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    slot.index = i;
    slot.memory = backend.allocate_host(static_cast<std::size_t>(shape.host_bytes));
    auto* at = static_cast<std::byte*>(slot.memory.data());
    slot.before = at;
    slot.after = at + date_bytes;
    // Planes are multiples of 64 elements, so the float scores that come before the bytes stay aligned.
    slot.valid = reinterpret_cast<std::uint8_t*>(at + 2 * date_bytes);
    slot.score_data = reinterpret_cast<float*>(at + 2 * date_bytes + shape.pixel_plane);
    slot.workspace = backend.make_workspace({type, band_count, shape.width, shape.height, halo});
    slot.bins.assign(kFloatBins, 0);
  }
  return slots;
}

void aim(Slot& slot, const TilePlan& plan, std::int64_t tile_index, std::int32_t halo, std::int32_t grid_width,
         std::int32_t grid_height, PixelType type, std::int32_t band_count) {
  slot.tile_index = tile_index;
  slot.core = plan.tiles[static_cast<std::size_t>(tile_index)];
  const Window around = padded(slot.core, halo, grid_width, grid_height);
  slot.tile = {type,
               around.width,
               around.height,
               band_count,
               plan.slot.row_pitch,
               plan.slot.pixel_plane,
               slot.before,
               slot.after,
               slot.valid,
               {slot.core.x - around.x, slot.core.y - around.y, slot.core.width, slot.core.height}};
  slot.score = {slot.score_data, slot.core.width, slot.core.height, slot.core.width};
}

}  // namespace groundshift

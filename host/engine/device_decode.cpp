// SPDX-License-Identifier: Apache-2.0
// Windows of the grid as blocks of both files.
#include "host/engine/device_decode.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/io/packed_blocks.hpp"

namespace groundshift {
namespace {

/// The part of a window that lies in a date, in the date's pixels, and its first pixel in the window.
struct InDate {
  Window there;
  std::int32_t x = 0, y = 0;
  bool empty() const { return there.width <= 0 || there.height <= 0; }
};

InDate in_date(const PlannedInput& input, const Window& window) {
  const Grid& own = input.description.grid;
  const std::int64_t left = window.x + input.place.offset_x, top = window.y + input.place.offset_y;
  const auto clamped = [](std::int64_t at, std::int64_t side) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(at, 0, side));
  };
  InDate out;
  out.x = clamped(-left, window.width);
  out.y = clamped(-top, window.height);
  const std::int32_t right = clamped(own.width - left, window.width);
  const std::int32_t bottom = clamped(own.height - top, window.height);
  out.there = {static_cast<std::int32_t>(left + out.x), static_cast<std::int32_t>(top + out.y), right - out.x,
               bottom - out.y};
  return out;
}

/// The most blocks that stand for what lies beside a date: above, below, left and right.
constexpr std::int64_t kOutsideBlocks = 4;

PackedNeed need_of(const PlannedInput& input, const Window& window) {
  const InDate part = in_date(input, window);
  return part.empty() ? PackedNeed{} : input.source->packed_blocks()->need(part.there);
}

PackedNeed need_of_pair(const DetectPlan& plan) {
  const Window grid{0, 0, plan.grid.width, plan.grid.height};
  PackedNeed need = need_of(plan.before, grid);
  need += need_of(plan.after, grid);
  return need;
}

/// Of all tiles: blocks that tiles share once for each.
PackedNeed need_of_tiles(const DetectPlan& plan) {
  PackedNeed need;
  for (const Window& core : plan.tiles.tiles) {
    const Window window = padded(core, plan.halo, plan.grid.width, plan.grid.height);
    need += need_of(plan.before, window);
    need += need_of(plan.after, window);
  }
  return need;
}

/// A slot's tile, with its halo, in the grid.
Window window_of(const Slot& slot) {
  return {slot.core.x - slot.tile.core.x, slot.core.y - slot.tile.core.y, slot.tile.width, slot.tile.height};
}

/// A block's part in the pixels of the tile.
Window place_of(const codec::PackedBlock& block) { return {block.to_x, block.to_y, block.width, block.height}; }

/// The least window around both; an empty one is nowhere.
Window around(const Window& a, const Window& b) {
  if (a.width == 0) return b;
  const std::int32_t x = std::min(a.x, b.x), y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.width, b.x + b.width) - x, std::max(a.y + a.height, b.y + b.height) - y};
}

bool holds(const Window& whole, const Window& part) {
  return part.x >= whole.x && part.y >= whole.y && part.x + part.width <= whole.x + whole.width &&
         part.y + part.height <= whole.y + whole.height;
}

/// Why the device decodes none of this job's tiles; empty: it may.
std::string refusal_of(const DetectPlan& plan) {
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    if (input->place.relation == GridRelation::resampled) {
      return fmt::format("{}: is resampled onto the grid, which wants its pixels in host memory",
                         input->description.path);
    }
  }
  if (!plan.rules.empty()) {
    return fmt::format("{} and {}: masks, areas of interest and saturation rules judge pixels in host memory",
                       plan.before.description.path, plan.after.description.path);
  }
  if (plan.options.products.quality) {
    return fmt::format("{} and {}: --products quality tells reasons that only the CPU's reader knows",
                       plan.before.description.path, plan.after.description.path);
  }
  if (plan.type != plan.source_type) {
    return fmt::format("{} and {}: {} pixels are converted to {}, as --normalize {} wants",
                       plan.before.description.path, plan.after.description.path, name_of(plan.source_type),
                       name_of(plan.type), name_of(plan.method.normalize));
  }
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    const PackedBlocks* blocks = input->source->packed_blocks();
    if (blocks == nullptr) {
      return fmt::format("{}: is read by {}", input->description.path, input->source->way_in());
    }
    if (!blocks->refusal().empty()) return fmt::format("{}: {}", input->description.path, blocks->refusal());
  }
  return {};
}

}  // namespace

void check_decode(const ResourceOptions& options) {
  if (options.decode == DecodeChoice::cuda && options.backend == BackendChoice::cpu) {
    throw UsageError("--decode cuda: wants the CUDA backend, and --backend cpu asks for the other one");
  }
}

void plan_decode(DetectPlan& plan) {
  plan.decode = {};
  const bool device = plan.backend.backend->has_device_memory();
  switch (plan.options.resources.decode) {
    case DecodeChoice::cpu: plan.decode.why = "asked for"; return;
    case DecodeChoice::automatic:
      plan.decode.why = device ? "auto: the device's decoder is experimental until it is measured; --decode cuda asks "
                                 "for it"
                               : "auto: there is no device";
      return;
    case DecodeChoice::cuda: break;
  }
  if (!device) throw DeviceError("--decode cuda: " + plan.backend.why);
  if (const std::string refusal = refusal_of(plan); !refusal.empty()) {
    throw InputError(fmt::format("{}; the device cannot decode it: leave out --decode cuda", refusal));
  }
  plan.decode.on_device = true;
  plan.decode.why = "asked for; experimental: speed and races were never measured on a GPU";
}

DecodeShape decode_shape(const DetectPlan& plan, std::int32_t width, std::int32_t height) {
  if (!plan.decode.on_device) return {};
  const Grid& grid = plan.grid;
  // Tiles that are as wide as the grid with their halo are taken to be one.
  const auto core = [&](std::int32_t side, std::int32_t whole) {
    return side >= whole || side <= 2 * plan.halo ? whole : side - 2 * plan.halo;
  };
  const std::int32_t across = core(width, grid.width), down = core(height, grid.height);
  PackedNeed most;
  for (std::int64_t y = 0; y < grid.height; y += down) {
    for (std::int64_t x = 0; x < grid.width; x += across) {
      const Window tile{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                        static_cast<std::int32_t>(std::min<std::int64_t>(across, grid.width - x)),
                        static_cast<std::int32_t>(std::min<std::int64_t>(down, grid.height - y))};
      const Window window = padded(tile, plan.halo, grid.width, grid.height);
      PackedNeed need = need_of(plan.before, window);
      need += need_of(plan.after, window);
      most.block_count = std::max(most.block_count, need.block_count);
      most.packed_bytes = std::max(most.packed_bytes, need.packed_bytes);
      most.raw_bytes = std::max(most.raw_bytes, need.raw_bytes);
    }
  }
  DecodeShape shape;
  shape.packed_bytes = static_cast<std::size_t>(most.packed_bytes);
  shape.raw_bytes = static_cast<std::size_t>(most.raw_bytes);
  shape.block_count = static_cast<std::size_t>(most.block_count + 2 * kOutsideBlocks);
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    const PackedBlocks& blocks = *input->source->packed_blocks();
    shape.layout_count += static_cast<std::size_t>(1 + kOutsideBlocks);
    shape.target_count += static_cast<std::size_t>(blocks.target_count() + kOutsideBlocks * blocks.band_count());
  }
  return shape;
}

void count_packed_blocks(DetectPlan& plan) {
  if (!plan.decode.on_device) return;
  plan.decode.a_pass = need_of_tiles(plan);
  plan.decode.stored = need_of_pair(plan);
}

std::int64_t blocks_in_flight(const DetectPlan& plan, const PackedNeed& a_pass) {
  const auto tiles = std::max<std::int64_t>(1, static_cast<std::int64_t>(plan.tiles.tiles.size()));
  return a_pass.block_count * std::min<std::int64_t>(plan.tiles.slot_count, tiles) / tiles;
}

void predict_decode(DetectPlan& plan, const KeptDecodeRates& kept) {
  DecodePlan& decode = plan.decode;
  decode.rates = kept.note;
  decode.prediction.reset();
  if (!kept.rates) return;
  if (const std::string refusal = refusal_of(plan); !refusal.empty()) {
    decode.rates = refusal;
    return;
  }
  for (const PlannedInput* input : {&plan.before, &plan.after}) {
    if (input->source->packed_blocks()->codec() == TiffCodec::lzw) {
      decode.rates =
          fmt::format("{}: its blocks are packed by LZW, and rates are kept of DEFLATE alone", input->description.path);
      return;
    }
  }
  DecodeWork work;
  work.threads = plan.options.resources.threads;
  work.stored_bytes = need_of_pair(plan).raw_bytes;
  if (work.stored_bytes == 0) {
    decode.rates = "nothing is packed";
    return;
  }
  if (kept.rates->device) {
    const PackedNeed a_pass = need_of_tiles(plan);
    work.by_tile_bytes = a_pass.raw_bytes;
    work.by_tile_packed_bytes = a_pass.packed_bytes;
    work.blocks_in_flight = blocks_in_flight(plan, a_pass);
  }
  decode.prediction = predict_decode(*kept.rates, work);
}

void tell_refused_blocks(const DecodeCounts& counts, Warnings& warnings) {
  if (counts.refused_blocks == 0) return;
  warnings.add("device_refused_blocks", "blocks were refused by the device and decoded by the CPU",
               counts.refused_blocks);
}

DeviceDecoder::DeviceDecoder(const DetectPlan& plan, std::size_t slot_count) : plan_(plan) {
  for (std::size_t i = 0; i < slot_count; ++i) batches_.emplace_back(*plan.backend.backend, plan.decode.shape);
}

bool DeviceDecoder::gather(const PlannedInput& input, Date date, const Window& window, PackedBatch& batch) {
  const PackedBlocks& blocks = *input.source->packed_blocks();
  batch.begin_date(date, blocks.band_count());
  const InDate in = in_date(input, window);
  const auto outside = [&](std::int32_t x0, std::int32_t y0, std::int32_t x1, std::int32_t y1) {
    if (x0 >= x1 || y0 >= y1) return true;
    return batch.add_outside(date, plan_.type, blocks.band_count(), {x0, y0, x1 - x0, y1 - y0});
  };
  if (in.empty()) return outside(0, 0, window.width, window.height);
  const std::int32_t right = in.x + in.there.width, bottom = in.y + in.there.height;
  return outside(0, 0, window.width, in.y) && outside(0, bottom, window.width, window.height) &&
         outside(0, in.y, in.x, bottom) && outside(right, in.y, window.width, bottom) &&
         blocks.add(in.there, date, in.x, in.y, batch);
}

DeviceDecoded DeviceDecoder::decode(Slot& slot, bool after_only, DeviceTile* room) {
  const PairTile& tile = slot.tile;
  const Window window = window_of(slot);
  PackedBatch& batch = batches_[slot.index];
  batch.clear();
  bool gathered = after_only || gather(plan_.before, Date::before, window, batch);
  const std::int64_t before_bytes = batch.unpacked_bytes();
  gathered = gathered && gather(plan_.after, Date::after, window, batch);
  if (!gathered) {
    PackedNeed need = need_of(plan_.after, window);
    if (!after_only) need += need_of(plan_.before, window);
    cpu_blocks_ += need.block_count;
    return {};
  }
  const PackedTile packed = batch.tile();
  DeviceDecoded out;
  out.lies = plan_.backend.backend->decode(*slot.workspace, room, tile, packed, batch.statuses());
  const auto ok = std::count(batch.statuses().begin(), batch.statuses().end(), codec::DecodeStatus::ok);
  out.refused = static_cast<std::int64_t>(packed.blocks.size()) - ok;
  refused_blocks_ += out.refused;
  device_blocks_ += batch.stored_blocks();
  bytes_[0] += before_bytes;
  bytes_[1] += batch.unpacked_bytes() - before_bytes;
  return out;
}

std::array<Window, 2> DeviceDecoder::fill_in(const Slot& slot) {
  PackedBatch& batch = batches_[slot.index];
  std::array<Window, 2> left{};
  std::vector<const codec::PackedBlock*> filled;
  for (std::size_t i = 0; i < batch.statuses().size(); ++i) {
    if (batch.statuses()[i] == codec::DecodeStatus::ok) continue;
    const codec::PackedBlock& block = batch.block(i);
    if (batch.decode_by_cpu(i, slot.tile)) {
      filled.push_back(&block);
    } else {
      left[block.planes] = around(left[block.planes], place_of(block));
      bytes_[block.planes] -= block.raw_byte_count;
    }
  }
  std::int64_t by_cpu = 0;
  const Window tile = window_of(slot);
  for (std::size_t date = 0; date < left.size(); ++date) {
    Window part = left[date];
    by_cpu += std::count_if(filled.begin(), filled.end(), [&](const codec::PackedBlock* block) {
      return block->planes == date && !holds(part, place_of(*block));
    });
    if (part.width == 0) continue;
    part.x += tile.x;
    part.y += tile.y;
    by_cpu += need_of(input(date), part).block_count;
  }
  device_blocks_ -= by_cpu;
  cpu_blocks_ += by_cpu;
  return left;
}

DecodeCounts DeviceDecoder::counts() const {
  return {device_blocks_, cpu_blocks_, refused_blocks_, bytes_[0], bytes_[1]};
}

}  // namespace groundshift

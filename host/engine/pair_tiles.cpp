// SPDX-License-Identifier: Apache-2.0
// Where a pass gets a tile from: the files, device memory, memory, or the scratch file.
#include "host/engine/pair_tiles.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/engine/resources.hpp"
#include "kernels/solve/fit_sample.hpp"

namespace groundshift {
namespace {

/// Those that the plan brings, or new ones.
std::unique_ptr<UnitCache> units_of(PlannedInput& input, PixelType type, std::int32_t unit_capacity, bool shared) {
  return input.units != nullptr ? std::move(input.units) : make_unit_cache(input, type, unit_capacity, shared);
}

}  // namespace

PairTiles::PairTiles(DetectPlan& plan, const JobContext& context)
    : plan_(plan),
      context_(context),
      before_(std::in_place, plan.before, plan.type,
              units_of(plan.before, plan.type, plan.tiles.before_units,
                       plan.tiles.before_shares || plan.tiles.before_stays),
              *plan.backend.backend),
      after_(std::in_place, plan.after, plan.type,
             units_of(plan.after, plan.type, plan.tiles.after_units, plan.tiles.after_shares || plan.tiles.after_stays),
             *plan.backend.backend),
      slots_(make_slots(*plan.backend.backend, plan.tiles, workspace_shape(plan))),
      grid_tiles_(tiles_of(plan.tiles, plan.halo)),
      cells_(cell_set(plan.grid.width, plan.grid.height, plan.fit_halo)) {
  const auto plane = static_cast<std::size_t>(plan.tells_quality() ? plan.tiles.slot.pixel_plane : 0);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    readings_.push_back(
        {SourceBuffer(*plan.backend.backend, plan.source, plan.type, plan.band_count, plan.tiles.slot.pixel_plane),
         std::vector<std::uint8_t>(plane), std::vector<std::uint8_t>(plane)});
  }
  if (plan.decode.on_device) device_ = std::make_unique<DeviceDecoder>(plan, slots_.size());
  if (plan.sampled()) cell_order_ = select_cells(plan.grid.width, plan.grid.height);
  const TileSet& fit = plan.sampled() ? cells_ : grid_tiles_;
  if (plan.keep == KeptTiles::none) return;
  if (plan.packs_bits()) {
    packed_ = std::make_unique<BitPackedTiles>(
        *plan.backend.backend, static_cast<std::int64_t>(grid_tiles_.cores.size()),
        BitPackedTiles::Room{plan.store_bytes, plan.tiles.slot_count, huge_page_slack_bytes()});
    return;
  }
  store_ =
      std::make_unique<TileStore>(*plan.backend.backend, fit.record_bytes(plan.type, plan.band_count), plan.store_bytes,
                                  plan.keep == KeptTiles::spilled ? plan.scratch_folder : std::filesystem::path(),
                                  WorkspaceShape{plan.type, plan.band_count, fit.row_pitch,
                                                 static_cast<std::int32_t>(fit.pixel_plane / fit.row_pitch)});
}

void PairTiles::load(const Work& compute, const Work& consume) {
  const bool sampled = plan_.sampled();
  const Reader reader{sampled ? &cells_ : &grid_tiles_, cells_loaded_, store_ != nullptr, true, false, true};
  if (store_) {
    store_->grow(static_cast<std::int64_t>(reader.set->cores.size()));
    changes_made_.resize(reader.set->cores.size(), 0);
  }
  run("statistics", reader, compute, consume, false);
  cells_loaded_ = cells_taken_;
}

std::int64_t PairTiles::add_cells(std::int64_t cell_count) {
  const auto total = static_cast<std::int64_t>(cell_order_.size());
  const std::int64_t end = std::min(total, cells_taken_ + cell_count);
  const std::int64_t added = end - cells_taken_;
  std::vector<std::int64_t> chosen(cell_order_.begin() + cells_taken_, cell_order_.begin() + end);
  std::sort(chosen.begin(), chosen.end());  // neighbours share blocks of the files
  for (const std::int64_t cell : chosen) {
    cells_.cores.push_back(cell_window(cell, plan_.grid.width, plan_.grid.height));
  }
  cells_taken_ = end;
  return added;
}

void PairTiles::each(const std::string& name, const Work& compute, const Work& consume, HostPlanes read) {
  run(name, {plan_.sampled() ? &cells_ : &grid_tiles_, 0, store_ != nullptr, false, false, true, read}, compute,
      consume, true);
}

void PairTiles::each_of_grid(const std::string& name, const Work& compute, const Work& consume, HostPlanes read) {
  const bool kept = store_ != nullptr && !plan_.sampled() && !changes_made_.empty();
  if (plan_.sampled()) store_.reset();
  const bool last = !plan_.options.products.sites;
  if (last) {
    plan_.tiles.before_shares ? before_->hold_at_most(plan_.tiles.before_in_use) : before_->hold_no_more();
    plan_.tiles.after_shares ? after_->hold_at_most(plan_.tiles.after_in_use) : after_->hold_no_more();
  }
  run(name, {&grid_tiles_, 0, kept, false, false, false, read, last}, compute, consume, false);
}

void PairTiles::each_of(const std::string& name, const std::vector<std::int64_t>& tiles, const Work& compute,
                        const Work& consume) {
  Reader reader{&grid_tiles_, 0, store_ != nullptr && !plan_.sampled() && !changes_made_.empty(), false, false, false};
  reader.some = &tiles;
  run(name, reader, compute, consume, false);
}

void PairTiles::each_after(const std::string& name, const Work& compute, const Work& consume) {
  run(name, {&grid_tiles_, 0, false, false, true, false}, compute, consume, false);
}

void PairTiles::clear_bins() {
  for (Slot& slot : slots_) std::fill(slot.bins.begin(), slot.bins.end(), 0);
}

std::vector<std::uint64_t> PairTiles::merged_bins() const {
  std::vector<std::uint64_t> all(kFloatBins, 0);
  for (const Slot& slot : slots_) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += slot.bins[i];
  }
  return all;
}

void PairTiles::prepare_with(std::function<void(const PairTile&)> change, bool for_statistics) {
  changes_.push_back({std::move(change), for_statistics});
}

Residency PairTiles::residency() const {
  if (packed_) return {0, packed_->resident_bytes(), 0};
  return store_ ? Residency{store_->device_bytes(), store_->resident_bytes(), store_->scratch_bytes()} : Residency{};
}

void PairTiles::release() {
  decoded_before_ = decoded_bytes_before();
  decoded_after_ = decoded_bytes_after();
  store_.reset();
  packed_.reset();
  device_.reset();
  slots_.clear();
  readings_.clear();
  before_.reset();
  after_.reset();
}

void PairTiles::run(const std::string& name, Reader reader, const Work& compute, const Work& consume, bool quiet) {
  const bool decodes_all = reader.set == &grid_tiles_ && reader.some == nullptr && (reader.loading || !reader.keep);
  reader.tell = take_reasons_ && !told_reasons_ && decodes_all;
  SilentProgress silent;
  JobContext context = context_;
  if (quiet) context.progress = &silent;
  Pass pass;
  pass.name = name;
  pass.tile_count = reader.count();
  for (std::int64_t i = 0; i < pass.tile_count; ++i) {
    pass.pixel_count += pixel_count(reader.set->cores[static_cast<std::size_t>(reader.tile(i))]);
  }
  pass.workers = plan_.tiles.workers;
  pass.cores = plan_.options.resources.threads;
  pass.aim = [&](Slot& slot, std::int64_t i) {
    const std::int64_t tile = reader.tile(i);
    std::byte* kept = reader.keep ? store_->resident(tile) : nullptr;
    aim(slot, *reader.set, tile, kept != nullptr ? kept : slot.pixels(), plan_.grid.width, plan_.grid.height,
        plan_.type, plan_.band_count);
    slot.tile_index = i;
  };
  pass.read = [&](Slot& slot) { packed_ ? read_bit_packed(slot, reader) : read(slot, reader); };
  pass.compute = [&](Slot& slot) {
    keep_on_device(slot);
    compute(slot);
    if (reader.last && reader.keep) let_go(slot, reader);
  };
  pass.consume = [&](Slot& slot) {
    if (reader.loading && packed_) packed_->settle(reader.tile(slot.tile_index));
    if (reader.tell) take_reasons_(slot, readings_[slot.index].reasons.data());
    consume(slot);
  };
  add_timing(run_pass(pass, slots_, context));
  if (reader.tell) told_reasons_ = true;
}

void PairTiles::read(Slot& slot, const Reader& reader) {
  const std::int64_t tile = reader.tile(slot.tile_index);
  const bool kept = reader.keep && store_->keeps(tile);
  DeviceTile* const device = kept ? store_->device(tile) : nullptr;
  const bool in_place = device != nullptr || (kept && store_->in_memory(tile));
  if (in_place && reader.loading) changes_made_[static_cast<std::size_t>(tile)] = 0;
  const bool changed = in_place && changes_made_[static_cast<std::size_t>(tile)] < changes_.size();
  const bool changes = in_place ? changed : std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
    return applies(change, reader);
  });
  bool decoded_there = false;
  if (reader.loading || !kept) {
    // Changes and the host's levels of the store want every plane.
    const bool all = changes || (kept && device == nullptr);
    decoded_there = decode(slot, reader, device, all ? HostPlanes::all : reader.host);
    if (kept && !in_place) store_->spill(tile, slot.pixels());
  } else if (device != nullptr) {
    copy_back(slot, *device, changed ? HostPlanes::all : reader.host);
  } else if (!in_place) {
    store_->fetch(tile, slot.pixels());
  }
  if (in_place) {
    for (std::size_t& made = changes_made_[static_cast<std::size_t>(tile)]; made < changes_.size(); ++made) {
      changes_[made].make(slot.tile);
    }
  } else {
    change_tile(slot, reader);
  }
  // What was decoded there is not what it was changed to.
  if (decoded_there && changes) slot.tile.device = nullptr;
  if ((reader.loading && !decoded_there) || changed) slot.to_keep = device;
}

void PairTiles::read_bit_packed(Slot& slot, const Reader& reader) {
  const std::int64_t tile = reader.tile(slot.tile_index);
  const bool kept = !reader.loading && !reader.after_only && packed_->keeps(tile);
  if (kept) {
    packed_->fetch(tile, slot);
    if (reader.last) packed_->drop(tile);
  } else {
    decode_by_reader(slot, reader);
    if (reader.loading) packed_->keep(tile, slot);
  }
  change_tile(slot, reader);
}

void PairTiles::change_tile(Slot& slot, const Reader& reader) {
  for (const Change& change : changes_) {
    if (applies(change, reader)) change.make(slot.tile);
  }
}

void PairTiles::copy_back(Slot& slot, DeviceTile& kept, HostPlanes wanted) {
  slot.tile.device = &kept;
  if (wanted != HostPlanes::none) plan_.backend.backend->copy_back(*slot.workspace, slot.tile, wanted);
  // A pass that reads what it has not asked for shall not find an older tile's pixels.
  if (wanted != HostPlanes::all) slot.tile.before = slot.tile.after = nullptr;
  if (wanted == HostPlanes::none) slot.tile.valid = nullptr;
}

void PairTiles::keep_on_device(Slot& slot) {
  if (slot.to_keep == nullptr) return;
  plan_.backend.backend->keep_on_device(*slot.workspace, *slot.to_keep, slot.tile);
  slot.tile.device = slot.to_keep;
}

/// By the worker that read it: a whole pair's pages given back at the end are one thread's work.
void PairTiles::let_go(Slot& slot, const Reader& reader) {
  const std::int64_t tile = reader.tile(slot.tile_index);
  if (!store_->in_memory(tile)) return;
  slot.tile.before = slot.tile.after = slot.before = slot.after = nullptr;
  slot.tile.valid = slot.valid = nullptr;
  store_->drop(tile);
}

bool PairTiles::decode(Slot& slot, const Reader& reader, DeviceTile* room, HostPlanes wanted) {
  const DeviceDecoded decoded = device_ ? device_->decode(slot, reader.after_only, room) : DeviceDecoded{};
  if (decoded.lies == nullptr) {
    decode_by_reader(slot, reader);
    return false;
  }
  copy_back(slot, *decoded.lies, decoded.refused > 0 ? HostPlanes::all : wanted);
  if (decoded.refused == 0) return true;
  const std::array<Window, 2> left = device_->fill_in(slot);
  for (const Date date : {Date::before, Date::after}) {
    const Window& part = left[static_cast<std::size_t>(date)];
    if (part.width > 0) read_date(slot, date, part, nullptr);
  }
  slot.tile.device = nullptr;  // what lies there lacks the refused blocks
  return false;
}

void PairTiles::decode_by_reader(Slot& slot, const Reader& reader) {
  const PairTile& tile = slot.tile;
  Reading& reading = readings_[slot.index];
  std::uint8_t* const reasons = reader.tell ? reading.reasons.data() : nullptr;
  const std::ptrdiff_t plane_size = tile.row_pitch * tile.height;
  std::fill_n(slot.valid, plane_size, std::uint8_t{1});
  if (reasons != nullptr) std::fill_n(reasons, plane_size, std::uint8_t{0});
  const auto whole_date = [&](Date date, std::byte* pixels, std::size_t bands) {
    read_date(slot, date, {0, 0, tile.width, tile.height}, reasons);
    // The date with fewer bands is padded with planes of zeros, which no solver looks at.
    const auto plane = static_cast<std::size_t>(tile.band_pitch) * byte_count(plan_.type);
    std::fill_n(pixels + bands * plane, (static_cast<std::size_t>(plan_.band_count) - bands) * plane, std::byte{0});
  };
  if (!reader.after_only) whole_date(Date::before, slot.before, plan_.before.selection.bands.size());
  whole_date(Date::after, slot.after, plan_.after.selection.bands.size());
  const Window window{slot.core.x - tile.core.x, slot.core.y - tile.core.y, tile.width, tile.height};
  if (!plan_.rules.empty()) {
    apply_rules(plan_.rules, window, tile, reader.after_only, reading.scratch.data(), reasons);
  }
  if (reasons != nullptr) {
    mark_incomplete_windows(tile, window, plan_.score_halo, plan_.grid.width, plan_.grid.height, reasons);
  }
}

void PairTiles::read_date(Slot& slot, Date date, const Window& part, std::uint8_t* reasons) {
  const PairTile& tile = slot.tile;
  Reading& reading = readings_[slot.index];
  const bool is_before = date == Date::before;
  const std::ptrdiff_t at = part.y * tile.row_pitch + part.x;
  const auto offset = [&](std::uint8_t* plane) { return plane == nullptr ? nullptr : plane + at; };
  std::byte* const pixels =
      (is_before ? slot.before : slot.after) + at * static_cast<std::ptrdiff_t>(byte_count(plan_.type));
  const Window window{slot.core.x - tile.core.x + part.x, slot.core.y - tile.core.y + part.y, part.width, part.height};
  with_context(fmt::format("reading {} for tile at ({},{})", is_before ? "BEFORE" : "AFTER", slot.core.x, slot.core.y),
               [&] {
                 (is_before ? before_ : after_)
                     ->read(window, *slot.workspace, reading.source,
                            {pixels, tile.row_pitch, tile.band_pitch, slot.valid + at, offset(reasons),
                             offset(reasons == nullptr ? nullptr : reading.scratch.data())});
               });
}

void PairTiles::add_timing(const PassTiming& timing) {
  const auto same =
      std::find_if(timings_.begin(), timings_.end(), [&](const PassTiming& t) { return t.name == timing.name; });
  if (same == timings_.end()) {
    timings_.push_back(timing);
    return;
  }
  ++same->runs;
  same->wall_s += timing.wall_s;
  same->read_busy_s += timing.read_busy_s;
  same->compute_busy_s += timing.compute_busy_s;
  same->consume_busy_s += timing.consume_busy_s;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Tiles, panels, slots and caches within the budget.
#include "host/plan/plan.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "kernels/api/pair_tile.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
// For GDAL's cache, which only passes blocks on (decoded ones live in the unit caches), and for what writers hold back.
constexpr std::int64_t kMostGdalCache = 256 * kMiB;
constexpr std::int32_t kPitchAlignment = 64;  // elements: whole cache lines for every pixel type

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t unit_bytes(const UnitGeometry& unit, const PlanRequest& r) {
  return std::int64_t{unit.width} * unit.height * (r.band_count * std::int64_t(byte_count(r.type)) + 1);
}

SlotShape slot_shape(const PlanRequest& r, std::int32_t tile_width, std::int32_t tile_height) {
  SlotShape s;
  s.width = static_cast<std::int32_t>(std::min<std::int64_t>(std::int64_t{tile_width} + 2 * r.halo, r.width));
  s.height = static_cast<std::int32_t>(std::min<std::int64_t>(std::int64_t{tile_height} + 2 * r.halo, r.height));
  s.row_pitch = static_cast<std::int32_t>(ceil_div(s.width, kPitchAlignment) * kPitchAlignment);
  s.pixel_plane = std::int64_t{s.row_pitch} * s.height;
  const std::int64_t pixels = 2 * r.band_count * s.pixel_plane * std::int64_t(byte_count(r.type));
  const std::int64_t score = r.result_planes * std::int64_t{tile_width} * tile_height * std::int64_t(sizeof(float));
  s.host_bytes = pixels + s.pixel_plane + score;
  s.total_bytes = s.host_bytes + kFloatBins * std::int64_t(sizeof(std::uint64_t)) +
                  (r.extra_bytes ? r.extra_bytes(s.width, s.height) : 0);
  return s;
}

/// Pixels of a date that so many pixels of the output grid lie on; a resampling's taps reach a little further.
std::int64_t source_pixels(double ratio, bool on_grid, std::int64_t output_pixels) {
  constexpr std::int64_t kTaps = 16;
  return on_grid ? output_pixels : static_cast<std::int64_t>(ratio * static_cast<double>(output_pixels)) + kTaps;
}

/// Most units along one axis that `pixels` of the output touch, beginning anywhere, with their halo.
std::int64_t units_along(std::int32_t unit, double ratio, bool on_grid, std::int64_t pixels) {
  return ceil_div(source_pixels(ratio, on_grid, pixels) - 1, unit) + 1;
}

/// Most rows of units that a row of tiles touches with its halo.
std::int64_t unit_rows(const UnitGeometry& u, const PlanRequest& r, std::int32_t tile_height) {
  if (u.on_grid && tile_height % u.height == 0) return tile_height / u.height + 2 * ceil_div(r.halo, u.height);
  return units_along(u.height, u.ratio_y, u.on_grid, std::int64_t{tile_height} + 2 * r.halo);
}

/// Units of one date that the tiles of one row of a panel share with the next row.
std::int64_t units_for_panel(const UnitGeometry& u, const PlanRequest& r, std::int32_t panel_width,
                             std::int32_t tile_height) {
  const auto all = [&](std::int32_t side, std::int32_t unit, double ratio) {
    return u.on_grid ? ceil_div(side, unit) : units_along(unit, ratio, false, side);
  };
  const std::int64_t across =
      std::min(ceil_div(source_pixels(u.ratio_x, u.on_grid, std::int64_t{panel_width} + 2 * r.halo), u.width) + 1,
               all(r.width, u.width, u.ratio_x));
  return across * std::min(unit_rows(u, r, tile_height), all(r.height, u.height, u.ratio_y));
}

/// Tiles made of whole units without halo share nothing.
bool shares_units(const UnitGeometry& u, const PlanRequest& r, std::int32_t tile_width, std::int32_t tile_height) {
  const auto aligned = [](std::int32_t tile, std::int32_t unit, std::int32_t side) {
    return tile % unit == 0 || tile >= side;
  };
  return !u.on_grid || r.halo > 0 || !aligned(tile_width, u.width, r.width) ||
         !aligned(tile_height, u.height, r.height);
}

struct Caches {
  std::int64_t before = 0, after = 0;
};

Caches caches_for(const PlanRequest& r, int workers, std::int32_t panel_width, std::int32_t tile_width,
                  std::int32_t tile_height) {
  const auto units = [&](const UnitGeometry& u) {
    const std::int64_t least = workers;
    return shares_units(u, r, tile_width, tile_height)
               ? std::max(least, units_for_panel(u, r, panel_width, tile_height))
               : least;
  };
  return {units(r.before), units(r.after)};
}

std::int64_t bytes_of(const PlanRequest& r, const Caches& c) {
  return c.before * unit_bytes(r.before, r) + c.after * unit_bytes(r.after, r);
}

void check_tile(std::int32_t tile) {
  if (tile != kAutoTile && tile != kWholeTile && (tile < kCellSize || tile % kCellSize != 0)) {
    throw UsageError(fmt::format("--tile {}: a tile is a multiple of {} pixels, or 'whole'", tile, kCellSize));
  }
}

std::vector<Window> ordered_tiles(const PlanRequest& r, std::int32_t tile_width, std::int32_t tile_height,
                                  std::int32_t panel_width) {
  std::vector<Window> tiles;
  for (std::int64_t px = 0; px < r.width; px += panel_width) {
    const std::int64_t right = std::min<std::int64_t>(r.width, px + panel_width);
    for (std::int64_t y = 0; y < r.height; y += tile_height) {
      for (std::int64_t x = px; x < right; x += tile_width) {
        tiles.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y),
                         static_cast<std::int32_t>(std::min<std::int64_t>(tile_width, right - x)),
                         static_cast<std::int32_t>(std::min<std::int64_t>(tile_height, r.height - y))});
      }
    }
  }
  return tiles;
}

struct Sizing {
  std::int64_t available = 0;
  std::int64_t smallest_need = std::numeric_limits<std::int64_t>::max();
};

struct TileSize {
  std::int32_t width = 0, height = 0;
};

/// Sizes to try, the largest first.
std::vector<TileSize> tile_sizes(const PlanRequest& r) {
  if (r.tile != kAutoTile) return {{r.tile, r.tile}};
  // Two units of the usual 512 x 512 are as many as are decoded together, and rows of tiles as high as a block of the
  // output leave none waiting for others.
  const auto small = [](const UnitGeometry& u) { return u.width <= 512 && u.height <= 512; };
  const bool flat = r.waiting_workers == 0 && small(r.before) && small(r.after);
  return {{1024, flat ? 512 : 1024}, {512, 512}, {256, 256}};
}

/// A plan with these threads and this tile, or nothing when it does not fit. `keep_neighbours`: insist on caches that
/// hold what a panel of one tile's width shares.
std::optional<TilePlan> try_plan(const PlanRequest& r, int threads, const TileSize& tile, bool keep_neighbours,
                                 Sizing& sizing) {
  TilePlan p;
  const auto side = [](std::int32_t asked, std::int32_t extent) {
    if (asked == kWholeTile) return extent;
    return static_cast<std::int32_t>(std::min<std::int64_t>(asked, ceil_div(extent, kCellSize) * kCellSize));
  };
  p.tile_width = side(tile.width, r.width);
  p.tile_height = side(tile.height, r.height);
  p.slot = slot_shape(r, std::min(p.tile_width, r.width), std::min(p.tile_height, r.height));
  p.workers = threads + r.waiting_workers;
  const std::int64_t tile_count = ceil_div(r.width, p.tile_width) * ceil_div(r.height, p.tile_height);
  // One a worker, and room for results that wait for their turn at the consumer.
  const auto most_slots = static_cast<int>(std::min<std::int64_t>(2 * p.workers + 2, tile_count));
  p.slot_count = static_cast<int>(std::min<std::int64_t>(p.workers + 1, tile_count));
  const std::int64_t handles = p.workers * (r.before.handle_bytes + r.after.handle_bytes);
  const Caches bare{p.workers, p.workers};
  const Caches kept = caches_for(r, p.workers, p.tile_width, p.tile_width, p.tile_height);
  const std::int64_t fixed = handles + p.slot_count * p.slot.total_bytes;
  sizing.smallest_need = std::min(sizing.smallest_need, fixed + bytes_of(r, bare));
  if (fixed + bytes_of(r, keep_neighbours ? kept : bare) > sizing.available) return std::nullopt;

  Caches caches = keep_neighbours ? kept : bare;
  p.panel_width = r.width;
  p.decodes_again = !keep_neighbours && bytes_of(r, kept) > bytes_of(r, bare);
  if (keep_neighbours) {
    const auto panel_bytes = [&](std::int64_t tiles) {
      const auto width = static_cast<std::int32_t>(std::min<std::int64_t>(r.width, tiles * p.tile_width));
      return bytes_of(r, caches_for(r, p.workers, width, p.tile_width, p.tile_height));
    };
    std::int64_t panel_tiles = ceil_div(r.width, p.tile_width);
    while (panel_tiles > 1 && fixed + panel_bytes(panel_tiles) > sizing.available) --panel_tiles;
    p.panel_width = static_cast<std::int32_t>(std::min<std::int64_t>(r.width, panel_tiles * p.tile_width));
    caches = caches_for(r, p.workers, p.panel_width, p.tile_width, p.tile_height);
  }
  p.before_shares = shares_units(r.before, r, p.tile_width, p.tile_height);
  p.after_shares = shares_units(r.after, r, p.tile_width, p.tile_height);
  std::int64_t used = fixed + bytes_of(r, caches);
  while (p.slot_count < most_slots && used + p.slot.total_bytes <= sizing.available) {
    ++p.slot_count;
    used += p.slot.total_bytes;
  }
  p.before_units = static_cast<std::int32_t>(caches.before);
  p.after_units = static_cast<std::int32_t>(caches.after);
  p.before_in_use = p.before_units;
  p.after_in_use = p.after_units;
  p.planned_bytes = used;
  return p;
}

}  // namespace

Window padded(const Window& core, std::int32_t halo, std::int32_t width, std::int32_t height) {
  const std::int32_t x0 = std::max(0, core.x - halo), y0 = std::max(0, core.y - halo);
  const auto x1 = static_cast<std::int32_t>(std::min<std::int64_t>(width, std::int64_t{core.x} + core.width + halo));
  const auto y1 = static_cast<std::int32_t>(std::min<std::int64_t>(height, std::int64_t{core.y} + core.height + halo));
  return {x0, y0, x1 - x0, y1 - y0};
}

TileSet tiles_of(const TilePlan& plan, std::int32_t halo) {
  return {plan.tiles, halo, plan.slot.row_pitch, plan.slot.pixel_plane};
}

TileSet cell_set(std::int32_t width, std::int32_t height, std::int32_t halo) {
  const std::int32_t side = kCellSize + 2 * halo;
  const auto pitch = static_cast<std::int32_t>(ceil_div(std::min(side, width), kPitchAlignment) * kPitchAlignment);
  return {{}, halo, pitch, std::int64_t{pitch} * std::min(side, height)};
}

Window cell_window(std::int64_t cell, std::int32_t width, std::int32_t height) {
  const std::int64_t across = ceil_div(width, kCellSize);
  const auto x = static_cast<std::int32_t>(cell % across) * kCellSize;
  const auto y = static_cast<std::int32_t>(cell / across) * kCellSize;
  return {x, y, std::min(kCellSize, width - x), std::min(kCellSize, height - y)};
}

std::int64_t gdal_cache_share(std::int64_t memory_bytes) { return std::min(memory_bytes / 8, kMostGdalCache); }

TilePlan plan_tiles(const PlanRequest& r) {
  check_tile(r.tile);
  Sizing sizing;
  const std::int64_t gdal_cache = gdal_cache_share(r.memory_bytes);
  const std::int64_t digests = 32 * ceil_div(r.width, kCellSize) * ceil_div(r.height, kCellSize);
  sizing.available = r.memory_bytes - gdal_cache - digests;
  for (const bool keep_neighbours : {true, false}) {
    for (int threads = std::max(1, r.threads); threads >= 1; --threads) {
      for (const TileSize& size : tile_sizes(r)) {
        auto plan = try_plan(r, threads, size, keep_neighbours, sizing);
        if (!plan) continue;
        plan->gdal_cache_bytes = gdal_cache;
        plan->planned_bytes += gdal_cache + digests;
        plan->tiles = ordered_tiles(r, plan->tile_width, plan->tile_height, plan->panel_width);
        return *plan;
      }
    }
  }
  const std::int64_t need = (sizing.smallest_need + digests) * 8 / 7 + kMiB;
  throw BudgetError(fmt::format(
      "--memory {} MiB is too small for this pair: the smallest plan, one tile with its decode buffers, needs {} MiB",
      r.memory_bytes / kMiB, ceil_div(need, kMiB)));
}

}  // namespace groundshift

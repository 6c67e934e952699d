// SPDX-License-Identifier: Apache-2.0
// How a job is cut into tiles and fitted into the memory budget, before a pixel is read. Pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/view/pixel_type.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// The grain in which one date is decoded, and what a reader's open handle costs.
struct UnitGeometry {
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int64_t handle_bytes = 0;  ///< decode scratch of one open handle
  /// Source pixels that a pixel of the output grid moves on by, across and down.
  double ratio_x = 1.0, ratio_y = 1.0;
  bool on_grid = true;  ///< the output's pixel (0,0) is the date's, and nothing is resampled
};

inline constexpr std::int32_t kAutoTile = 0;
inline constexpr std::int32_t kWholeTile = -1;

struct PlanRequest {
  std::int32_t width = 0;  ///< of the output grid
  std::int32_t height = 0;
  std::int32_t halo = 0;  ///< pixels each score needs beyond its own
  PixelType type = PixelType::u8;
  std::int32_t band_count = 1;
  UnitGeometry before, after;
  std::int32_t tile = kAutoTile;  ///< side in pixels (a multiple of kCellSize), kAutoTile or kWholeTile
  std::int64_t memory_bytes = 0;
  std::int32_t result_planes = 1;  ///< float planes of a core in a slot: the score and what is made beside it
  int threads = 1;
  int waiting_workers = 0;  ///< beyond the threads: those that wait for a device while the others read
  /// Bytes that a slot needs beside its own buffers for a padded tile of this size: the backend's workspace, the source
  /// window of a resampling; may be empty.
  std::function<std::int64_t(std::int32_t width, std::int32_t height)> extra_bytes;
};

/// Memory of one slot, in bytes and in elements of its buffers.
struct SlotShape {
  std::int32_t width = 0;  ///< padded tile
  std::int32_t height = 0;
  std::int32_t row_pitch = 0;
  std::int64_t pixel_plane = 0;  ///< elements of one band of one date
  std::int64_t host_bytes = 0;   ///< pixels of both dates, validity, results
  std::int64_t total_bytes = 0;  ///< with workspace and histogram
};

struct TilePlan {
  std::vector<Window> tiles;  ///< cores, in the order of work: row-major inside panels of columns
  std::int32_t tile_width = 0, tile_height = 0;
  std::int32_t panel_width = 0;  ///< columns worked through top to bottom before the next panel
  SlotShape slot;
  int slot_count = 0, workers = 0;                   ///< workers: threads that take a tile from its file to its result
  std::int32_t before_units = 0, after_units = 0;    ///< capacity of the unit caches
  std::int32_t before_in_use = 0, after_in_use = 0;  ///< of them what one pass over the tiles needs at a time
  /// A date's unit is wanted again by a neighbour of the tile that reads it first.
  bool before_shares = true, after_shares = true;
  /// Units of a pass stay for the next.
  bool before_stays = false, after_stays = false;
  std::int64_t gdal_cache_bytes = 0;
  std::int64_t planned_bytes = 0;  ///< everything above, at most memory_bytes
  bool decodes_again = false;      ///< the caches do not hold what neighbouring tiles share
};

/// Tiles that a pass goes through, and how one lies in memory: before | after | validity, planes of `pixel_plane`
/// elements. Cells of a sampled fit and tiles of the whole grid are both such sets.
struct TileSet {
  std::vector<Window> cores;
  std::int32_t halo = 0;
  std::int32_t row_pitch = 0;
  std::int64_t pixel_plane = 0;

  std::int64_t date_bytes(PixelType type, std::int32_t band_count) const {
    return band_count * pixel_plane * static_cast<std::int64_t>(byte_count(type));
  }
  std::int64_t record_bytes(PixelType type, std::int32_t band_count) const {
    return 2 * date_bytes(type, band_count) + pixel_plane;
  }
};

/// The plan's own tiles, in the order of work.
TileSet tiles_of(const TilePlan& plan, std::int32_t halo);
/// An empty set whose cores will be cells of the grid.
TileSet cell_set(std::int32_t width, std::int32_t height, std::int32_t halo);
/// Cell number `cell` (row-major) of a grid, cut at its border.
Window cell_window(std::int64_t cell, std::int32_t width, std::int32_t height);

/// Cuts the grid and fits slots and caches into the budget: as many threads as asked if the budget allows, then the
/// largest tile of 1024 x 512 (square where a date's units are larger than 512 or the backend is a device), 512, 256,
/// then caches wide enough that no unit is decoded twice in a pass, then more slots.
/// Throws BudgetError, saying the smallest budget that would do, and UsageError for a tile that is no whole cells.
TilePlan plan_tiles(const PlanRequest& request);

/// What GDAL's block cache gets of a budget: an eighth, at most 128 MiB.
std::int64_t gdal_cache_share(std::int64_t memory_bytes);

/// Smallest and largest halo'd window of a core inside the grid.
Window padded(const Window& core, std::int32_t halo, std::int32_t width, std::int32_t height);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Both dates of a tile with their pixel type known: what every recipe hands to its executor.
#pragma once

#include <algorithm>

#include "kernels/api/pair_tile.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Planes of one tile. Does not own. The three views have the same width and height; `valid` is 0 where a date is
/// invalid in any band, 2 where the pixel is kept out of the statistics, else 1.
template <class T>
struct PairPlanes {
  PlanarView<const T> before;
  PlanarView<const T> after;
  RasterView<const std::uint8_t> valid;

  /// The same planes seen through a window of their pixels.
  PairPlanes window(const Window& w) const {
    return {narrow(before, w), narrow(after, w), valid.window(w.x, w.y, w.width, w.height)};
  }

 private:
  static PlanarView<const T> narrow(const PlanarView<const T>& plane, const Window& w) {
    return {plane.data + w.y * plane.row_pitch + w.x,
            w.width,
            w.height,
            plane.band_count,
            plane.row_pitch,
            plane.band_pitch};
  }
};

template <class T>
PairPlanes<T> pair_planes(const PairTile& tile) {
  return {tile.before_as<T>(), tile.after_as<T>(), tile.valid_view()};
}

/// The core of a tile and what windows of this radius around its pixels reach of the tile, in pixels of the tile.
inline Window core_with_halo(const PairTile& tile, std::int32_t radius) {
  const std::int32_t left = std::max(0, tile.core.x - radius);
  const std::int32_t top = std::max(0, tile.core.y - radius);
  const std::int32_t right = std::min(tile.width, tile.core.x + tile.core.width + radius);
  const std::int32_t bottom = std::min(tile.height, tile.core.y + tile.core.height + radius);
  return {left, top, right - left, bottom - top};
}

/// The tile's core seen from a window around it.
inline Window core_in(const PairTile& tile, const Window& window) {
  return {tile.core.x - window.x, tile.core.y - window.y, tile.core.width, tile.core.height};
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Refuses resampling that no executor can run, with the same words from each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "kernels/api/resample_recipe.hpp"
#include "kernels/ops/resample.hpp"

namespace groundshift {

/// Throws std::invalid_argument for what breaks the rules of ResampleTile, PositionLattice and ResampleWeights.
inline void check_resample(const ResampleTile& tile, const ResampleWeights& weights) {
  const auto require = [](bool condition, const char* why) {
    if (!condition) throw std::invalid_argument(why);
  };
  const auto table_size = [](std::int32_t taps) { return static_cast<std::size_t>(kResamplePhases) * taps; };
  const auto right_taps = [](std::int32_t taps) {
    return taps == 1 || (taps >= 2 && taps % 2 == 0 && taps <= kMaxResampleTaps);
  };
  require(right_taps(weights.taps_x) && right_taps(weights.taps_y), "a kernel has 1 tap or an even number of them");
  require(weights.x.size() == table_size(weights.taps_x) && weights.y.size() == table_size(weights.taps_y),
          "a table has one weight a phase and tap");
  const auto& source = tile.source;
  require(tile.band_count >= 1, "resampling needs a band");
  require(source.width >= 0 && source.height >= 0 && source.width <= kMaxSourceSide && source.height <= kMaxSourceSide,
          "a source window has 0 to 2^24 columns and rows");
  require(tile.output.width >= 0 && tile.output.height >= 0, "an output tile has no negative side");
  const PositionLattice& lattice = tile.positions;
  require(lattice.step_log2 >= 0 && lattice.step_log2 <= kMaxLatticeStepLog2, "a lattice's step is 1 to 256 pixels");
  const std::int32_t step = 1 << lattice.step_log2;
  require(lattice.first_x >= 0 && lattice.first_x < step && lattice.first_y >= 0 && lattice.first_y < step,
          "a tile starts less than a step behind a node");
  if (tile.output.width == 0 || tile.output.height == 0) return;
  require(lattice.width >= lattice_node_count(lattice.first_x, tile.output.width, lattice.step_log2) &&
              lattice.height >= lattice_node_count(lattice.first_y, tile.output.height, lattice.step_log2),
          "a lattice has nodes around every pixel of its tile");
}

inline TapTables tap_tables(const ResampleWeights& weights) {
  return {weights.x.data(), weights.y.data(), weights.taps_x, weights.taps_y};
}

}  // namespace groundshift

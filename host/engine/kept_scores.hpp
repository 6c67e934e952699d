// SPDX-License-Identifier: Apache-2.0
// The scores of a run once more after the last pass: tiles kept as they come, read back as windows.
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/detect_plan.hpp"
#include "host/pipeline/tile_store.hpp"

namespace groundshift {

/// In memory as far as the plan has room for scores, the others in a scratch file without a name. keep() and read()
/// from one thread each, never at the same time; tile() from several.
class KeptScores {
 public:
  explicit KeptScores(const DetectPlan& plan);

  /// Tile `tile` of the plan, without gaps. Throws OutputError.
  void keep(std::int64_t tile, const float* scores);
  /// The scores of tile `index` without gaps, fetched into `buffer` where they are not in memory. Throws OutputError.
  const float* tile(std::int64_t index, std::vector<float>& buffer);
  /// A window that lies inside one tile of the plan; NaN = no score. Throws OutputError.
  void read(const Window& window, float* to, std::ptrdiff_t row_pitch);
  /// Full-width rows [first_row, first_row + row_count).
  void read_rows(std::int32_t first_row, std::int32_t row_count, float* to);

  std::int64_t memory_bytes() const { return store_.resident_bytes(); }
  std::int64_t scratch_bytes() const { return store_.scratch_bytes(); }

 private:
  const float* tile(std::int64_t index);

  const DetectPlan& plan_;
  TileStore store_;
  std::int32_t tiles_across_ = 0;
  std::vector<std::int64_t> tile_at_;  ///< index in the plan's order, by row-major place
  std::vector<float> fetched_;         ///< the tile last read from the scratch file
  std::int64_t fetched_tile_ = -1;
};

}  // namespace groundshift

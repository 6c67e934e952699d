// SPDX-License-Identifier: Apache-2.0
// Extremes of a pair's valid pixels, and how many are clipped to the minimum on both dates.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/api/pair_tile.hpp"

namespace groundshift {

/// Of the pixels of validity 1 or 2 of tile cores.
/// minimum : per band, of both dates together
/// clipped : pixels that hold the minimum in every band on both dates: fill, or the foot of the sensor's range
/// Tiles and parts come in any order.
class PairExtremes {
 public:
  explicit PairExtremes(std::int32_t band_count);

  void add(const PairTile& tile);
  void merge(const PairExtremes& other);

  std::int64_t valid() const { return valid_; }
  std::int64_t clipped() const { return clipped_; }
  const std::vector<float>& minimum() const { return minimum_; }
  /// highest - lowest value of all bands and both dates; 0 without pixels
  double range() const { return valid_ > 0 ? double{highest_} - double{lowest_} : 0.0; }

 private:
  std::vector<float> minimum_;
  float lowest_ = std::numeric_limits<float>::infinity(), highest_ = -std::numeric_limits<float>::infinity();
  std::int64_t valid_ = 0, clipped_ = 0;
};

/// Gives the pixels that hold `minimum` in every band on both dates validity 2: scored, but in no statistics. The whole
/// tile with its halo.
void keep_out_clipped(const PairTile& tile, const std::vector<float>& minimum);

}  // namespace groundshift

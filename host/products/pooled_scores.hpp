// SPDX-License-Identifier: Apache-2.0
// A heatmap pooled to the size of a picture, and what a picture's colours span.
#pragma once

#include <cstdint>
#include <vector>

namespace groundshift {

/// means  : row-major, of the valid scores that a pixel covers; NaN where there is none
/// factor : raster pixels that one covers along each side
struct PooledScores {
  std::int32_t width = 0, height = 0;
  std::int32_t factor = 1;
  std::vector<float> means;
};

/// Scores 0..high fill the ramp; above it everything has the last colour. `percentile` of the picture's pixels lie at
/// or below `high` (0..100).
struct Stretch {
  double high = 1.0;
  double percentile = 100.0;
};

/// Stretch up to a percentile (0..100, nearest rank) of the means that are finite; the largest of them when the
/// percentile is not above 0, and 1 when that is not either. 99.5: half a percent of bright pixels still saturates, so
/// that one hot pixel does not darken the scene.
Stretch stretch_of(const PooledScores& scores, double percentile = 99.5);

}  // namespace groundshift

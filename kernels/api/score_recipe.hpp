// SPDX-License-Identifier: Apache-2.0
// What the last pass computes for every pixel: which score, on which radiometry, smoothed how.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/view/band_fit.hpp"

namespace groundshift {

enum class ScoreKind : std::uint8_t { difference, relative, log_ratio, cva, scva, angle };

/// fits    : one a band; `weight` is 1 except for scva (1 / no-change sigma)
/// epsilon : floor of the denominators of relative and log_ratio, > 0; unused elsewhere
/// smooth  : side of the box mean of the score, odd, >= 1 (1 = off); the tile's halo is at least smooth / 2
struct ScoreRecipe {
  ScoreKind kind = ScoreKind::scva;
  std::vector<BandFit> fits;
  float epsilon = 1.0f;
  std::int32_t smooth = 1;

  std::int32_t halo() const { return smooth / 2; }
};

}  // namespace groundshift

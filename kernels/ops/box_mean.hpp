// SPDX-License-Identifier: Apache-2.0
// Mean of the defined scores in a square around a pixel, in one order of additions whatever the tiling.
#pragma once

#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/view/hd.hpp"

namespace groundshift {

/// Separable box mean that skips undefined scores (NaN). For each row of the window the scores are added left to right
/// from +0 (`add`), then the row sums top to bottom from +0 (`merge`), then the sum is divided by the number of scores
/// (`finish`). Pixels outside the image are left out, which is the same bits as adding +0.
/// returns : units of the score; NaN (0x7fc00000) where the pixel's own score is NaN
/// agreement : exact (+ and / in the stated order; counts are integers)
struct BoxMean {
  struct Sum {
    float sum;
    std::int32_t count;
  };
  GS_HD static Sum start() { return {0.0f, 0}; }
  GS_HD static void add(Sum& row, float score) {
    const bool defined = score == score;
    row.sum = row.sum + (defined ? score : 0.0f);
    row.count += defined ? 1 : 0;
  }
  GS_HD static void merge(Sum& window, const Sum& row) {
    window.sum = window.sum + row.sum;
    window.count += row.count;
  }
  GS_HD static float finish(const Sum& window, float own_score) {
    const float mean = window.sum / static_cast<float>(window.count);
    return (own_score == own_score && mean == mean) ? mean : math::quiet_nan();
  }
};

}  // namespace groundshift

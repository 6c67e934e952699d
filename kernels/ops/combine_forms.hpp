// SPDX-License-Identifier: Apache-2.0
// From the sums of squared linear forms of a pixel to its score.
#pragma once

#include "kernels/math/transcendental.hpp"
#include "kernels/view/projection.hpp"

namespace groundshift {

/// Groups of rows that a combination reads.
GS_HD int group_count(FormCombination combination) {
  return combination == FormCombination::root ? 1 : combination == FormCombination::smaller ? 2 : 3;
}

/// sqrt(T_0), sqrt(min(T_0, T_1)) or max(0, (T_0 - T_1) - T_2), as view/projection.hpp says; sums that the combination
/// does not read may be anything.
/// returns : >= 0, NaN where a sum that it reads is        agreement : exact (- sqrt, comparisons)
struct CombineForms {
  FormCombination combination;

  GS_HD float operator()(float t0, float t1, float t2) const {
    if (combination == FormCombination::excess) {
      const float excess = (t0 - t1) - t2;
      return excess < 0.0f ? 0.0f : excess;
    }
    const float smaller = t1 < t0 ? t1 : t0;
    const bool both = t0 == t0 && t1 == t1;
    const float least = both ? smaller : math::quiet_nan();
    return math::sqrt(combination == FormCombination::root ? t0 : least);
  }
};

}  // namespace groundshift

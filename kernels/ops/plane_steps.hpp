// SPDX-License-Identifier: Apache-2.0
// What is done to whole planes between a pixel score and the heatmap, one pixel at a time.
#pragma once

#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/ops/log_ratio.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift {

// All are exact (+ - * /, comparisons, the project's own log); an undefined value is the one quiet NaN.

/// A pixel as float, NaN where it is not valid.
struct ValidPixel {
  template <class T>
  GS_HD float operator()(T value, std::uint8_t valid) const {
    return valid != 0 ? static_cast<float>(value) : math::quiet_nan();
  }
};

/// Terms of the log ratio of two planes of one band, added up over the bands by the plane itself.
struct LogRatioOfPlanes {
  LogRatio op;
  BandFit fit;

  GS_HD float operator()(float before, float after) const { return (*this)(op.start().sum, before, after); }
  GS_HD float operator()(float sum, float before, float after) const {
    LogRatio::State state{sum};
    op.add(state, before, after, fit);
    return state.sum;
  }
};
struct FinishLogRatio {
  LogRatio op;
  float band_count;

  GS_HD float operator()(float sum) const {
    const float score = op.finish({sum}, band_count);
    return score == score ? score : math::quiet_nan();
  }
};

/// The smaller of the best score so far and one more partner's; a partner that is not valid, or whose score is
/// undefined, is none.
struct LeastOfPartners {
  GS_HD float operator()(float least, float score, std::uint8_t partner_valid) const {
    const bool better = score < least || least != least;
    return partner_valid != 0 && score == score && better ? score : least;
  }
};

/// The larger of two scores, NaN where either is.
struct LargerScore {
  GS_HD float operator()(float a, float b) const {
    const float larger = a > b ? a : b;
    return (a == a && b == b) ? larger : math::quiet_nan();
  }
};

/// score / mean of the scores around it; 0 where that mean is 0.
struct LocalContrast {
  GS_HD float operator()(float score, float mean) const {
    const float ratio = mean == 0.0f ? 0.0f : score / mean;
    return (score == score && ratio == ratio) ? ratio : math::quiet_nan();
  }
};

}  // namespace groundshift

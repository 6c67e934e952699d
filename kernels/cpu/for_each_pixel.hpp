// SPDX-License-Identifier: Apache-2.0
// The pixel loop of the CPU executor: planar rows, one pass for known band counts, vectorized and cloned.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/clones.hpp"
#include "kernels/math/transcendental.hpp"
#include "kernels/recipes/band_count.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/view/band_fit.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

// Score of a valid pixel; NaN of any bits, and invalid pixels, become the one quiet NaN.
GS_HD float score_or_nan(float score, std::uint8_t valid) {
  return (valid != 0 && score == score) ? score : math::quiet_nan();
}

template <class T, class Op, int Bands>
GS_HD void score_row_known(const PairPlanes<T>& planes, const BandFit (&fit)[Bands], const Op& op, std::int32_t y,
                           float* __restrict out, std::int32_t width) {
  const T* before[Bands];
  const T* after[Bands];
  for (int b = 0; b < Bands; ++b) {
    before[b] = planes.before.band(b).row(y);
    after[b] = planes.after.band(b).row(y);
  }
  const std::uint8_t* __restrict valid = planes.valid.row(y);
  for (std::int32_t x = 0; x < width; ++x) {
    auto state = op.start();
    for (int b = 0; b < Bands; ++b) {
      op.add(state, static_cast<float>(before[b][x]), static_cast<float>(after[b][x]), fit[b]);
    }
    out[x] = score_or_nan(op.finish(state, static_cast<float>(Bands)), valid[x]);
  }
}

// Any band count: band by band over a chunk of pixels whose states stay in the first-level cache.
template <class T, class Op>
GS_HD void score_row_any(const PairPlanes<T>& planes, const BandFit* fits, const Op& op, std::int32_t y,
                         float* __restrict out, std::int32_t width) {
  constexpr std::int32_t kChunk = 256;
  typename Op::State states[kChunk];
  const std::int32_t band_count = planes.before.band_count;
  const std::uint8_t* __restrict valid = planes.valid.row(y);
  for (std::int32_t x0 = 0; x0 < width; x0 += kChunk) {
    const std::int32_t count = std::min(kChunk, width - x0);
    for (std::int32_t x = 0; x < count; ++x) states[x] = op.start();
    for (std::int32_t b = 0; b < band_count; ++b) {
      const T* __restrict before = planes.before.band(b).row(y) + x0;
      const T* __restrict after = planes.after.band(b).row(y) + x0;
      const BandFit fit = fits[b];
      for (std::int32_t x = 0; x < count; ++x) {
        op.add(states[x], static_cast<float>(before[x]), static_cast<float>(after[x]), fit);
      }
    }
    for (std::int32_t x = 0; x < count; ++x) {
      out[x0 + x] = score_or_nan(op.finish(states[x], static_cast<float>(band_count)), valid[x0 + x]);
    }
  }
}

/// Rows [first_row, last_row) of the planes' pixel score into the same rows of `out`.
template <class T, class Op, int Bands>
GS_CLONES void score_rows(const PairPlanes<T>& planes, const BandFit* fits, Op op, std::int32_t first_row,
                          std::int32_t last_row, RasterView<float> out) {
  if constexpr (Bands == kAnyBands) {
    for (std::int32_t y = first_row; y < last_row; ++y) score_row_any(planes, fits, op, y, out.row(y), out.width);
  } else {
    BandFit fit[Bands];  // a copy that no store to `out` can change
    for (int b = 0; b < Bands; ++b) fit[b] = fits[b];
    for (std::int32_t y = first_row; y < last_row; ++y) {
      score_row_known<T, Op, Bands>(planes, fit, op, y, out.row(y), out.width);
    }
  }
}

}  // namespace
}  // namespace groundshift::cpu

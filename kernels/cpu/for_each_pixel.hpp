// SPDX-License-Identifier: Apache-2.0
// The pixel loop of the CPU executor: planar rows, one pass for known band counts, vectorized and cloned.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "kernels/math/transcendental.hpp"
#include "kernels/ops/angle_of_vector.hpp"
#include "kernels/recipes/band_count.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/view/band_fit.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

constexpr std::int32_t kScoreChunk = 256;  // pixels whose states and scores stay in the first-level cache

// NaN of any bits, and invalid pixels, become the one quiet NaN. A loop of its own: joined to the score it would keep
// the longer scores from being vectorized.
GS_HD void mask_scores(const std::uint8_t* __restrict valid, std::int32_t count, float* __restrict scores) {
  for (std::int32_t x = 0; x < count; ++x) {
    scores[x] = (valid[x] != 0 && scores[x] == scores[x]) ? scores[x] : math::quiet_nan();
  }
}

// Scores that are angles: sums in double, then floats. Two loops, as one of both widths would stay scalar.
template <class Op>
concept MeasuresAngle = requires(const Op& op, const typename Op::State& state) {
  { op.parts(state, 1.0f) } -> std::same_as<AngleOfVector>;
};

// All bands of a pixel at once; the states live in registers.
template <class T, class Op, int Bands>
GS_HD void score_known(const T* const (&before)[Bands], const T* const (&after)[Bands], const BandFit (&fit)[Bands],
                       const Op& op, std::int32_t first, std::int32_t count, float* __restrict out) {
  [[maybe_unused]] float across[kScoreChunk], along[kScoreChunk];  // of angles
  for (std::int32_t x = first; x < first + count; ++x) {
    auto state = op.start();
#pragma GCC unroll 8  // completely: a loop over bands inside would keep the loop over pixels scalar
    for (int b = 0; b < Bands; ++b) {
      op.add(state, static_cast<float>(before[b][x]), static_cast<float>(after[b][x]), fit[b]);
    }
    if constexpr (MeasuresAngle<Op>) {
      const AngleOfVector vector = op.parts(state, static_cast<float>(Bands));
      across[x - first] = vector.y;
      along[x - first] = vector.x;
    } else {
      out[x] = op.finish(state, static_cast<float>(Bands));
    }
  }
  if constexpr (MeasuresAngle<Op>) {
    for (std::int32_t x = 0; x < count; ++x) out[first + x] = AngleOfVector{across[x], along[x]}.angle();
  }
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
  for (std::int32_t x0 = 0; x0 < width; x0 += kScoreChunk) {
    const std::int32_t count = std::min(kScoreChunk, width - x0);
    score_known<T, Op, Bands>(before, after, fit, op, x0, count, out);
    mask_scores(planes.valid.row(y) + x0, count, out + x0);
  }
}

// Any band count: band by band over a chunk of pixels.
template <class T, class Op>
GS_HD void score_row_any(const PairPlanes<T>& planes, const BandFit* fits, const Op& op, std::int32_t y,
                         float* __restrict out, std::int32_t width) {
  typename Op::State states[kScoreChunk];
  const std::int32_t band_count = planes.before.band_count;
  for (std::int32_t x0 = 0; x0 < width; x0 += kScoreChunk) {
    const std::int32_t count = std::min(kScoreChunk, width - x0);
    for (std::int32_t x = 0; x < count; ++x) states[x] = op.start();
    for (std::int32_t b = 0; b < band_count; ++b) {
      const T* __restrict before = planes.before.band(b).row(y) + x0;
      const T* __restrict after = planes.after.band(b).row(y) + x0;
      const BandFit fit = fits[b];
      for (std::int32_t x = 0; x < count; ++x) {
        op.add(states[x], static_cast<float>(before[x]), static_cast<float>(after[x]), fit);
      }
    }
    for (std::int32_t x = 0; x < count; ++x) out[x0 + x] = op.finish(states[x], static_cast<float>(band_count));
    mask_scores(planes.valid.row(y) + x0, count, out + x0);
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

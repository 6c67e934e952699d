// SPDX-License-Identifier: Apache-2.0
// The CPU executor: the verbs that recipes call, on row bands and vector registers.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/api/pair_tile.hpp"
#include "kernels/cpu/for_each_pixel.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/scratch.hpp"
#include "kernels/cpu/weigher.hpp"
#include "kernels/recipes/band_count.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::cpu {

/// Works on one tile inside the caller's task arena; each verb returns when its result is there.
class Executor {
 public:
  /// fits : one a band (may be empty where no pixel score is run); bins : kFloatBins counts that histograms add to
  Executor(Scratch& scratch, std::span<const BandFit> fits, std::span<std::uint64_t> bins)
      : scratch_(scratch), fits_(fits), bins_(bins) {}

  /// Pixel score `op` of every pixel of the planes into `out` (same size), NaN where invalid or undefined.
  template <class T, class Op>
  void for_each_pixel(const Op& op, const PairPlanes<T>& planes, const RasterView<float>& out) {
    with_band_count(planes.before.band_count, [&](auto bands) {
      for_each_row_band(out.height, [&](std::int32_t first_row, std::int32_t last_row) {
        score_rows<T, Op, bands()>(planes, fits_.data(), op, first_row, last_row, out);
      });
    });
  }

  /// Box mean (ops/box_mean.hpp) of `raw` at the pixels of `core` into `out` (core.width x core.height).
  void box_mean(const RasterView<const float>& raw, const Window& core, std::int32_t radius,
                const RasterView<float>& out);
  void box_mean(const RasterView<float>& raw, const Window& core, std::int32_t radius, const RasterView<float>& out) {
    box_mean(RasterView<const float>{raw.data, raw.width, raw.height, raw.row_pitch}, core, radius, out);
  }

  /// T_0 of the rule's form at every pixel of the planes into `out` (same size), NaN where the validity is not 1.
  template <class T>
  void forms(const PairPlanes<T>& planes, const WeightRule& rule, const RasterView<float>& out);
  /// Counts T at the pixels of validity 1 that is not NaN.
  template <class T>
  void form_histogram(const CoreForms<T>& forms);

  /// Counts the values that are not NaN.
  void histogram(const RasterView<float>& values);
  /// Counts the values at pixels of validity 1 that are not NaN, in the bins of float_bin.
  template <class T>
  void value_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid);
  /// The same in the bins of exact_bin: one a value for integers.
  template <class T>
  void exact_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid);

 private:
  Scratch& scratch_;
  std::span<const BandFit> fits_;
  std::span<std::uint64_t> bins_;
};

/// score_tile with the functor of the recipe, instantiated for the four pixel types.
template <class T>
void run_score(Executor& executor, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
               const RasterView<float>& raw, const RasterView<float>& out);

}  // namespace groundshift::cpu

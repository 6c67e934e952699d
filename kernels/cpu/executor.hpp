// SPDX-License-Identifier: Apache-2.0
// The CPU executor: the verbs that recipes call, on row bands and vector registers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/api/pair_tile.hpp"
#include "kernels/cpu/for_each_pixel.hpp"
#include "kernels/cpu/map.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/scratch.hpp"
#include "kernels/cpu/weigher.hpp"
#include "kernels/cpu/window_scores.hpp"
#include "kernels/recipes/band_count.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/recipes/score_tile.hpp"

namespace groundshift::cpu {

/// Works on one tile inside the caller's task arena; each verb returns when its result is there.
class Executor {
 public:
  using Fits = std::span<const BandFit>;
  /// One term's numbers where the verbs read them.
  struct Term {
    Fits fits;
    const Projection* projection = nullptr;
  };

  /// bins : kFloatBins counts that histograms add to; terms : of the recipe, may be empty where none is scored
  Executor(Scratch& scratch, std::span<const ScoreTerm> terms, std::span<std::uint64_t> bins)
      : scratch_(scratch), terms_(terms), bins_(bins) {}

  Term term(std::size_t index) const { return {terms_[index].fits, &terms_[index].projection}; }

  /// Pixel score `op` of every pixel of the planes into `out` (same size), NaN where invalid or undefined.
  template <class T, class Op>
  void for_each_pixel(const Op& op, const Fits& fits, const PairPlanes<T>& planes, const RasterView<float>& out) {
    with_band_count(planes.before.band_count, [&](auto bands) {
      for_each_row_band(out.height, [&](std::int32_t first_row, std::int32_t last_row) {
        score_rows<T, Op, bands()>(planes, fits.data(), op, first_row, last_row, out);
      });
    });
  }

  /// Combination of the term's quadratic forms at every pixel of the planes into `out` (same size), NaN where invalid
  /// or undefined. T: the four pixel types.
  template <class T>
  void project(const Term& term, FormCombination combination, const PairPlanes<T>& planes,
               const RasterView<float>& out);

  /// Window score of the pixels of `at` into `out` (as large as `at`); the windows reach into the planes around it.
  template <class T, class Op>
  void window_scores(const Op& op, const Fits& fits, const PairPlanes<T>& planes, const Window& at, std::int32_t radius,
                     const RasterView<float>& out) {
    const auto band = [&](std::int32_t first, std::int32_t last) {
      for (std::int32_t x0 = 0; x0 < at.width; x0 += kStripColumns) {
        StripScores<T, Op> strip(planes, op, fits, at, radius, x0, std::min(kStripColumns, at.width - x0));
        strip.run(first, last, out);
      }
    };
    for_each_row_band(at.height, band, strip_band_rows(radius));
  }

  /// f of the pixels of the inputs (all as large as `out`) into `out`, which may be one of them.
  template <class F, class... In>
  void map(const F& f, const RasterView<float>& out, const RasterView<In>&... in) {
    for_each_row_band(out.height, [&](std::int32_t first_row, std::int32_t last_row) {
      for (std::int32_t y = first_row; y < last_row; ++y) map_row(f, out.width, out.row(y), in.row(y)...);
    });
  }

  /// Box mean (ops/box_mean.hpp) of `raw` at the pixels of `at` into `out` (as large as `at`).
  void box_mean(const RasterView<const float>& raw, const Window& at, std::int32_t radius,
                const RasterView<float>& out);
  void box_mean(const RasterView<float>& raw, const Window& at, std::int32_t radius, const RasterView<float>& out) {
    box_mean(constant(raw), at, radius, out);
  }

  /// Multiplies the product at the pixels of `at` by the box means of `raw` of these sides, in their order
  /// (ops/geometric_mean.hpp); with the last part the score is written to `out`. `product` and `out` are as large as
  /// `at`; what `out` holds before is lost.
  void multiply_means(const RasterView<const float>& raw, const Window& at, std::span<const std::int32_t> sides,
                      const FactorPart& part, const RasterView<double>& product, const RasterView<float>& out);
  void multiply_means(const RasterView<float>& raw, const Window& at, std::span<const std::int32_t> sides,
                      const FactorPart& part, const RasterView<double>& product, const RasterView<float>& out) {
    multiply_means(constant(raw), at, sides, part, product, out);
  }

  /// Texture (ops/texture.hpp) of a plane of levels at the pixels of `at` into `out` (as large as `at`).
  void texture(const RasterView<const float>& levels, const Window& at, const RasterView<float>& out);
  void texture(const RasterView<float>& levels, const Window& at, const RasterView<float>& out) {
    texture(constant(levels), at, out);
  }

  /// T_0 of the rule's form at every pixel of the planes into `out` (same size), NaN where the validity is not 1.
  template <class T>
  void forms(const PairPlanes<T>& planes, const WeightRule& rule, const RasterView<float>& out);
  /// Counts T at the pixels of validity 1 that is not NaN.
  template <class T>
  void form_histogram(const CoreForms<T>& forms);

  /// Counts the values at pixels of validity 1 that are not NaN, in the bins of float_bin.
  template <class T>
  void value_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid);
  /// The same in the bins of exact_bin: one a value for integers, and for floats that hold integers of `source`.
  template <class T>
  void exact_histogram(const RasterView<const T>& values, const RasterView<const std::uint8_t>& valid,
                       PixelType source);

 private:
  static RasterView<const float> constant(const RasterView<float>& view) {
    return {view.data, view.width, view.height, view.row_pitch};
  }

  Scratch& scratch_;
  std::span<const ScoreTerm> terms_;
  std::span<std::uint64_t> bins_;
};

/// score_tile, instantiated for the four pixel types.
template <class T>
void run_score(Executor& executor, const PairPlanes<T>& planes, const ScoreRecipe& recipe, const Window& core,
               const ScorePlanes& scratch, const RasterView<float>& out);

}  // namespace groundshift::cpu

// SPDX-License-Identifier: Apache-2.0
// Kernels of one thread a pixel that are made for each pixel type or step: forms, window scores, maps of planes.
#pragma once

#include <cstdint>

#include "kernels/cuda/launch.cuh"
#include "kernels/math/transcendental.hpp"
#include "kernels/ops/combine_forms.hpp"
#include "kernels/ops/quadratic_form.hpp"
#include "kernels/ops/window_scores.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Variable i of one pixel: the bands of before, then those of after.
template <class T>
struct PairPixel {
  const T* before;
  const T* after;
  std::ptrdiff_t before_pitch, after_pitch;  // from band to band
  int band_count;

  GS_HD float operator()(int i) const {
    return static_cast<float>(i < band_count ? before[i * before_pitch] : after[(i - band_count) * after_pitch]);
  }
};

/// The groups of rows that a combination reads.
struct FormGroups {
  FormRows rows[3];
  int count;
};

template <class T>
__global__ void project_kernel(PairPlanes<T> planes, FormGroups forms, CombineForms combine, int blocks_across,
                               RasterView<float> out) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= out.width || p.y >= out.height) return;
  float score = math::quiet_nan();
  if (planes.valid(p.x, p.y) != 0) {
    const PairPixel<T> z{planes.before.data + p.y * planes.before.row_pitch + p.x,
                         planes.after.data + p.y * planes.after.row_pitch + p.x, planes.before.band_pitch,
                         planes.after.band_pitch, planes.before.band_count};
    const float t0 = QuadraticForm::value(forms.rows[0], z);
    const float t1 = forms.count > 1 ? QuadraticForm::value(forms.rows[1], z) : 0.0f;
    const float t2 = forms.count > 2 ? QuadraticForm::value(forms.rows[2], z) : 0.0f;
    const float combined = combine(t0, t1, t2);
    score = combined == combined ? combined : math::quiet_nan();
  }
  out(p.x, p.y) = score;
}

/// A thread sums the whole window of its pixel, band by band, in the order of PairSums.
template <class T, class Op>
__global__ void window_kernel(PairPlanes<T> planes, const BandFit* fits, Op op, Window at, int radius,
                              int blocks_across, RasterView<float> out) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x >= out.width || p.y >= out.height) return;
  const int x = at.x + p.x;
  const int y = at.y + p.y;
  const int left = x - radius < 0 ? 0 : x - radius;
  const int top = y - radius < 0 ? 0 : y - radius;
  const int right = x + radius >= planes.valid.width ? planes.valid.width : x + radius + 1;
  const int bottom = y + radius >= planes.valid.height ? planes.valid.height : y + radius + 1;
  double similarity = 0.0;
  int count = 0;
  for (int b = 0; b < planes.before.band_count; ++b) {
    const BandFit fit = fits[b];
    const RasterView<const T> before = planes.before.band(b);
    const RasterView<const T> after = planes.after.band(b);
    PairSums window = PairSums::start();
    for (int row = top; row < bottom; ++row) {
      PairSums sums = PairSums::start();
      for (int column = left; column < right; ++column) {
        if (planes.valid(column, row) == 0) continue;
        sums.add(static_cast<float>(before(column, row)), static_cast<float>(after(column, row)), fit);
      }
      window.merge(sums);
    }
    similarity = similarity + op(window, static_cast<double>(fit.before_center));
    count = window.count;
  }
  const bool defined = planes.valid(x, y) != 0 && enough_in_window(count, (right - left) * (bottom - top));
  out(p.x, p.y) = window_score(similarity, static_cast<double>(planes.before.band_count), defined);
}

/// out = f(in...) at every pixel of `out`, which may be one of the inputs.
template <class F, class... In>
__global__ void map_kernel(F f, int blocks_across, RasterView<float> out, RasterView<In>... in) {
  const PixelPlace p = pixel_place(blocks_across);
  if (p.x < out.width && p.y < out.height) out(p.x, p.y) = f(in(p.x, p.y)...);
}

}  // namespace groundshift::GS_CUDA_NAMESPACE

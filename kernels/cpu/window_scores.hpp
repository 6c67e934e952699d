// SPDX-License-Identifier: Apache-2.0
// Window scores on the CPU: sums over strips of columns in double, band by band.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cpu/strip_sums.hpp"
#include "kernels/ops/window_scores.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

// What each pixel adds to its window's sums; zeros where it is not valid. Returns how many are valid.
template <class T>
GS_CLONES std::int32_t hold_pairs(const T* __restrict before, const T* __restrict after,
                                  const std::uint8_t* __restrict valid, BandFit fit, std::int32_t count,
                                  StripSums<double, 5>& sums, std::int32_t first) {
  double* __restrict x_ = sums.value(0) + first;
  double* __restrict y_ = sums.value(1) + first;
  double* __restrict xx = sums.value(2) + first;
  double* __restrict yy = sums.value(3) + first;
  double* __restrict xy = sums.value(4) + first;
  std::int32_t* __restrict counted = sums.counted() + first;
  std::int32_t found = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    const bool counts = valid[i] != 0;
    const double x = PairSums::centered_before(static_cast<float>(before[i]), fit);
    const double y = PairSums::centered_after(static_cast<float>(after[i]), fit);
    const double held_x = counts ? x : 0.0;
    const double held_y = counts ? y : 0.0;
    x_[i] = held_x;
    y_[i] = held_y;
    xx[i] = held_x * held_x;
    yy[i] = held_y * held_y;
    xy[i] = held_x * held_y;
    counted[i] = counts ? 1 : 0;
    found += counts ? 1 : 0;
  }
  return found;
}

// Adds one band's similarity to each pixel's sum.
template <class Op>
GS_CLONES void add_similarity(Op op, const double* const (&sums)[5], const std::int32_t* __restrict counts,
                              double center, std::int32_t count, double* __restrict similarity) {
  const double* __restrict x = sums[0];
  const double* __restrict y = sums[1];
  const double* __restrict xx = sums[2];
  const double* __restrict yy = sums[3];
  const double* __restrict xy = sums[4];
  for (std::int32_t i = 0; i < count; ++i) {
    similarity[i] = similarity[i] + op(PairSums{x[i], y[i], xx[i], yy[i], xy[i], counts[i]}, center);
  }
}

/// Window scores of a strip of `at`: columns [x0, x0 + count), rows [first_row, last_row).
template <class T, class Op>
class StripScores {
 public:
  StripScores(const PairPlanes<T>& planes, const Op& op, std::span<const BandFit> fits, const Window& at,
              std::int32_t radius, std::int32_t x0, std::int32_t count)
      : planes_(planes), op_(op), fits_(fits), at_(at), radius_(radius), x0_(x0), count_(count), sums_(radius, count) {}

  void run(std::int32_t first_row, std::int32_t last_row, const RasterView<float>& out) {
    const std::size_t pixels = static_cast<std::size_t>(last_row - first_row) * static_cast<std::size_t>(count_);
    similarity_.assign(pixels, 0.0);
    valid_counts_.resize(pixels);
    for (std::int32_t b = 0; b < planes_.before.band_count; ++b) add_band(b, first_row, last_row);
    for (std::int32_t y = first_row; y < last_row; ++y) {
      const std::ptrdiff_t row = std::ptrdiff_t{y - first_row} * count_;
      finish_row(y, similarity_.data() + row, valid_counts_.data() + row, out.row(y) + x0_);
    }
  }

 private:
  void add_band(std::int32_t b, std::int32_t first_row, std::int32_t last_row) {
    const BandFit fit = fits_[static_cast<std::size_t>(b)];
    const std::int32_t start = at_.x + x0_ - radius_;
    const std::int32_t size = sums_.segment_size();
    const SegmentPart part = part_in_plane(start, size, planes_.valid.width);
    for (int k = 0; k < 5; ++k) std::fill_n(sums_.value(k), size, 0.0);
    std::fill_n(sums_.counted(), size, 0);
    sums_.clear();
    const auto fill = [&](std::int32_t y) {
      const std::int32_t column = start + part.first;
      const std::int32_t found =
          hold_pairs<T>(planes_.before.band(b).row(y) + column, planes_.after.band(b).row(y) + column,
                        planes_.valid.row(y) + column, fit, part.last - part.first, sums_, part.first);
      sums_.push(found == size);
    };
    const auto use = [&](std::int32_t y, std::int32_t rows) {
      double totals[5][kStripColumns];
      const std::ptrdiff_t row = std::ptrdiff_t{y - at_.y - first_row} * count_;
      std::int32_t* const counts = valid_counts_.data() + row;
      sums_.sum(rows, {totals[0], totals[1], totals[2], totals[3], totals[4]}, counts);
      add_similarity<Op>(op_, {totals[0], totals[1], totals[2], totals[3], totals[4]}, counts,
                         static_cast<double>(fit.before_center), count_, similarity_.data() + row);
    };
    slide_rows(0, planes_.valid.height, radius_, at_.y + first_row, at_.y + last_row, fill, use);
  }

  void finish_row(std::int32_t y, const double* similarity, const std::int32_t* counts, float* out) const {
    const std::uint8_t* valid = planes_.valid.row(at_.y + y) + at_.x + x0_;
    for (std::int32_t x = 0; x < count_; ++x) {
      const std::int32_t pixels =
          pixels_of_window(at_.x + x0_ + x, at_.y + y, radius_, planes_.valid.width, planes_.valid.height);
      out[x] = window_score(similarity[x], static_cast<double>(planes_.before.band_count),
                            valid[x] != 0 && enough_in_window(counts[x], pixels));
    }
  }

  PairPlanes<T> planes_;
  Op op_;
  std::span<const BandFit> fits_;
  Window at_;
  std::int32_t radius_;
  std::int32_t x0_;
  std::int32_t count_;
  StripSums<double, 5> sums_;
  std::vector<double> similarity_;
  std::vector<std::int32_t> valid_counts_;
};

}  // namespace
}  // namespace groundshift::cpu

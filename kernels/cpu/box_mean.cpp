// SPDX-License-Identifier: Apache-2.0
// Box means of scores on the CPU, alone or as factors of a geometric mean: strips of columns, row after row.
#include "kernels/ops/box_mean.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/strip_sums.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

// Scores and ones where defined, zeros elsewhere; returns how many are defined.
GS_CLONES std::int32_t hold_scores(const float* __restrict raw, std::int32_t count, float* __restrict held,
                                   std::int32_t* __restrict counted) {
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    const bool defined = raw[x] == raw[x];
    held[x] = defined ? raw[x] : 0.0f;
    counted[x] = defined ? 1 : 0;
    found += defined ? 1 : 0;
  }
  return found;
}

GS_CLONES bool all_defined(const float* __restrict raw, std::int32_t count) {
  std::int32_t undefined = 0;
  for (std::int32_t x = 0; x < count; ++x) undefined += raw[x] == raw[x] ? 0 : 1;
  return undefined == 0;
}

// Means of windows of `pixels` defined scores each, from the sums of their rows.
template <int Rows>
GS_HD void mean_of_rows(const float* const* in, std::int32_t pixels, std::int32_t count, float* __restrict means) {
  const float* rows[Rows];
  for (int k = 0; k < Rows; ++k) rows[k] = in[k];
  for (std::int32_t x = 0; x < count; ++x) {
    float sum = 0.0f;
#pragma GCC unroll 16
    for (int k = 0; k < Rows; ++k) sum = sum + rows[k][x];
    means[x] = BoxMean::finish({sum, pixels}, 0.0f);
  }
}

// False where the side is none of the usual ones.
GS_CLONES bool full_means(const float* const* rows, std::int32_t side, std::int32_t count, float* means) {
  switch (side) {
    case 3: mean_of_rows<3>(rows, side * side, count, means); return true;
    case 5: mean_of_rows<5>(rows, side * side, count, means); return true;
    case 7: mean_of_rows<7>(rows, side * side, count, means); return true;
    case 9: mean_of_rows<9>(rows, side * side, count, means); return true;
    default: return false;
  }
}

GS_CLONES void finish_means(const float* __restrict sums, const std::int32_t* __restrict counts,
                            const float* __restrict own, std::int32_t count, float* __restrict means) {
  for (std::int32_t x = 0; x < count; ++x) means[x] = BoxMean::finish({sums[x], counts[x]}, own[x]);
}

GS_CLONES void multiply(const float* __restrict means, std::int32_t count, double* __restrict product) {
  for (std::int32_t x = 0; x < count; ++x) product[x] = GeometricMean::add(product[x], means[x]);
}

GS_CLONES void finish_product(const double* __restrict product, std::int32_t count, std::int32_t factor_count,
                              float* __restrict out) {
  for (std::int32_t x = 0; x < count; ++x) out[x] = GeometricMean::finish(product[x], factor_count);
}

// Means of a strip of `at`, one row after the other.
class StripMeans {
 public:
  StripMeans(const RasterView<const float>& raw, const Window& at, std::int32_t radius, std::int32_t x0,
             std::int32_t count)
      : raw_(raw), first_column_(at.x + x0), count_(count), radius_(radius), sums_(radius, count) {}

  /// Rows of `raw` in rising order, each once.
  void start(std::int32_t first_row) { next_ = std::max(0, first_row - radius_); }
  /// Means of row y of `raw` (rows in rising order) into `means`.
  void row(std::int32_t y, float* means) {
    const float* own = raw_.row(y) + first_column_;
    if (radius_ == 0) {
      std::copy_n(own, count_, means);
      return;
    }
    const std::int32_t end = std::min(raw_.height, y + radius_ + 1);
    for (; next_ < end; ++next_) push(next_);
    const std::int32_t side = 2 * radius_ + 1, rows = end - std::max(0, y - radius_);
    if (rows == side && sums_.all_count(rows) && full_means(sums_.last_rows(rows, 0), side, count_, means)) return;
    float sums[kStripColumns];
    std::int32_t counts[kStripColumns];
    sums_.sum(rows, {sums}, counts);
    finish_means(sums, counts, own, count_, means);
  }

 private:
  void push(std::int32_t y) {
    const std::int32_t start = first_column_ - radius_;
    const std::int32_t size = sums_.segment_size();
    const SegmentPart part = part_in_plane(start, size, raw_.width);
    if (part.first == 0 && part.last == size && all_defined(raw_.row(y) + start, size)) {
      return sums_.push_full(raw_.row(y) + start);
    }
    float* held = sums_.value(0);
    std::int32_t* counted = sums_.counted();
    std::fill_n(held, part.first, 0.0f);
    std::fill_n(counted, part.first, 0);
    std::fill(held + part.last, held + size, 0.0f);
    std::fill(counted + part.last, counted + size, 0);
    const std::int32_t found = hold_scores(raw_.row(y) + (start + part.first), part.last - part.first,
                                           held + part.first, counted + part.first);
    sums_.push(found == size);
  }

  RasterView<const float> raw_;
  std::int32_t first_column_;
  std::int32_t count_;
  std::int32_t radius_;
  std::int32_t next_ = 0;
  StripSums<float, 1> sums_;
};

}  // namespace

void Executor::box_mean(const RasterView<const float>& raw, const Window& at, std::int32_t radius,
                        const RasterView<float>& out) {
  const auto band = [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t x0 = 0; x0 < at.width; x0 += kStripColumns) {
      StripMeans means(raw, at, radius, x0, std::min(kStripColumns, at.width - x0));
      means.start(at.y + first);
      for (std::int32_t y = first; y < last; ++y) means.row(at.y + y, out.row(y) + x0);
    }
  };
  for_each_row_band(at.height, band, strip_band_rows(radius));
}

void Executor::multiply_means(const RasterView<const float>& raw, const Window& at, std::span<const std::int32_t> sides,
                              const FactorPart& part, const RasterView<double>& product, const RasterView<float>& out) {
  std::int32_t radius = 0;
  for (const std::int32_t side : sides) radius = std::max(radius, side / 2);
  const auto strip = [&](std::int32_t first, std::int32_t last, std::int32_t x0, std::int32_t count) {
    std::vector<StripMeans> sizes;
    for (const std::int32_t side : sides) sizes.emplace_back(raw, at, side / 2, x0, count).start(at.y + first);
    float means[kStripColumns];
    double local[kStripColumns];
    for (std::int32_t y = first; y < last; ++y) {
      double* const held = part.first && part.last ? local : product.row(y) + x0;
      if (part.first) std::fill_n(held, count, GeometricMean::start());
      for (StripMeans& size : sizes) {
        size.row(at.y + y, means);
        multiply(means, count, held);
      }
      if (part.last) finish_product(held, count, part.factor_count, out.row(y) + x0);
    }
  };
  const auto band = [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t x0 = 0; x0 < at.width; x0 += kStripColumns) {
      strip(first, last, x0, std::min(kStripColumns, at.width - x0));
    }
  };
  for_each_row_band(at.height, band, strip_band_rows(radius));
}

}  // namespace groundshift::cpu

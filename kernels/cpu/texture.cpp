// SPDX-License-Identifier: Apache-2.0
// Texture of a plane of levels on the CPU.
#include "kernels/ops/texture.hpp"

#include <algorithm>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/cpu/executor.hpp"
#include "kernels/cpu/row_bands.hpp"
#include "kernels/cpu/strip_sums.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {

// What one level adds to each sum; zeros where it is undefined. Returns how many are defined.
GS_CLONES std::int32_t hold_levels(const float* __restrict levels, std::int32_t count, double* __restrict held,
                                   double* __restrict squares, std::int32_t* __restrict counted) {
  std::int32_t found = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    Texture::Sum sum = Texture::start();
    Texture::add(sum, levels[x]);
    held[x] = sum.level;
    squares[x] = sum.square;
    counted[x] = sum.count;
    found += sum.count;
  }
  return found;
}

GS_CLONES void finish_texture(const double* __restrict sums, const double* __restrict squares,
                              const std::int32_t* __restrict counts, const float* __restrict own, std::int32_t count,
                              float* __restrict out) {
  for (std::int32_t x = 0; x < count; ++x) out[x] = Texture::spread(sums[x], squares[x], counts[x]);
  for (std::int32_t x = 0; x < count; ++x) out[x] = Texture::of_spread(out[x], own[x]);
}

}  // namespace

void Executor::texture(const RasterView<const float>& levels, const Window& at, const RasterView<float>& out) {
  const auto strip = [&](std::int32_t first_row, std::int32_t last_row, std::int32_t x0, std::int32_t count) {
    StripSums<double, 2> sums(kTextureRadius, count);
    const std::int32_t start = at.x + x0 - kTextureRadius;
    const std::int32_t size = sums.segment_size();
    const SegmentPart part = part_in_plane(start, size, levels.width);
    std::fill_n(sums.value(0), size, 0.0);
    std::fill_n(sums.value(1), size, 0.0);
    std::fill_n(sums.counted(), size, 0);
    const auto fill = [&](std::int32_t y) {
      const std::int32_t found =
          hold_levels(levels.row(y) + (start + part.first), part.last - part.first, sums.value(0) + part.first,
                      sums.value(1) + part.first, sums.counted() + part.first);
      sums.push(found == size);
    };
    const auto use = [&](std::int32_t y, std::int32_t rows) {
      double totals[kStripColumns];
      double squares[kStripColumns];
      std::int32_t counts[kStripColumns];
      sums.sum(rows, {totals, squares}, counts);
      finish_texture(totals, squares, counts, levels.row(y) + at.x + x0, count, out.row(y - at.y) + x0);
    };
    slide_rows(0, levels.height, kTextureRadius, at.y + first_row, at.y + last_row, fill, use);
  };
  const auto band = [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t x0 = 0; x0 < at.width; x0 += kStripColumns) {
      strip(first, last, x0, std::min(kStripColumns, at.width - x0));
    }
  };
  for_each_row_band(at.height, band, strip_band_rows(kTextureRadius));
}

}  // namespace groundshift::cpu

// SPDX-License-Identifier: Apache-2.0
// Pooling tiles into the small grid.
#include "host/products/quicklook.hpp"

#include <algorithm>
#include <limits>

#include "host/base/error.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

/// Adds a row to column sums and counts; a NaN adds nothing.
GS_CLONES void add_row(const float* __restrict values, std::int32_t count, double* __restrict sums,
                       std::uint32_t* __restrict counts) {
  for (std::int32_t x = 0; x < count; ++x) {
    const float v = values[x];
    sums[x] += v == v ? static_cast<double>(v) : 0.0;
    counts[x] += v == v ? 1u : 0u;
  }
}

/// NaN where nothing was counted.
GS_CLONES void divide(const double* __restrict sums, const std::uint32_t* __restrict counts, std::size_t count,
                      float* __restrict means) {
  for (std::size_t i = 0; i < count; ++i) means[i] = static_cast<float>(sums[i] / static_cast<double>(counts[i]));
}

}  // namespace

Quicklook::Quicklook(std::int32_t width, std::int32_t height, std::int32_t max_side) : width_(width), height_(height) {
  expects(width >= 1 && height >= 1 && max_side >= 1, "a quicklook needs a raster and a side");
  factor_ = (std::max(width, height) - 1) / max_side + 1;
  pooled_width_ = (width - 1) / factor_ + 1;
  pooled_height_ = (height - 1) / factor_ + 1;
}

void Quicklook::add(const Window& window, const float* score, std::ptrdiff_t row_pitch) {
  expects(window.x >= 0 && window.y >= 0 && window.width >= 0 && window.height >= 0 &&
              window.width <= width_ - window.x && window.height <= height_ - window.y,
          "a quicklook's window lies in its raster");
  if (sums_.empty()) {  // not before: the first touch of so much memory is time in which others can compute
    sums_.assign(pooled_count(), 0.0);
    counts_.assign(pooled_count(), 0);
  }
  const std::int32_t right = window.x + window.width, bottom = window.y + window.height;
  std::vector<double> sums(static_cast<std::size_t>(window.width));
  std::vector<std::uint32_t> counts(sums.size());
  for (std::int32_t y = window.y; y < bottom;) {
    const std::int32_t line = y / factor_, last = end_of(line, bottom);
    std::fill(sums.begin(), sums.end(), 0.0);
    std::fill(counts.begin(), counts.end(), 0u);
    for (; y < last; ++y) add_row(score + (y - window.y) * row_pitch, window.width, sums.data(), counts.data());
    for (std::int32_t x = window.x; x < right;) {
      const std::int32_t column = x / factor_, end = end_of(column, right);
      const auto pooled =
          static_cast<std::size_t>(line) * static_cast<std::size_t>(pooled_width_) + static_cast<std::size_t>(column);
      for (; x < end; ++x) {
        sums_[pooled] += sums[static_cast<std::size_t>(x - window.x)];
        counts_[pooled] += counts[static_cast<std::size_t>(x - window.x)];
      }
    }
  }
}

/// Where a pooled row or column ends, or what is seen of it. 64 bits: the last one may end beyond 2^31.
std::int32_t Quicklook::end_of(std::int32_t pooled, std::int32_t seen) const {
  return static_cast<std::int32_t>(std::min<std::int64_t>(seen, (std::int64_t{pooled} + 1) * factor_));
}

PooledScores Quicklook::pooled() const {
  PooledScores scores{pooled_width_, pooled_height_, factor_, {}};
  scores.means.resize(pooled_count(), std::numeric_limits<float>::quiet_NaN());
  divide(sums_.data(), counts_.data(), sums_.size(), scores.means.data());
  return scores;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Pooling tiles into the small grid; the picture itself is laid out in legend.cpp.
#include "host/products/quicklook.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "host/base/error.hpp"
#include "host/products/legend.hpp"
#include "kernels/api/pair_tile.hpp"
#include "kernels/math/float_bins.hpp"
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

}  // namespace

Quicklook::Quicklook(std::int32_t width, std::int32_t height, std::int32_t max_side) : width_(width), height_(height) {
  expects(width >= 1 && height >= 1 && max_side >= 1, "a quicklook needs a raster and a side");
  factor_ = (std::max(width, height) - 1) / max_side + 1;
  pooled_width_ = (width - 1) / factor_ + 1;
  pooled_height_ = (height - 1) / factor_ + 1;
  const auto pooled_count = static_cast<std::size_t>(pooled_width_) * static_cast<std::size_t>(pooled_height_);
  sums_.assign(pooled_count, 0.0);
  counts_.assign(pooled_count, 0);
}

void Quicklook::add(const Window& window, const float* score, std::ptrdiff_t row_pitch) {
  expects(window.x >= 0 && window.y >= 0 && window.width >= 0 && window.height >= 0 &&
              window.width <= width_ - window.x && window.height <= height_ - window.y,
          "a quicklook's window lies in its raster");
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

double Quicklook::pooled(std::int32_t x, std::int32_t y) const {
  return mean(static_cast<std::size_t>(y) * static_cast<std::size_t>(pooled_width_) + static_cast<std::size_t>(x));
}

double Quicklook::mean(std::size_t at) const {
  return counts_[at] > 0 ? sums_[at] / static_cast<double>(counts_[at]) : std::numeric_limits<double>::quiet_NaN();
}

Stretch Quicklook::stretch(double percentile) const {
  expects(percentile >= 0.0 && percentile <= 100.0, "a percentile lies in 0..100");
  // Only the means of the rank's bin have to be put in order.
  std::vector<std::uint32_t> in_bin(kFloatBins, 0);
  std::size_t finite = 0;
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t at = 0; at < sums_.size(); ++at) {
    const auto value = static_cast<float>(mean(at));
    if (!std::isfinite(value)) continue;
    ++finite;
    ++in_bin[float_bin(value)];
    largest = std::max(largest, value);
  }
  if (finite == 0) return {1.0, percentile};
  auto rank = static_cast<std::size_t>(percentile / 100.0 * static_cast<double>(finite - 1) + 0.5);
  std::uint32_t bin = 0;
  for (; rank >= in_bin[bin]; ++bin) rank -= in_bin[bin];
  std::vector<float> values;
  for (std::size_t at = 0; at < sums_.size(); ++at) {
    const auto value = static_cast<float>(mean(at));
    if (std::isfinite(value) && float_bin(value) == bin) values.push_back(value);
  }
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  if (*place > 0.0f) return {static_cast<double>(*place), percentile};
  return {largest > 0.0f ? static_cast<double>(largest) : 1.0, 100.0};
}

RgbImage Quicklook::picture(const std::string& title, const Stretch& stretch) const {
  const auto means_of = [this](std::int32_t y, std::span<float> row) {
    const std::size_t first = static_cast<std::size_t>(y) * row.size();
    for (std::size_t x = 0; x < row.size(); ++x) row[x] = static_cast<float>(mean(first + x));
  };
  return framed_heatmap(pooled_width_, pooled_height_, means_of, title, stretch, factor_);
}

void Quicklook::render(const std::filesystem::path& path, const std::string& title, const Stretch& stretch) const {
  write_png(path, picture(title, stretch));
}

}  // namespace groundshift

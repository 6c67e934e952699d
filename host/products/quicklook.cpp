// SPDX-License-Identifier: Apache-2.0
// Pooling tiles into the small grid; the picture itself is laid out in legend.cpp.
#include "host/products/quicklook.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/base/error.hpp"
#include "host/products/legend.hpp"

namespace groundshift {
namespace {

struct RunSum {
  double sum = 0.0;
  std::uint32_t count = 0;
};

/// Sum and number of the values that are not NaN. Four lanes, so that an addition need not wait for the one before.
RunSum sum_run(const float* values, std::int32_t length) {
  double sums[4] = {0.0, 0.0, 0.0, 0.0};
  std::uint32_t count = 0;
  std::int32_t i = 0;
  for (; i + 4 <= length; i += 4) {
    for (int lane = 0; lane < 4; ++lane) {
      const float v = values[i + lane];
      const bool valid = v == v;
      sums[lane] += valid ? static_cast<double>(v) : 0.0;
      count += valid;
    }
  }
  for (; i < length; ++i) {
    const float v = values[i];
    if (v == v) {
      sums[0] += static_cast<double>(v);
      ++count;
    }
  }
  return {(sums[0] + sums[1]) + (sums[2] + sums[3]), count};
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
  const std::int32_t right = window.x + window.width;
  for (std::int32_t row = 0; row < window.height; ++row) {
    const float* values = score + row * row_pitch;
    const std::size_t line =
        static_cast<std::size_t>((window.y + row) / factor_) * static_cast<std::size_t>(pooled_width_);
    for (std::int32_t x = window.x; x < right;) {
      const std::int32_t column = x / factor_;
      // 64 bits: the last pooled column may end beyond 2^31.
      const auto end = static_cast<std::int32_t>(std::min<std::int64_t>(right, std::int64_t{column + 1} * factor_));
      const RunSum run = sum_run(values + (x - window.x), end - x);
      sums_[line + static_cast<std::size_t>(column)] += run.sum;
      counts_[line + static_cast<std::size_t>(column)] += run.count;
      x = end;
    }
  }
}

double Quicklook::pooled(std::int32_t x, std::int32_t y) const {
  const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(pooled_width_) + static_cast<std::size_t>(x);
  if (counts_[at] == 0) return std::numeric_limits<double>::quiet_NaN();
  return sums_[at] / static_cast<double>(counts_[at]);
}

Stretch Quicklook::stretch(double percentile) const {
  expects(percentile >= 0.0 && percentile <= 100.0, "a percentile lies in 0..100");
  std::vector<float> means;
  means.reserve(sums_.size());
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const auto mean = static_cast<float>(sums_[i] / static_cast<double>(counts_[i]));
    if (std::isfinite(mean)) means.push_back(mean);
  }
  if (means.empty()) return {1.0, percentile};
  const auto rank = static_cast<std::size_t>(percentile / 100.0 * static_cast<double>(means.size() - 1) + 0.5);
  const auto place = means.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(means.begin(), place, means.end());
  if (*place > 0.0f) return {static_cast<double>(*place), percentile};
  const float largest = *std::max_element(means.begin(), means.end());
  return {largest > 0.0f ? static_cast<double>(largest) : 1.0, 100.0};
}

RgbImage Quicklook::picture(const std::string& title, const Stretch& stretch) const {
  return framed_heatmap(
      pooled_width_, pooled_height_, [this](std::int32_t x, std::int32_t y) { return pooled(x, y); }, title, stretch,
      factor_);
}

void Quicklook::render(const std::filesystem::path& path, const std::string& title, const Stretch& stretch) const {
  write_png(path, picture(title, stretch));
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The definitions of means, moments and bins, written out.
#include "tests/parity/reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace groundshift::parity {
namespace {

template <class Float>
testing::AssertionResult compare(const std::vector<Float>& expected, const std::vector<Float>& got) {
  using Bits = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
  if (expected.size() != got.size()) {
    return testing::AssertionFailure() << expected.size() << " values expected, got " << got.size();
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Bits wanted = std::bit_cast<Bits>(expected[i]);
    const Bits found = std::bit_cast<Bits>(got[i]);
    if (wanted != found) {
      return testing::AssertionFailure() << "value " << i << ": expected " << expected[i] << " (" << std::hex << wanted
                                         << "), got " << got[i] << " (" << found << ")";
    }
  }
  return testing::AssertionSuccess();
}

// Variable i of the moments: the bands of before, then those of after.
double variable(const Scene& scene, std::int32_t i, std::int32_t x, std::int32_t y) {
  return i < scene.band_count ? scene.value(false, i, x, y) : scene.value(true, i - scene.band_count, x, y);
}

// One float sum of a cell; j < 0 means the first moment of i.
double cell_sum(const Scene& scene, const Window& cell, std::int32_t i, std::int32_t j) {
  double lanes[32] = {};
  for (std::int32_t y = 0; y < cell.height; ++y) {
    for (std::int32_t x = 0; x < cell.width; ++x) {
      if (scene.validity(cell.x + x, cell.y + y) != 1) continue;
      const double a = variable(scene, i, cell.x + x, cell.y + y);
      const double b = j < 0 ? 1.0 : variable(scene, j, cell.x + x, cell.y + y);
      lanes[x % 32] += a * b;
    }
  }
  for (int l = 0; l < 16; ++l) lanes[l] += lanes[l + 16];
  for (int l = 0; l < 8; ++l) lanes[l] += lanes[l + 8];
  for (int l = 0; l < 4; ++l) lanes[l] += lanes[l + 4];
  for (int l = 0; l < 2; ++l) lanes[l] += lanes[l + 2];
  const double sum = lanes[0] + lanes[1];
  return sum == sum ? sum : std::numeric_limits<double>::quiet_NaN();
}

std::int64_t integer_sum(const Scene& scene, std::int32_t i, std::int32_t j) {
  std::int64_t sum = 0;
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      if (scene.validity(x, y) != 1) continue;
      const auto a = static_cast<std::int64_t>(variable(scene, i, x, y));
      sum += j < 0 ? a : a * static_cast<std::int64_t>(variable(scene, j, x, y));
    }
  }
  return sum;
}

// Calls f(i, j) for every sum of a set in its order; j = -1 for first moments.
template <class F>
void for_each_sum(std::int32_t band_count, const F& f) {
  for (std::int32_t i = 0; i < 2 * band_count; ++i) f(i, -1);
  for (std::int32_t i = 0; i < 2 * band_count; ++i) {
    for (std::int32_t j = i; j < 2 * band_count; ++j) f(i, j);
  }
}

}  // namespace

float canonical(float value) { return value == value ? value : std::bit_cast<float>(0x7fc00000u); }

std::uint32_t reference_bin(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if (value == 0.0f) return 0x8000u;
  return value > 0.0f ? 0x8000u + (bits >> 16) : 0x7fffu - ((bits & 0x7fffffffu) >> 16);
}

testing::AssertionResult same_bits(const std::vector<float>& expected, const std::vector<float>& got) {
  return compare(expected, got);
}
testing::AssertionResult same_bits(const std::vector<double>& expected, const std::vector<double>& got) {
  return compare(expected, got);
}

std::vector<float> reference_box_mean(const std::vector<float>& scores, std::int32_t width, std::int32_t height,
                                      std::int32_t radius) {
  std::vector<float> means(scores.size());
  const auto at = [&](std::int32_t x, std::int32_t y) { return scores[static_cast<std::size_t>(y * width + x)]; };
  for (std::int32_t y = 0; y < height; ++y) {
    for (std::int32_t x = 0; x < width; ++x) {
      float sum = 0.0f;
      int count = 0;
      for (std::int32_t row = std::max(0, y - radius); row <= std::min(height - 1, y + radius); ++row) {
        float row_sum = 0.0f;
        for (std::int32_t column = std::max(0, x - radius); column <= std::min(width - 1, x + radius); ++column) {
          if (std::isnan(at(column, row))) continue;
          row_sum += at(column, row);
          ++count;
        }
        sum += row_sum;
      }
      const bool defined = !std::isnan(at(x, y));
      means[static_cast<std::size_t>(y * width + x)] =
          canonical(defined ? sum / static_cast<float>(count) : std::numeric_limits<float>::quiet_NaN());
    }
  }
  return means;
}

TileMoments reference_moments(const Scene& scene) {
  TileMoments moments;
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) moments.count += scene.validity(x, y) == 1 ? 1 : 0;
  }
  if (is_integer(scene.type)) {
    for_each_sum(scene.band_count,
                 [&](std::int32_t i, std::int32_t j) { moments.integer_sums.push_back(integer_sum(scene, i, j)); });
    return moments;
  }
  for (const Window& cell : cores_of(scene, kCellSize)) {
    for_each_sum(scene.band_count,
                 [&](std::int32_t i, std::int32_t j) { moments.cell_sums.push_back(cell_sum(scene, cell, i, j)); });
  }
  return moments;
}

std::vector<std::uint64_t> reference_histogram(const Scene& scene) {
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      if (scene.validity(x, y) != 1) continue;
      for (std::int32_t i = 0; i < 2 * scene.band_count; ++i) {
        const auto value = static_cast<float>(variable(scene, i, x, y));
        if (!std::isnan(value)) ++bins[reference_bin(value)];
      }
    }
  }
  return bins;
}

}  // namespace groundshift::parity

// SPDX-License-Identifier: Apache-2.0
// The definitions of means and bins, written out.
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

std::vector<std::uint64_t> reference_histogram(const Scene& scene) {
  std::vector<std::uint64_t> bins(kFloatBins, 0);
  for (std::int32_t y = 0; y < scene.height; ++y) {
    for (std::int32_t x = 0; x < scene.width; ++x) {
      if (scene.validity(x, y) != 1) continue;
      for (const bool after_date : {false, true}) {
        for (std::int32_t b = 0; b < scene.band_count; ++b) {
          const auto value = static_cast<float>(scene.value(after_date, b, x, y));
          if (!std::isnan(value)) ++bins[reference_bin(value)];
        }
      }
    }
  }
  return bins;
}

}  // namespace groundshift::parity

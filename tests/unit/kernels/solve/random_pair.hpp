// SPDX-License-Identifier: Apache-2.0
// A seeded pair of dates that are related band by band and mixed, with pixels that changed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>

#include "tests/unit/kernels/solve/weighted_pixels.hpp"

namespace groundshift {

/// Integer values within +-32767. Band b of BEFORE mixes common factors; AFTER follows it with noise that differs from
/// band to band, and with other values altogether in a share of the pixels.
/// before_bands, after_bands : padded with zeros to the larger of both
inline WeightedPixels random_pair(std::int32_t before_bands, std::int32_t after_bands, std::size_t pixel_count,
                                  std::uint64_t seed, double changed_share = 0.1) {
  std::mt19937_64 random(seed);
  const auto normal = [&random] {  // sum of 12 uniforms: the same numbers from every standard library
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random() >> 11) * 0x1p-53;
    return sum;
  };
  const auto p = static_cast<std::size_t>(before_bands), q = static_cast<std::size_t>(after_bands);
  const std::size_t side = std::max(p, q);
  WeightedPixels out;
  out.z.assign(2 * side, std::vector<float>(pixel_count, 0.0f));
  const auto store = [](double value) { return static_cast<float>(std::round(std::clamp(value, -32767.0, 32767.0))); };
  std::vector<double> before(side), mixing(side * side);
  for (double& m : mixing) m = 0.3 * normal();
  for (std::size_t k = 0; k < pixel_count; ++k) {
    const bool changed = static_cast<double>(random() >> 11) * 0x1p-53 < changed_share;
    std::vector<double> factors(side);
    for (double& f : factors) f = normal();
    for (std::size_t b = 0; b < side; ++b) {
      before[b] = factors[b];
      for (std::size_t c = 0; c < side; ++c) before[b] += mixing[b * side + c] * factors[c];
    }
    for (std::size_t b = 0; b < p; ++b)
      out.z[b][k] = store(1000.0 + 100.0 * static_cast<double>(b) + 200.0 * before[b]);
    for (std::size_t b = 0; b < q; ++b) {
      const double noise = normal() * (0.1 + 0.9 * static_cast<double>(b) / static_cast<double>(q));
      const double value = changed ? 2.0 * normal() : before[b] + noise;
      out.z[side + b][k] = store(1500.0 + 300.0 * value);
    }
  }
  return out;
}

}  // namespace groundshift

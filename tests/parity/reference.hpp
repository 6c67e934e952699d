// SPDX-License-Identifier: Apache-2.0
// What every executor must give, by plain loops written from the definitions and sharing no executor code.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/parity/executors.hpp"
#include "tests/parity/scene.hpp"

namespace groundshift::parity {

/// Mean of the defined values in the square of side 2 radius + 1, cut at the border: rows left to right, their sums top
/// to bottom, divided by the number of defined values; NaN where the pixel itself is NaN.
std::vector<float> reference_box_mean(const std::vector<float>& scores, std::int32_t width, std::int32_t height,
                                      std::int32_t radius);

/// Bin of a value that is not NaN, by comparison of bit patterns: non-negative floats count up, negative ones count
/// down from the middle.
std::uint32_t reference_bin(float value);

/// The value, or the one quiet NaN that undefined scores are.
float canonical(float value);

/// Bins of the values of all bands of both dates at valid pixels.
std::vector<std::uint64_t> reference_histogram(const Scene& scene);

/// The same bits everywhere (so that NaN equals NaN); tells the first place that differs.
testing::AssertionResult same_bits(const std::vector<float>& expected, const std::vector<float>& got);
testing::AssertionResult same_bits(const std::vector<double>& expected, const std::vector<double>& got);

}  // namespace groundshift::parity

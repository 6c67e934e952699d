// SPDX-License-Identifier: Apache-2.0
// Reading the streamed histogram of float32 values: which values a bin holds, extremes, quantiles.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace groundshift {

/// Smallest and largest value that falls into a bin.
struct FloatBinRange {
  float low = 0.0f;
  float high = 0.0f;
};

/// Inverse of float_bin (kernels/math/float_bins.hpp). bin : 0..65535. Bin 0x8000 starts at 0 (and takes -0); the bins
/// of +-inf give +-inf twice; the bins beyond those, which only NaNs could reach, give NaN.
FloatBinRange float_bin_range(std::uint32_t bin);

/// Lowest and highest bin that is not empty.
struct OccupiedBins {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};
/// Nothing when all counts are zero. bins : kFloatBins counts; throws std::invalid_argument for another size.
std::optional<OccupiedBins> occupied_bins(std::span<const std::uint64_t> bins);

/// Value below which the share q of the counted values lies.
/// bins    : kFloatBins counts; throws std::invalid_argument for another size
/// q       : 0..1; throws std::invalid_argument outside
/// returns : in double, linear inside the bin as if its values stood at the centres of equal parts, so within one bin
///           (0.8 % of the value) of the exact order statistic number round-half-up(q (n - 1)); nothing when n = 0
std::optional<double> quantile(std::span<const std::uint64_t> bins, double q);

}  // namespace groundshift

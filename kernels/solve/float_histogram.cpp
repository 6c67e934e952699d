// SPDX-License-Identifier: Apache-2.0
// Inverse of the float32 bin map and order statistics from its counts.
#include "kernels/solve/float_histogram.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "kernels/api/pair_tile.hpp"

namespace groundshift {
namespace {

constexpr std::uint32_t kMinusInfinityBin = 0x007f;
constexpr std::uint32_t kPlusInfinityBin = 0xff80;

void expect_all_bins(std::span<const std::uint64_t> bins) {
  if (bins.size() != static_cast<std::size_t>(kFloatBins)) {
    throw std::invalid_argument("float histogram: not 65536 counts");
  }
}

}  // namespace

FloatBinRange float_bin_range(std::uint32_t bin) {
  if (bin < kMinusInfinityBin || bin > kPlusInfinityBin) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    return {nan, nan};
  }
  const std::uint32_t prefix = bin << 16;
  if (bin == kMinusInfinityBin) {
    const float infinity = std::numeric_limits<float>::infinity();
    return {-infinity, -infinity};
  }
  if (bin >= 0x8000u) {
    const float low = std::bit_cast<float>(prefix ^ 0x80000000u);
    return {low, bin == kPlusInfinityBin ? low : std::bit_cast<float>((prefix ^ 0x80000000u) | 0xffffu)};
  }
  const float high =
      bin == 0x7fffu ? -std::numeric_limits<float>::denorm_min() : std::bit_cast<float>(~prefix & 0xffff0000u);
  return {std::bit_cast<float>(~prefix), high};
}

std::optional<OccupiedBins> occupied_bins(std::span<const std::uint64_t> bins) {
  expect_all_bins(bins);
  std::optional<OccupiedBins> found;
  for (std::uint32_t bin = 0; bin < bins.size(); ++bin) {
    if (bins[bin] == 0) continue;
    if (!found) found = OccupiedBins{bin, bin};
    found->last = bin;
  }
  return found;
}

std::optional<double> quantile(std::span<const std::uint64_t> bins, double q) {
  expect_all_bins(bins);
  if (!(q >= 0.0 && q <= 1.0)) throw std::invalid_argument("quantile: share outside 0..1");
  const std::uint64_t total = std::accumulate(bins.begin(), bins.end(), std::uint64_t{0});
  if (total == 0) return std::nullopt;
  auto rank = static_cast<std::uint64_t>(std::floor(q * static_cast<double>(total - 1) + 0.5));
  std::uint32_t bin = 0;
  while (rank >= bins[bin]) rank -= bins[bin++];
  const FloatBinRange range = float_bin_range(bin);
  const double low = range.low;
  const double high = range.high;
  if (!(low < high)) return low;  // an infinity
  return low + (high - low) * ((static_cast<double>(rank) + 0.5) / static_cast<double>(bins[bin]));
}

}  // namespace groundshift

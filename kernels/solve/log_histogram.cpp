// SPDX-License-Identifier: Apache-2.0
// The bin of a float32 from its pattern: a table over the mantissa's top bits and one comparison with the exact edge.
#include "kernels/solve/log_histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace groundshift {
namespace {

constexpr std::int32_t kMantissaBits = 23;
constexpr float kLowest = 0x1p-32f;
constexpr float kHighest = 0x1.fffffep31f;  // the largest float32 below 2^32
constexpr double kStoredScale = 0x1p-24;    // of the first stored bin against that of a window up to 2^8
// 512 cells a binade: the narrowest bin spans 22,746 mantissas, a cell 16,384, so no cell holds two edges.
constexpr std::int32_t kPlaceBits = 14;
constexpr std::uint32_t kCellPlaces = 1u << kPlaceBits;
constexpr std::size_t kCells = std::size_t{1} << (kMantissaBits - kPlaceBits);
static_assert((kStoredBins & (kStoredBins - 1)) == 0, "bins are searched by halves");
constexpr std::int32_t kChunk = 1024;  // patterns at a time, 4 KiB

/// 2^(n / 512), n in 0..511, as a product of square roots of 2: within 4 ulp of double.
double root_of_two(std::int32_t n) {
  double power = 1.0, root = 2.0;
  for (std::int32_t bit = 256; bit > 0; bit /= 2) {
    root = std::sqrt(root);
    if ((n & bit) != 0) power *= root;
  }
  return power;
}

/// 2^(n / 512 - 8), n >= 0.
double power_from_lowest(std::int32_t n) {
  static const std::vector<double> roots = [] {
    std::vector<double> all;
    for (std::int32_t i = 0; i < 512; ++i) all.push_back(root_of_two(i));
    return all;
  }();
  return roots[static_cast<std::size_t>(n % 512)] * std::ldexp(1.0, n / 512) * 0x1p-8;
}

/// One number a cell of a float32 from 2^-32 on; (it + place in the cell) >> kPlaceBits is the bin: the places from an
/// edge on carry into the next one. Few are looked at: scores lie in some octaves.
std::vector<std::uint32_t> make_cells() {
  std::vector<std::uint32_t> cells(kStoredOctaves * kCells);
  for (std::int32_t bin = 1; bin < kLogBinsPerOctave; ++bin) {
    const float edge = static_cast<float>(root_of_two(2 * bin));
    const std::uint32_t mantissa = std::bit_cast<std::uint32_t>(edge) & ((1u << kMantissaBits) - 1u);
    const std::size_t holding = mantissa >> kPlaceBits;
    cells[holding] += kCellPlaces - mantissa % kCellPlaces;
    for (std::size_t cell = holding + 1; cell < kCells; ++cell) cells[cell] += kCellPlaces;
  }
  for (std::size_t cell = kCells; cell < cells.size(); ++cell) {
    cells[cell] = cells[cell - kCells] + kLogBinsPerOctave * kCellPlaces;
  }
  return cells;
}

/// Bin of the score whose float32 pattern is `offset` above that of 2^-32.
std::size_t bin_of(std::uint32_t offset, const std::uint32_t* cells) {
  return (cells[offset >> kPlaceBits] + offset % kCellPlaces) >> kPlaceBits;
}

}  // namespace

void LogHistogram::add(RasterView<const float> scores) {
  static const std::vector<std::uint32_t> table = make_cells();
  const std::uint32_t* const cells = table.data();
  std::array<std::uint32_t, kChunk> offsets;
  std::uint64_t nans = 0;  // counted into bin 0 first
  for (std::int32_t y = 0; y < scores.height; ++y) {
    for (std::int32_t x0 = 0; x0 < scores.width; x0 += kChunk) {
      const float* row = scores.row(y) + x0;
      const auto length = static_cast<std::size_t>(std::min(kChunk, scores.width - x0));
      std::uint32_t chunk_nans = 0;
      for (std::size_t i = 0; i < length; ++i) {
        const float raised = row[i] > kLowest ? row[i] : kLowest;
        const float score = raised < kHighest ? raised : kHighest;
        offsets[i] = std::bit_cast<std::uint32_t>(score) - std::bit_cast<std::uint32_t>(kLowest);
        chunk_nans += row[i] != row[i] ? 1u : 0u;
      }
      nans += chunk_nans;
      std::size_t i = 0;
      for (; i + 1 < length; i += 2) {
        ++counts_[bin_of(offsets[i], cells)];
        ++more_[bin_of(offsets[i + 1], cells)];
      }
      if (i < length) ++counts_[bin_of(offsets[i], cells)];
    }
  }
  counts_[0] -= nans;  // of both sets: the sum is what counts, modulo 2^64
}

LogWindow LogHistogram::window(std::int32_t top) const {
  if (top < -16 || top > 32) throw std::invalid_argument("log histogram: a window ends between 2^-16 and 2^32");
  LogWindow out{std::vector<std::uint64_t>(kLogBins, 0), std::ldexp(1.0, top - kLogTop)};
  const std::int64_t first = std::int64_t{top - 16 + 32} * kLogBinsPerOctave;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    const std::int64_t place = std::clamp<std::int64_t>(static_cast<std::int64_t>(bin) - first, 0, kLogBins - 1);
    out.counts[static_cast<std::size_t>(place)] += count(bin);
  }
  return out;
}

void LogHistogram::merge(const LogHistogram& other) {
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) counts_[bin] += other.count(bin);
}

std::uint64_t LogHistogram::total() const {
  return std::accumulate(more_.begin(), more_.end(), std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}));
}

double LogHistogram::share_above(double threshold) const {
  if (threshold != threshold) throw std::invalid_argument("log histogram: threshold is not a number");
  const std::uint64_t all = total();
  if (all == 0) return 0.0;
  const auto low_edge = [](std::int32_t bin) { return bin == 0 ? 0.0 : kStoredScale * double{log_bin_edge(bin)}; };
  if (threshold < 0.0) return 1.0;
  std::int32_t bin = 0;  // the last that begins at or below the threshold
  for (std::int32_t step = kStoredBins / 2; step > 0; step /= 2) bin += low_edge(bin + step) <= threshold ? step : 0;
  const auto here = static_cast<std::size_t>(bin);
  std::uint64_t above = 0;
  for (std::size_t higher = here + 1; higher < counts_.size(); ++higher) above += count(higher);
  const double low = low_edge(bin), high = low_edge(bin + 1);
  const double largest = std::nextafter(static_cast<float>(high), 0.0f);
  const double part = std::max(largest - threshold, 0.0) / (high - low);
  return (static_cast<double>(above) + part * static_cast<double>(count(here))) / static_cast<double>(all);
}

double log_bin_center(std::int32_t bin) { return power_from_lowest(2 * bin + 1); }

float log_bin_edge(std::int32_t bin) { return static_cast<float>(power_from_lowest(2 * bin)); }

float log_bin_threshold(std::int32_t bin) {
  if (bin >= kLogBins - 1) return std::numeric_limits<float>::max();
  return std::nextafter(log_bin_edge(bin + 1), 0.0f);
}

}  // namespace groundshift

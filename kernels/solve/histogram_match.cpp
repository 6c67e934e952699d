// SPDX-License-Identifier: Apache-2.0
// The map as a table over bins: levels through exact CDFs, float bins through the CDFs at their edges.
#include "kernels/solve/histogram_match.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "kernels/api/pair_tile.hpp"
#include "kernels/math/exact_sum.hpp"
#include "kernels/math/float_bins.hpp"
#include "kernels/solve/float_histogram.hpp"

namespace groundshift {
namespace {

using Counts = std::span<const std::uint64_t>;

constexpr std::uint32_t kFirstFiniteBin = 0x0080, kLastFiniteBin = 0xff7f;

std::size_t level_count(PixelType type) { return type == PixelType::u8 ? 256 : 65536; }
float lowest_level(PixelType type) { return type == PixelType::i16 ? -32768.0f : 0.0f; }

void expect_bins(PixelType type, Counts counts) {
  if (counts.size() != static_cast<std::size_t>(kFloatBins)) {
    throw std::invalid_argument("histogram matching: not 65536 counts");
  }
  if (!is_integer(type)) return;
  const Counts beyond = counts.subspan(level_count(type));
  if (std::any_of(beyond.begin(), beyond.end(), [](std::uint64_t count) { return count != 0; })) {
    throw std::domain_error("histogram matching: values beyond the levels of the pixel type");
  }
}

std::uint64_t total_of(Counts counts) {
  const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (total == 0) throw std::domain_error("histogram matching: a date without values");
  return total;
}

/// The levels that occur and the share of values up to each.
struct Levels {
  std::vector<double> value, share;

  Levels(PixelType type, Counts counts, std::uint64_t total) {
    std::uint64_t sum = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      if (counts[bin] == 0) continue;
      sum += counts[bin];
      value.push_back(static_cast<double>(bin) + static_cast<double>(lowest_level(type)));
      share.push_back(static_cast<double>(sum) / static_cast<double>(total));
    }
  }
};

std::vector<float> match_levels(PixelType type, Counts before, Counts after) {
  const Levels levels(type, before, total_of(before));
  const auto total = static_cast<double>(total_of(after));
  std::vector<float> out;
  out.reserve(level_count(type));
  std::uint64_t sum = 0;
  std::size_t next = 0;  // first level of BEFORE whose share is above
  for (std::size_t bin = 0; bin < level_count(type); ++bin) {
    sum += after[bin];
    const double share = static_cast<double>(sum) / total;
    while (next < levels.share.size() && levels.share[next] <= share) ++next;
    double value = levels.value[next == 0 ? 0 : next - 1];
    if (next > 0 && next < levels.share.size()) {  // the order of operations is numpy.interp's
      const double slope = (levels.value[next] - value) / (levels.share[next] - levels.share[next - 1]);
      value = slope * (share - levels.share[next - 1]) + value;
    }
    out.push_back(static_cast<float>(value));
  }
  return out;
}

/// A bin that holds values: its ends, how many values lie in the bins before it and how many in it.
struct Occupied {
  std::uint32_t bin = 0;
  double low = 0.0, high = 0.0;
  std::uint64_t below = 0, count = 0;

  std::uint64_t end() const { return below + count; }
};

/// Of the finite values; throws std::domain_error when there are none.
std::vector<Occupied> occupied_finite_bins(Counts counts) {
  std::vector<Occupied> out;
  std::uint64_t below = 0;
  for (std::uint32_t bin = kFirstFiniteBin; bin <= kLastFiniteBin; ++bin) {
    if (counts[bin] == 0) continue;
    const FloatBinRange range = float_bin_range(bin);
    out.push_back({bin, range.low, range.high, below, counts[bin]});
    below += counts[bin];
  }
  if (out.empty()) throw std::domain_error("histogram matching: a date without values");
  return out;
}

/// F_before^-1 at rising shares `rank` / total. Where no values lie between two bins of BEFORE a share stands for all
/// that is between them: the upper end of the lower bin is taken, or with `from_above` the lower end of the upper bin.
/// Shares are compared as integers, so equal ones meet exactly.
class InverseCdf {
 public:
  InverseCdf(std::vector<Occupied> bins, std::uint64_t total)
      : bins_(std::move(bins)), rank_total_(total), own_total_(bins_.back().end()) {}

  double at(std::uint64_t rank, bool from_above) {
    const Int128 wanted = Int128{rank} * own_total_;
    while (at_ + 1 < bins_.size()) {
      const Int128 end = Int128{bins_[at_].end()} * rank_total_;
      if (from_above ? end > wanted : end >= wanted) break;
      ++at_;
    }
    const Occupied& bin = bins_[at_];
    const Int128 inside = wanted - Int128{bin.below} * rank_total_;
    const double part =
        static_cast<double>(inside) / (static_cast<double>(bin.count) * static_cast<double>(rank_total_));
    return bin.low + (bin.high - bin.low) * std::clamp(part, 0.0, 1.0);
  }

 private:
  std::vector<Occupied> bins_;
  std::uint64_t rank_total_, own_total_;
  std::size_t at_ = 0;
};

std::vector<float> match_float_bins(Counts before, Counts after) {
  const std::vector<Occupied> bins = occupied_finite_bins(after);
  InverseCdf inverse(occupied_finite_bins(before), bins.back().end());
  std::vector<float> out(2 * after.size());
  const auto low_of = [&](std::uint32_t bin) -> float& { return out[2 * std::size_t{bin}]; };
  const auto high_of = [&](std::uint32_t bin) -> float& { return out[2 * std::size_t{bin} + 1]; };
  for (const Occupied& b : bins) {
    low_of(b.bin) = static_cast<float>(inverse.at(b.below, true));
    high_of(b.bin) = static_cast<float>(inverse.at(b.end(), false));
  }
  std::fill_n(out.begin(), 2 * std::size_t{bins.front().bin}, low_of(bins.front().bin));
  std::fill(out.begin() + 2 * std::ptrdiff_t{bins.back().bin} + 2, out.end(), high_of(bins.back().bin));
  for (std::size_t i = 0; i + 1 < bins.size(); ++i) {  // straight over the empty bins between two occupied ones
    const double x0 = bins[i].high, y0 = static_cast<double>(high_of(bins[i].bin));
    const double y1 = static_cast<double>(low_of(bins[i + 1].bin));
    const double slope = (y1 - y0) / (bins[i + 1].low - x0);
    for (std::uint32_t bin = bins[i].bin + 1; bin < bins[i + 1].bin; ++bin) {
      const FloatBinRange range = float_bin_range(bin);
      low_of(bin) = static_cast<float>(std::min(y0 + (double{range.low} - x0) * slope, y1));
      high_of(bin) = static_cast<float>(std::min(y0 + (double{range.high} - x0) * slope, y1));
    }
  }
  return out;
}

}  // namespace

ValueMap::ValueMap(PixelType type, Counts before, Counts after) : type_(type) {
  expect_bins(type, before);
  expect_bins(type, after);
  values_ = is_integer(type) ? match_levels(type, before, after) : match_float_bins(before, after);
}

float ValueMap::operator()(float after) const {
  if (after != after) return after;
  if (is_integer(type_)) {
    const float level = after - lowest_level(type_);
    return values_[static_cast<std::size_t>(std::clamp(level, 0.0f, static_cast<float>(values_.size() - 1)))];
  }
  const std::uint32_t bin = float_bin(after);
  const FloatBinRange range = float_bin_range(bin);
  const double low = range.low, high = range.high;
  const double y0 = static_cast<double>(values_[2 * std::size_t{bin}]);
  if (!(low < high)) return static_cast<float>(y0);  // an infinity
  const double y1 = static_cast<double>(values_[2 * std::size_t{bin} + 1]);
  return static_cast<float>(y0 + (static_cast<double>(after) - low) * ((y1 - y0) / (high - low)));
}

}  // namespace groundshift

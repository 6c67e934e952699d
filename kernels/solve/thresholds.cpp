// SPDX-License-Identifier: Apache-2.0
// Splits of a histogram in two classes by the moments of the classes, by the histogram's corner, or by rank.
#include "kernels/solve/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "kernels/solve/distributions.hpp"
#include "kernels/solve/log_histogram.hpp"
#include "kernels/solve/otsu.hpp"

namespace groundshift {
namespace {

using Counts = std::span<const std::uint64_t>;

constexpr std::int64_t kSmoothRadius = 32;    // box of 65 bins
constexpr std::uint64_t kTailShare = 100000;  // the line of the triangle ends where the tail is 1e-5 of all
constexpr double kLeastShare = 1e-3;          // of a class of Kittler-Illingworth

/// Count, mean and squared deviations of the bins from one end of the histogram up to a bin; source: West, CACM 22(9)
/// 1979, 532-535. An empty bin changes no bit, so splits that differ by empty bins tie.
struct ClassSums {
  double weight = 0.0, mean = 0.0, squares = 0.0;
  std::int64_t occupied = 0;

  void add(std::uint64_t count, double value) {
    if (count == 0) return;
    const auto w = static_cast<double>(count);
    const double deviation = value - mean;
    weight += w;
    mean += deviation * (w / weight);
    squares += w * deviation * (value - mean);
    ++occupied;
  }
  double log_sigma() const { return 0.5 * exact_log(squares / weight); }
};

/// lower[k] : bins 0..k; upper[k] : bins above k
struct Splits {
  std::vector<ClassSums> lower, upper;

  Splits(Counts counts, std::span<const double> values) : lower(counts.size()), upper(counts.size()) {
    ClassSums sums;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      sums.add(counts[k], values[k]);
      lower[k] = sums;
    }
    sums = {};
    for (std::size_t k = counts.size(); k-- > 0;) {
      upper[k] = sums;
      sums.add(counts[k], values[k]);
    }
  }
};

std::uint64_t total_of(Counts counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

std::size_t last_occupied(Counts counts) {
  std::size_t last = counts.size() - 1;
  while (last > 0 && counts[last] == 0) --last;
  return last;
}

std::size_t otsu_bin(Counts counts, std::span<const double> values) {
  const Splits splits(counts, values);
  std::size_t best = last_occupied(counts);
  double best_variance = 0.0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const ClassSums &lower = splits.lower[k], &upper = splits.upper[k];
    if (lower.occupied == 0 || upper.occupied == 0) continue;
    const double gap = upper.mean - lower.mean;
    const double variance = lower.weight * upper.weight * gap * gap;
    if (variance > best_variance) {
      best_variance = variance;
      best = k;
    }
  }
  return best;
}

std::optional<std::size_t> ki_bin(Counts counts, std::span<const double> values) {
  const Splits splits(counts, values);
  const double least = kLeastShare * static_cast<double>(total_of(counts));
  std::optional<std::size_t> best;
  double best_cost = 0.0, first_cost = 0.0, last_cost = 0.0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const ClassSums &lower = splits.lower[k], &upper = splits.upper[k];
    if (!(lower.weight > least && upper.weight > least) || lower.occupied < 2 || upper.occupied < 2) continue;
    const double p0 = lower.weight / (lower.weight + upper.weight), p1 = upper.weight / (lower.weight + upper.weight);
    const double cost =
        1.0 + 2.0 * (p0 * lower.log_sigma() + p1 * upper.log_sigma()) - 2.0 * (p0 * exact_log(p0) + p1 * exact_log(p1));
    if (!best) first_cost = cost;
    last_cost = cost;
    if (!best || cost < best_cost) {
      best_cost = cost;
      best = k;
    }
  }
  if (!best || !(best_cost < first_cost && best_cost < last_cost)) return std::nullopt;
  return best;
}

/// Sums over the 65 bins around each: 65 times the smoothed counts, exact.
std::vector<std::int64_t> smoothed(Counts counts) {
  const auto bin_count = static_cast<std::int64_t>(counts.size());
  std::vector<std::int64_t> sums(counts.size());
  const auto count_at = [&](std::int64_t k) {
    return k >= 0 && k < bin_count ? static_cast<std::int64_t>(counts[static_cast<std::size_t>(k)]) : 0;
  };
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < kSmoothRadius; ++k) sum += count_at(k);
  for (std::int64_t k = 0; k < bin_count; ++k) {
    sum += count_at(k + kSmoothRadius) - count_at(k - kSmoothRadius - 1);
    sums[static_cast<std::size_t>(k)] = sum;
  }
  return sums;
}

/// The bin of peak..last farthest below the line between these two; `otherwise` when none lies below it.
std::size_t corner_bin(std::span<const std::int64_t> heights, std::size_t last, std::size_t otherwise) {
  const auto peak = static_cast<std::size_t>(std::max_element(heights.begin(), heights.end()) - heights.begin());
  std::size_t best = otherwise;
  std::int64_t largest = 0;
  for (std::size_t k = peak; k < last; ++k) {
    const std::int64_t below_peak = (heights[peak] - heights[k]) * static_cast<std::int64_t>(last - peak);
    const std::int64_t line_below_peak = (heights[peak] - heights[last]) * static_cast<std::int64_t>(k - peak);
    if (below_peak - line_below_peak > largest) {
      largest = below_peak - line_below_peak;
      best = k;
    }
  }
  return best;
}

std::size_t triangle_bin(Counts counts) {
  const std::uint64_t total = total_of(counts);
  std::size_t last = counts.size() - 1;
  std::uint64_t tail = counts[last];
  while (tail * kTailShare <= total) tail += counts[--last];  // at bin 0 the tail is everything
  return corner_bin(smoothed(counts), last, last_occupied(counts));
}

std::size_t rosin_bin(Counts counts) {
  const std::size_t last = last_occupied(counts);
  return corner_bin(smoothed(counts), last, last);
}

/// Raising a split raises both means, so the first one whose midpoint stays below the next centre is a fixed point.
std::size_t isodata_bin(Counts counts, std::span<const double> values) {
  const Splits splits(counts, values);
  const std::size_t last = last_occupied(counts);
  for (std::size_t k = 0; k < last; ++k) {
    if (splits.lower[k].occupied == 0) continue;
    if ((splits.lower[k].mean + splits.upper[k].mean) / 2.0 < values[k + 1]) return k;
  }
  return last;
}

/// Checks the size; false when nothing was counted.
bool has_counts(Counts counts) {
  if (counts.size() != static_cast<std::size_t>(kLogBins)) {
    throw std::invalid_argument("thresholds: not the counts of a log histogram");
  }
  return total_of(counts) > 0;
}

double threshold_of(std::size_t bin) { return static_cast<double>(log_bin_threshold(static_cast<std::int32_t>(bin))); }

std::vector<double> log_centers() {
  std::vector<double> centers(static_cast<std::size_t>(kLogBins));
  for (std::int32_t k = 0; k < kLogBins; ++k) centers[static_cast<std::size_t>(k)] = log_bin_center(k);
  return centers;
}

}  // namespace

std::int32_t threshold_window_top(double largest, bool own_units) {
  constexpr std::int32_t kLowestTop = -16, kHighestTop = 32;  // what a LogHistogram has windows for
  int exponent = kHighestTop;
  if (std::isfinite(largest)) std::frexp(largest, &exponent);  // largest < 2^exponent
  return std::clamp(own_units ? exponent : std::max(exponent, int{kLogTop}), kLowestTop, kHighestTop);
}

std::optional<double> otsu_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  return threshold_of(otsu_bin(counts, log_centers()));
}

std::optional<double> triangle_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  return threshold_of(triangle_bin(counts));
}

std::optional<double> rosin_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  return threshold_of(rosin_bin(counts));
}

std::optional<double> isodata_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  return threshold_of(isodata_bin(counts, log_centers()));
}

std::optional<double> percentile_of_log_bins(Counts counts, double percent) {
  if (!(percent > 0.0 && percent < 100.0)) throw std::invalid_argument("percentile: not between 0 and 100");
  if (!has_counts(counts)) return std::nullopt;
  const double wanted = percent * static_cast<double>(total_of(counts));
  std::size_t bin = 0;
  for (std::uint64_t below = counts[0]; 100.0 * static_cast<double>(below) < wanted; below += counts[bin]) ++bin;
  return threshold_of(bin);
}

std::optional<double> ki_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  const std::optional<std::size_t> bin = ki_bin(counts, log_centers());
  return bin ? threshold_of(*bin) : otsu_of_log_bins(counts);
}

std::optional<double> ki_sqrt_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  std::vector<double> roots = log_centers();
  for (double& value : roots) value = std::sqrt(value);
  const std::optional<std::size_t> bin = ki_bin(counts, roots);
  return bin ? threshold_of(*bin) : otsu_of_log_bins(counts);
}

std::optional<double> auto_of_log_bins(Counts counts) {
  if (!has_counts(counts)) return std::nullopt;
  return std::max(*otsu_of_log_bins(counts), *triangle_of_log_bins(counts));
}

std::optional<double> ki_threshold(Counts counts, double minimum, double maximum) {
  const double width = (maximum - minimum) / static_cast<double>(counts.size());
  std::vector<double> numbers(counts.size());  // an affine map of the values cannot move the best bin
  std::iota(numbers.begin(), numbers.end(), 1.0);
  const std::optional<std::size_t> bin = ki_bin(counts, numbers);
  if (!bin) return otsu_threshold(counts, minimum, maximum);
  return minimum + (static_cast<double>(*bin) + 0.5) * width;
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Histogram of log2 of the scores: one range for every score, so that thresholds come from a single streamed pass.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/view/raster_view.hpp"

namespace groundshift {

inline constexpr std::int32_t kLogBins = 4096;
inline constexpr std::int32_t kLogBinsPerOctave = 256;
inline constexpr std::int32_t kStoredOctaves = 64;  ///< of LogHistogram, from 2^-32 on
inline constexpr std::int32_t kStoredBins = kStoredOctaves * kLogBinsPerOctave;
inline constexpr std::int32_t kLogTop = 8;  ///< log2 of the upper edge of the last bin; bin 0 starts at 2^-8

/// Bin k of `counts` holds the scores in scale x [2^(k/256 - 8), 2^((k+1)/256 - 8)); smaller ones (0 and below) are in
/// bin 0, larger ones in the last.
struct LogWindow {
  std::vector<std::uint64_t> counts;  ///< kLogBins
  double scale = 1.0;
};

/// Counts scores by their logarithm over 64 octaves, 2^-32 to 2^32; smaller ones (0 and below) go to the first bin,
/// larger ones to the last. The edges are float32 constants, so the bin of a score is exact. NaN is not counted. One
/// thread at a time; parts are merged in any order.
class LogHistogram {
 public:
  LogHistogram() : counts_(static_cast<std::size_t>(kStoredBins), 0), more_(counts_.size(), 0) {}
  void add(RasterView<const float> scores);
  void merge(const LogHistogram& other);
  /// The 16 octaves that end at 2^top, -16 <= top <= 32; the rules of thresholds.hpp work on such a window, and their
  /// results times its scale are scores.
  LogWindow window(std::int32_t top = kLogTop) const;
  std::uint64_t total() const;
  /// Share of the counted scores above `threshold`, 0..1; 0 when nothing was counted. Linear inside a bin, over the
  /// float32 values the bin can hold, so exact at log_bin_threshold(). The first bin counts as reaching down to 0, the
  /// last as ending at 2^32. Throws std::invalid_argument for NaN.
  double share_above(double threshold) const;

 private:
  std::uint64_t count(std::size_t bin) const { return counts_[bin] + more_[bin]; }

  // Neighbours often share a bin; two sets of counts spare each increment the wait for the one before it.
  std::vector<std::uint64_t> counts_, more_;
};

/// 2^((k + 0.5) / 256 - 8), the value that stands for bin k.
double log_bin_center(std::int32_t bin);
/// Lower edge of bin 0..kLogBins, 2^(k/256 - 8) rounded to float32 (kLogBins: the upper edge of the last bin).
float log_bin_edge(std::int32_t bin);
/// The largest score that counts into `bin` or one below: "score > this" is "in a bin above". The largest finite
/// float32 for the last bin.
float log_bin_threshold(std::int32_t bin);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Where change begins on a histogram of scores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace groundshift {

/// Where the rules' window of 16 octaves ends on the histogram of scores whose largest is `largest`: at 2^8, for scores
/// of sigmas and ratios lie in 2^-8..2^8, or at the largest where that is above or where scores are in the images' own
/// units. source : RECIPES of the project, recommendation
std::int32_t threshold_window_top(double largest, bool own_units);

/// The rules on the log2 histogram. Each picks the last bin of the lower class, the first one where bins tie.
/// counts   : kLogBins counts of LogHistogram, else throws std::invalid_argument; their total below 2^46
/// returns  : log_bin_threshold of that bin, so that "score > threshold" is exactly "in a bin of the upper class";
///            nothing when there are no counts; when one bin holds everything, its own (nothing is above)
/// otsu     : largest w0 w1 (m0 - m1)^2 with the bins' centres as values
/// triangle : counts smoothed by a box of 65 bins (empty bins beyond the ends); the line from the highest bin to the
///            last bin with tail > 1e-5 N, tail = counts from that bin on; of the bins between, the one farthest below
///            the line, both axes normalised (which does not move it); the last bin when none lies below
/// rosin    : the same with the line to the last occupied bin, as published but for the smoothing, without which the
///            noise of narrow bins moves the peak and the corner
/// isodata  : the lowest bin k with center_k <= (m0 + m1) / 2 < center_(k+1), a fixed point of two-means on the centres
/// ki       : Kittler-Illingworth on the centres: least 1 + 2 (P0 ln s0 + P1 ln s1) - 2 (P0 ln P0 + P1 ln P1) over
///            splits with more than 1e-3 N and two occupied bins in each class; otsu when there are none or the minimum
///            is at the first or last of them
/// ki_sqrt  : the same on the square roots of the centres
/// source   : Otsu, IEEE Trans. SMC 9(1) 1979, 62-66; Kittler & Illingworth, Pattern Recognition 19(1) 1986, 41-47;
///            Rosin, Pattern Recognition 34(11) 2001, 2083-2096; Ridler & Calvard, IEEE Trans. SMC 8(8) 1978, 630-632;
///            RECIPES of the project, recommendation
std::optional<double> otsu_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> triangle_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> rosin_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> isodata_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> ki_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> ki_sqrt_of_log_bins(std::span<const std::uint64_t> counts);
/// max(otsu, triangle)
std::optional<double> auto_of_log_bins(std::span<const std::uint64_t> counts);

/// As above, for the first bin with at least `percent` % of the counts in it and below. Throws std::invalid_argument
/// unless 0 < percent < 100.
std::optional<double> percentile_of_log_bins(std::span<const std::uint64_t> counts, double percent);

/// Kittler-Illingworth as above on equal bins over [minimum, maximum]; falls back to otsu_threshold
/// (kernels/solve/otsu.hpp) and, like it, returns the centre of the lower class's last bin.
std::optional<double> ki_threshold(std::span<const std::uint64_t> counts, double minimum, double maximum);

}  // namespace groundshift

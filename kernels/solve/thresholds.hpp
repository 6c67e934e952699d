// SPDX-License-Identifier: Apache-2.0
// Where change begins on a histogram of scores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace groundshift {

/// The rules on the log2 histogram. Each picks the last bin of the lower class, the first one where bins tie.
/// counts   : kLogBins counts of LogHistogram, else throws std::invalid_argument; their total below 2^46
/// returns  : log_bin_threshold of that bin, so that "score > threshold" is exactly "in a bin of the upper class";
///            nothing when there are no counts; when one bin holds everything, its own (nothing is above)
/// otsu     : largest w0 w1 (m0 - m1)^2 with the bins' centres as values
/// triangle : counts smoothed by a box of 65 bins (empty bins beyond the ends); the line from the highest bin to the
///            last bin with tail > 1e-5 N, tail = counts from that bin on; of the bins between, the one farthest below
///            the line, both axes normalised (which does not move it); the last bin when none lies below
/// ki       : Kittler-Illingworth on the centres: least 1 + 2 (P0 ln s0 + P1 ln s1) - 2 (P0 ln P0 + P1 ln P1) over
///            splits with more than 1e-3 N and two occupied bins in each class; otsu when there are none or the minimum
///            is at the first or last of them
/// ki_sqrt  : the same on the square roots of the centres
/// source   : Otsu, IEEE Trans. SMC 9(1) 1979, 62-66; Kittler & Illingworth, Pattern Recognition 19(1) 1986, 41-47;
///            RECIPES of the project, recommendation
std::optional<double> otsu_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> triangle_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> ki_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> ki_sqrt_of_log_bins(std::span<const std::uint64_t> counts);
/// max(otsu, triangle)
std::optional<double> auto_of_log_bins(std::span<const std::uint64_t> counts);

/// Kittler-Illingworth as above on equal bins over [minimum, maximum]; falls back to otsu_threshold
/// (kernels/solve/otsu.hpp) and, like it, returns the centre of the lower class's last bin.
std::optional<double> ki_threshold(std::span<const std::uint64_t> counts, double minimum, double maximum);

}  // namespace groundshift

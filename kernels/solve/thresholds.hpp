// SPDX-License-Identifier: Apache-2.0
// Where change begins on a histogram of scores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace groundshift {

/// The rules on the log2 histogram (kLogBins counts); all give a score, or nothing when there are no scores.
/// otsu     : largest w0 w1 (m0 - m1)^2 with the bins' centres as values
/// triangle : counts smoothed by a box of 65 bins, the line from the peak to the last bin with tail > 1e-5 N, largest
///            distance with both axes normalised
/// ki       : Kittler-Illingworth 1986 on the centres; both classes > 1e-3, interior minimum, else otsu
/// ki_sqrt  : the same on the square roots of the centres
/// source   : RECIPES 1, ALGORITHMS 3
std::optional<double> otsu_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> triangle_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> ki_of_log_bins(std::span<const std::uint64_t> counts);
std::optional<double> ki_sqrt_of_log_bins(std::span<const std::uint64_t> counts);
/// max(otsu, triangle)
std::optional<double> auto_of_log_bins(std::span<const std::uint64_t> counts);

/// Kittler-Illingworth on equal bins over [minimum, maximum]; falls back to otsu_threshold (kernels/solve/otsu.hpp).
std::optional<double> ki_threshold(std::span<const std::uint64_t> counts, double minimum, double maximum);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Otsu's threshold from a histogram.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace groundshift {

/// Threshold that maximises the variance between the two classes {bins up to it} and {bins above it}.
/// counts   : equal bins over [minimum, maximum], values counted; their total below 2^46
/// returns  : centre of the first best bin, in the unit of the values; the values above it are the upper class. When
/// one
///            bin holds everything, that bin's centre. Nothing when there are no counts.
/// exactness: class variances are compared as (n S_k - w_k S)^2 / (w_k (n - w_k)) from integers; empty bins tie exactly
/// source   : Otsu, IEEE Trans. SMC 9(1) 1979, 62-66; same result as skimage.filters.threshold_otsu on the same bins
std::optional<double> otsu_threshold(std::span<const std::uint64_t> counts, double minimum, double maximum);

}  // namespace groundshift

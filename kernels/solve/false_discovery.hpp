// SPDX-License-Identifier: Apache-2.0
// Where change begins so that few of the pixels called changed are not.
#pragma once

#include "kernels/solve/log_histogram.hpp"
#include "kernels/solve/null_model.hpp"

namespace groundshift {

/// Threshold of Benjamini and Hochberg: of m p-values in rising order the largest k with p_(k) <= k q / m, and the k
/// smallest are change; of those, a share of at most q is expected to be none. (Under dependence of any kind the share
/// is at most q (ln m + 0.58): Benjamini & Yekutieli 2001.)
/// window   : of scores r = sqrt(T), T ~ null where nothing changed; every score of a bin is taken at the bin's lower
///            edge, its largest p-value, so what is found is part of what the exact scores give
/// returns  : as the rules of thresholds.hpp, the log_bin_threshold below the lowest bin found; that of the last bin,
///            which no finite score passes, when nothing is found, or when there are no counts
/// Throws std::invalid_argument unless 0 < q < 1 and the window has kLogBins counts.
/// source   : Benjamini & Hochberg, J. Royal Stat. Soc. B 57(1) 1995, 289-300
double false_discovery_of_log_bins(const LogWindow& window, double q, const NullModel& null);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Means and covariances of a pair: what every solver starts from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace groundshift {

/// Weighted moments of z = [before bands; after bands] over the valid pixels of both dates.
/// mean       : 2p values, in pixel units
/// covariance : 2p x 2p row-major, symmetric, population (divided by the weight); an exact 0 on the diagonal: constant
/// With count 0 all entries are 0.
struct MomentSummary {
  std::int64_t count = 0;
  double weight = 0.0;  ///< sum of the weights, in pixels; = count where all are one
  std::int32_t band_count = 0;
  std::vector<double> mean;
  std::vector<double> covariance;

  double before_mean(std::int32_t band) const { return mean[static_cast<std::size_t>(band)]; }
  double after_mean(std::int32_t band) const { return mean[static_cast<std::size_t>(band_count + band)]; }
  /// Entry (row, column) of the covariance; rows and columns 0..p-1 are before, p..2p-1 after.
  double covariance_at(std::int32_t row, std::int32_t column) const {
    return covariance[static_cast<std::size_t>(row) * static_cast<std::size_t>(2 * band_count) +
                      static_cast<std::size_t>(column)];
  }
};

}  // namespace groundshift

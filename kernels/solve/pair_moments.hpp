// SPDX-License-Identifier: Apache-2.0
// First and second moments of a whole pair, gathered tile by tile in any order with the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/api/pair_tile.hpp"
#include "kernels/math/exact_double_sum.hpp"
#include "kernels/math/exact_sum.hpp"

namespace groundshift {

/// Moments of z = [before bands; after bands] over the valid pixels of both dates.
/// mean       : 2p values, in pixel units
/// covariance : 2p x 2p row-major, symmetric, population (divided by count); an exact 0 on the diagonal means constant
/// With count 0 all entries are 0.
struct MomentSummary {
  std::int64_t count = 0;
  double weight = 0.0;  ///< sum of the weights, in pixels; = count for unit weights
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

/// Sums of tiles without rounding: 128-bit integers for integer pixels, long fixed-point accumulators of the cell sums
/// for f32. Tiles and partial sums may come in any order and grouping. No locks: one thread at a time.
class PairMoments {
 public:
  /// Throws std::invalid_argument when band_count < 1.
  PairMoments(PixelType type, std::int32_t band_count);

  /// Adds one tile. Throws std::invalid_argument when its sums do not fit the pixel type and band count.
  void add(const TileMoments& tile);
  /// Adds another part of the same pair. Throws std::invalid_argument when type or band count differ.
  void merge(const PairMoments& other);

  PixelType type() const { return type_; }
  std::int32_t band_count() const { return band_count_; }
  /// Valid pixels so far.
  std::int64_t count() const { return count_; }

  /// Means and covariances of all that was added. Exact up to one rounding a step:
  /// integer : covariance_ij = (n S'_ij - s'_i s'_j) / n / n with the sums shifted by c = round(s / n), all in 128 bits
  ///           (count <= 2^46); so 0 exactly if and only if a band is constant
  /// f32     : the shift by c = float32(s / n) is exact in the long accumulators, then S'/n - (s'_i/n)(s'_j/n) in
  ///           double; a variance not above 2^-42 of the mean square is rounding of the cell sums (lane_sum.hpp), given
  ///           as 0. NaN where a sum is not finite.
  /// source  : ALGORITHMS of the project, exact integer statistics
  MomentSummary summary() const;

 private:
  MomentSummary integer_summary() const;
  MomentSummary float_summary() const;

  PixelType type_;
  std::int32_t band_count_;
  std::int64_t count_ = 0;
  std::vector<ExactSum> integer_sums_;
  std::vector<ExactDoubleSum> float_sums_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// From exact sums to means and covariances without cancellation: the sums are moved to a centre near the mean first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/math/exact_double_sum.hpp"
#include "kernels/math/exact_sum.hpp"
#include "kernels/solve/moment_summary.hpp"

namespace groundshift {

/// A set of sums holds `side` first moments, then the upper triangle of the second moments row by row.
/// Place of entry (row, column), row <= column, in the set.
constexpr std::size_t gram_index(std::size_t side, std::size_t row, std::size_t column) {
  return side + row * side - row * (row + 1) / 2 + column;
}

/// A summary without pixels: all zeros.
MomentSummary empty_summary(std::int32_t band_count);

/// Integer sums about integer centres c = round(s / W), halves away from zero:
/// first s' = s - W c, |s'| <= W / 2;   second S'_ij = S_ij - c_i s_j - c_j s_i + W c_i c_j.
/// total : W, number of pixels or sum of their weights, > 0
/// bounds: z of 16 bits, weights of 24 bits, 2^46 pixels: W < 2^70, s < 2^86, every term of S' < 2^102
struct ShiftedIntegers {
  std::vector<Int128> center;
  std::vector<Int128> first;
  std::vector<Int128> second;  ///< upper triangle row by row

  ShiftedIntegers(Int128 total, std::span<const ExactSum> sums, std::size_t side);
  Int128 second_at(std::size_t row, std::size_t column) const {
    return second[gram_index(center.size(), row, column) - center.size()];
  }
};

/// Sets mean and covariance of `out` from float sums: the shift by c = float32(s / W) is exact in the accumulators,
/// then S'/W - (s'_i/W)(s'_j/W) in double. NaN where a sum is not finite. rounding_share : a variance not above this
/// share of the mean square is rounding of the cell sums, given as 0
void shift_float_sums(const ExactDoubleSum& total, std::span<const ExactDoubleSum> sums, double rounding_share,
                      MomentSummary& out);

}  // namespace groundshift

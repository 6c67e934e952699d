// SPDX-License-Identifier: Apache-2.0
// Weighted first and second moments of a whole pair, gathered tile by tile in any order with the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/math/exact_double_sum.hpp"
#include "kernels/math/exact_sum.hpp"
#include "kernels/solve/moment_summary.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// Sums of TileGram without rounding: 128-bit integers for integer pixels, long accumulators of the cell sums for f32.
/// Tiles and parts may come in any order and grouping. No locks: one thread at a time.
/// bounds : a term w z_i z_j of 16-bit pixels is below 2^56, so 2^70 pixels fit; summary() takes 2^46
class PairGram {
 public:
  /// variable_count : planes of both dates, even, at least 2. Throws std::invalid_argument for others.
  /// products       : those that the tiles hold
  PairGram(PixelType type, std::int32_t variable_count, GramProducts products = GramProducts::all);

  /// Throws std::invalid_argument when the tile's sums do not fit pixel type and variable count.
  void add(const TileGram& tile);
  /// Throws std::invalid_argument when the other's pixel type, variable count or products differ.
  void merge(const PairGram& other);
  /// This minus a part of it (the part held out of a fit). Exact for integers and in the accumulators of f32; an
  /// infinity in the part leaves NaN. Throws std::invalid_argument as merge does.
  PairGram minus(const PairGram& part) const;

  /// Pixels of weight above 0.
  std::int64_t count() const { return count_; }

  /// Weighted means and covariances: mean_i = sum w z_i / sum w, covariance divided by sum w; `weight` = sum w /
  /// kWeightOne. With sum w = 0 all entries are 0. NaN where the tiles do not hold the product.
  /// integer : shifted by the integer centre round(s / W) exactly in 128 bits (ALGORITHMS 7.2), then one rounding to
  ///           double a sum and cov = S'/W - (s'_i/W)(s'_j/W). |s'| <= S'_ii and |s'| <= W / 2 (integers about an
  ///           integer), so a variance is at least S'/(2 W): exact to a few units of the last place, and 0 if and only
  ///           if the band is constant where w > 0
  /// f32     : the shift by c = float32(s / W) is exact in the long accumulators, then S'/W - (s'_i/W)(s'_j/W) in
  ///           double; a variance not above 2^-41 of the mean square is rounding of the cell sums (below 2^-43 each,
  ///           and a shift adds three of them) and given as 0. NaN where a sum is not finite.
  MomentSummary summary() const;

 private:
  void expect_like(const PairGram& other) const;

  PixelType type_;
  std::int32_t variable_count_;
  GramProducts products_;
  std::int64_t count_ = 0;
  std::vector<ExactSum> integer_sums_;
  std::vector<ExactDoubleSum> float_sums_;
};

}  // namespace groundshift

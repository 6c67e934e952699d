// SPDX-License-Identifier: Apache-2.0
// Weighted first and second moments of a whole pair, gathered tile by tile in any order with the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/gram_recipe.hpp"
#include "kernels/math/exact_double_sum.hpp"
#include "kernels/math/exact_sum.hpp"
#include "kernels/solve/pair_moments.hpp"
#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// Sums of TileGram without rounding: 128-bit integers for integer pixels, long accumulators of the cell sums for f32.
/// Tiles and parts may come in any order and grouping. No locks: one thread at a time.
class PairGram {
 public:
  /// variable_count : before bands + after bands, at least 1
  PairGram(PixelType type, std::int32_t variable_count);

  void add(const TileGram& tile);
  void merge(const PairGram& other);
  /// This minus a part of it (the part held out of a fit). Exact for integers; f32 likewise in the accumulators.
  PairGram minus(const PairGram& part) const;

  /// Pixels of weight above 0.
  std::int64_t count() const { return count_; }

  /// Weighted means and covariances: mean_i = sum w z_i / sum w, covariance divided by sum w; `weight` = sum w /
  /// kWeightOne. With sum w = 0 all entries are 0. Integers: shifted by the integer centre round(s / n) exactly in 128
  /// bits, then one rounding to double a sum (ALGORITHMS 7.2); a constant band has variance exactly 0.
  MomentSummary summary() const;

 private:
  PixelType type_;
  std::int32_t variable_count_;
  std::int64_t count_ = 0;
  std::vector<ExactSum> integer_sums_;
  std::vector<ExactDoubleSum> float_sums_;
};

}  // namespace groundshift

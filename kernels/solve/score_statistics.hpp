// SPDX-License-Identifier: Apache-2.0
// Minimum, maximum, mean and standard deviation of the scores, the same bits for any tiling and order.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/math/exact_double_sum.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Gathers scores tile by tile: sums inside a cell in the fixed lanes of lane_sum.hpp, cells added exactly. NaN = no
/// score. One thread at a time; parts are merged in any order.
class ScoreStatistics {
 public:
  /// score : a tile's core, its origin on a cell corner
  /// valid : same pixels, not 0 where the input was valid; a valid pixel without a score counts as undefined
  void add(RasterView<const float> score, RasterView<const std::uint8_t> valid);
  void merge(const ScoreStatistics& other);

  std::int64_t valid_count() const { return count_; }
  std::int64_t undefined_count() const { return undefined_; }
  /// Of the valid scores; NaN when there are none. std is the population's.
  double min() const { return count_ > 0 ? min_ : kNan; }
  double max() const { return count_ > 0 ? max_ : kNan; }
  double mean() const;
  double std() const;

 private:
  static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  std::int64_t count_ = 0;
  std::int64_t undefined_ = 0;
  float min_ = std::numeric_limits<float>::infinity();
  float max_ = -std::numeric_limits<float>::infinity();
  ExactDoubleSum sum_, sum_of_squares_;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Cell sums in fixed lanes, exact between cells.
#include "kernels/solve/score_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/math/lane_sum.hpp"

namespace groundshift {

void ScoreStatistics::add(RasterView<const float> score, RasterView<const std::uint8_t> valid) {
  for (std::int32_t cy = 0; cy < score.height; cy += kCellSize) {
    for (std::int32_t cx = 0; cx < score.width; cx += kCellSize) {
      const std::int32_t width = std::min(kCellSize, score.width - cx), height = std::min(kCellSize, score.height - cy);
      std::array<double, kCellLanes> sums{}, squares{};
      std::array<std::int32_t, kCellLanes> counts{}, inputs{};
      std::array<float, kCellLanes> low, high;
      low.fill(min_);
      high.fill(max_);
      for (std::int32_t y = 0; y < height; ++y) {
        const float* row = score.row(cy + y) + cx;
        const std::uint8_t* input = valid.row(cy + y) + cx;
        for (std::int32_t x0 = 0; x0 < width; x0 += kCellLanes) {
          const std::int32_t lanes = std::min(kCellLanes, width - x0);
          for (std::int32_t l = 0; l < lanes; ++l) {
            const float v = row[x0 + l];
            const bool has = v == v;
            const double d = has ? static_cast<double>(v) : 0.0;
            sums[l] += d;
            squares[l] += d * d;
            counts[l] += has ? 1 : 0;
            inputs[l] += input[x0 + l] != 0 ? 1 : 0;
            low[l] = v < low[l] ? v : low[l];
            high[l] = v > high[l] ? v : high[l];
          }
        }
      }
      std::int64_t counted = 0, given = 0;
      for (std::int32_t l = 0; l < kCellLanes; ++l) {
        counted += counts[l];
        given += inputs[l];
        min_ = std::min(min_, low[l]);
        max_ = std::max(max_, high[l]);
      }
      count_ += counted;
      undefined_ += given - counted;
      sum_.add(lane_tree(sums.data()));
      sum_of_squares_.add(lane_tree(squares.data()));
    }
  }
}

void ScoreStatistics::merge(const ScoreStatistics& other) {
  count_ += other.count_;
  undefined_ += other.undefined_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_.merge(other.sum_);
  sum_of_squares_.merge(other.sum_of_squares_);
}

double ScoreStatistics::mean() const { return count_ > 0 ? sum_.to_double() / static_cast<double>(count_) : kNan; }

double ScoreStatistics::std() const {
  if (count_ == 0) return kNan;
  const double m = mean();
  const double variance = sum_of_squares_.to_double() / static_cast<double>(count_) - m * m;
  return variance > 0.0 ? std::sqrt(variance) : 0.0;
}

}  // namespace groundshift

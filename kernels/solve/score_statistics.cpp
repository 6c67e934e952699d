// SPDX-License-Identifier: Apache-2.0
// Cell sums in fixed lanes, exact between cells.
#include "kernels/solve/score_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/math/lane_sum.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift {
namespace {

/// Of a cell, lane by lane.
struct CellLanes {
  std::array<double, kCellLanes> sums{}, squares{};
  std::array<std::int32_t, kCellLanes> counts{}, inputs{};
  std::array<float, kCellLanes> low, high;
};

GS_CLONES void add_row(const float* __restrict row, const std::uint8_t* __restrict input, std::int32_t width,
                       CellLanes& __restrict cell) {
  const auto take = [&](std::int32_t l, std::int32_t x) {
    const float v = row[x];
    const bool has = v == v;
    const double d = has ? static_cast<double>(v) : 0.0;
    cell.sums[l] += d;
    cell.squares[l] += d * d;
    cell.counts[l] += has ? 1 : 0;
    cell.inputs[l] += input[x] != 0 ? 1 : 0;
    cell.low[l] = v < cell.low[l] ? v : cell.low[l];
    cell.high[l] = v > cell.high[l] ? v : cell.high[l];
  };
  std::int32_t x = 0;
  for (; x + kCellLanes <= width; x += kCellLanes) {
    for (std::int32_t l = 0; l < kCellLanes; ++l) take(l, x + l);
  }
  for (std::int32_t l = 0; x + l < width; ++l) take(l, x + l);
}

}  // namespace

void ScoreStatistics::add(RasterView<const float> score, RasterView<const std::uint8_t> valid) {
  for (std::int32_t cy = 0; cy < score.height; cy += kCellSize) {
    for (std::int32_t cx = 0; cx < score.width; cx += kCellSize) {
      const std::int32_t width = std::min(kCellSize, score.width - cx), height = std::min(kCellSize, score.height - cy);
      CellLanes cell;
      cell.low.fill(min_);
      cell.high.fill(max_);
      for (std::int32_t y = 0; y < height; ++y) add_row(score.row(cy + y) + cx, valid.row(cy + y) + cx, width, cell);
      std::int64_t counted = 0, given = 0;
      for (std::int32_t l = 0; l < kCellLanes; ++l) {
        counted += cell.counts[l];
        given += cell.inputs[l];
        min_ = std::min(min_, cell.low[l]);
        max_ = std::max(max_, cell.high[l]);
      }
      count_ += counted;
      undefined_ += given - counted;
      sum_.add(lane_tree(cell.sums.data()));
      sum_of_squares_.add(lane_tree(cell.squares.data()));
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

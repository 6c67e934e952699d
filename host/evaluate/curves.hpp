// SPDX-License-Identifier: Apache-2.0
// ROC and precision-recall curves of any number of scores as few points that keep their shape.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace groundshift {

struct CurvePoint {
  double x = 0.0;
  double y = 0.0;

  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

/// Thins a curve while it is being made: the way along it (a key that rises from 0 to 1) is cut into equal cells, and
/// of each cell the first, lowest, highest and last point stay, in their order. At most 4 points a cell.
class CurveThinner {
 public:
  explicit CurveThinner(std::size_t cell_count) : cell_count_(cell_count) {}
  /// `key` 0..1, not falling from call to call.
  void add(double key, const CurvePoint& point);
  std::vector<CurvePoint> finish();

 private:
  struct Kept {
    std::size_t order = 0;
    CurvePoint point;
  };
  void flush();

  std::size_t cell_count_;
  std::size_t cell_ = 0;
  std::size_t seen_ = 0;
  bool open_ = false;
  Kept first_, lowest_, highest_, last_;
  std::vector<CurvePoint> points_;
};

// Below: scores ascending, no NaN; at most `max_points` (>= 4) points; empty when a class is empty.

/// x = false-positive rate, y = true-positive rate, from (0, 0) to (1, 1), one point a distinct score before thinning.
std::vector<CurvePoint> roc_curve(std::span<const float> unchanged, std::span<const float> changed,
                                  std::size_t max_points);

/// x = recall, y = precision, one point a distinct score before thinning, highest score first.
std::vector<CurvePoint> precision_recall_curve(std::span<const float> unchanged, std::span<const float> changed,
                                               std::size_t max_points);

}  // namespace groundshift

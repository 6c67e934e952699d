// SPDX-License-Identifier: Apache-2.0
// Every n-th pixel of a fit in memory: what a first estimate is iterated on before the passes over all pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "kernels/api/backend.hpp"
#include "kernels/solve/pair_gram.hpp"

namespace groundshift {

/// Points of a fit at columns and rows stride / 2 + k stride of every cell; at most kMostPoints of a fit's pixels.
/// Thread-safe while points are added; which tiles bring them, and in which order, changes no bit of the moments.
class FitLattice {
 public:
  static constexpr std::int64_t kMostPoints = std::int64_t{1} << 20;
  /// Fits below this number of pixels are iterated in full.
  static constexpr std::int64_t kLeastPixels = std::int64_t{1} << 20;

  /// pixel_count : of the fit, at most
  FitLattice(PixelType type, std::int32_t band_count, std::int64_t pixel_count);

  /// Power of two from 8 to the side of a cell.
  std::int32_t stride() const { return stride_; }
  std::int64_t valid_points() const { return valid_; }

  void clear();
  /// Takes the points of a tile's core.
  void add(const PairTile& tile);
  /// Weighted moments of the points. workspace : of any slot; no pass runs at the same time.
  MomentSummary moments(Backend& backend, Workspace& workspace, const WeightRule& rule) const;

 private:
  struct Cell {
    std::int32_t width = 0, height = 0;
    std::vector<std::byte> before, after;
    std::vector<std::uint8_t> valid;
  };
  Cell points_of(const PairTile& tile, const Window& cell) const;

  PixelType type_;
  std::int32_t band_count_;
  std::int32_t stride_ = 8;
  std::mutex mutex_;
  std::vector<Cell> cells_;
  std::int64_t valid_ = 0;
};

}  // namespace groundshift

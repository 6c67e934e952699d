// SPDX-License-Identifier: Apache-2.0
// Where the estimator gets its pixels from: both dates on BEFORE's grid, one value a pixel.
#pragma once

#include <cstdint>
#include <span>

#include "host/align/shift_estimate.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Called from several threads at once.
class AlignReader {
 public:
  virtual ~AlignReader() = default;

  /// Delivers `window` (full-resolution pixels of BEFORE's grid; sides are multiples of `decimation`; it may reach
  /// beyond the grid on every side) averaged down by `decimation`: width / decimation x height / decimation values a
  /// plane, row-major.
  /// before : BEFORE at (x, y)      after : AFTER at (x + offset.dx, y + offset.dy), offset in full-resolution pixels
  /// valid  : 1 where both are valid, 0 elsewhere and outside either date; decimated pixels as average_down says
  /// What is thrown ends the estimate.
  virtual void read(const Window& window, std::int32_t decimation, const Offset& offset, float* before, float* after,
                    std::uint8_t* valid) = 0;
};

/// Means of both dates over blocks of decimation x decimation pixels, over the block's valid pixels in row order; valid
/// where at least half of the block is. Invalid results are 0. For a reader's decimated windows.
/// width, height : of the full-resolution planes, multiples of `decimation`
void average_down(std::int32_t width, std::int32_t height, std::int32_t decimation, const WindowPair& full,
                  float* before, float* after, std::uint8_t* valid);

}  // namespace groundshift

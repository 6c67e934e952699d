// SPDX-License-Identifier: Apache-2.0
// The source pixels around a position, and the row of the weights table: integers.
#pragma once

#include <cstdint>

#include "kernels/view/hd.hpp"
#include "kernels/view/position_lattice.hpp"
#include "kernels/view/resampling.hpp"

namespace groundshift {

/// Along one axis: the source pixel that holds the position, the first tap, the row of the table.
struct AxisTaps {
  std::int32_t nearest;
  std::int32_t first;
  std::int32_t phase;
};

/// position : within kFarthestPosition, 2^-20 pixel. A position on the border of two pixels belongs to the second.
GS_HD AxisTaps axis_taps(std::int64_t position, std::int32_t tap_count) {
  const auto nearest = static_cast<std::int32_t>((position + (1 << (kPositionBits - 1))) >> kPositionBits);
  if (tap_count == 1) return {nearest, nearest, 0};
  constexpr int kDropped = kPositionBits - kResamplePhaseBits;
  const std::int64_t phases = (position + (1 << (kDropped - 1))) >> kDropped;
  return {nearest, static_cast<std::int32_t>(phases >> kResamplePhaseBits) - (tap_count / 2 - 1),
          static_cast<std::int32_t>(phases & (kResamplePhases - 1))};
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Shifts measured at the windows of a tie grid, each with the reason it is or is not believed.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "host/align/align_reader.hpp"
#include "host/align/shift_estimate.hpp"
#include "host/align/tie_grid.hpp"

namespace groundshift {

enum class TieState : std::uint8_t {
  accepted,
  few_valid,   ///< too few valid pixels
  unreliable,  ///< no clear correlation peak
  beyond_max_shift,
  not_reversible,  ///< AFTER -> BEFORE gives another shift than BEFORE -> AFTER
  unlike_neighbours,
  off_model  ///< too far from the fitted map
};
/// accepted, few_valid, ... as in the enumeration.
const char* name_of(TieState state);

/// x, y : the window's centre in BEFORE's pixels; pixel (i, j) has its centre at (i, j)
struct TiePoint {
  double x = 0.0, y = 0.0;
  Shift shift;
  double reliability = 0.0;  ///< percent, ShiftEstimate
  double valid_share = 0.0;  ///< of the window's pixels
  double round_trip = 0.0;   ///< pixels between both directions' shifts
  TieState state = TieState::few_valid;
};

struct TieOptions {
  double max_shift = 20.0;  ///< pixels, length of the shift
  double min_valid_share = 0.7;
  /// Percent. The highest of 480 windows (32..256 pixels) of unrelated textures was 50; windows of real pairs years
  /// apart average 43..88.
  double min_reliability = 50.0;
  double max_round_trip = 0.3;  ///< pixels
  int threads = 1;
};

/// Measures every window of `grid`, looking around the shift `start`: whole-pixel peak, the window of AFTER moved by
/// it, and so on until the peak is at 0, 0, then the sub-pixel shift (as AROSICS does); the same from AFTER to BEFORE.
/// Points in the order of the grid, whatever the threads. States accepted .. not_reversible. The reader's exceptions
/// pass.
std::vector<TiePoint> measure_tie_points(AlignReader& reader, const TieGrid& grid, const Offset& start,
                                         const TieOptions& options, const std::stop_token& stop);

/// An accepted point whose shift differs from the component-wise median of its 3 x 3 neighbourhood (itself among them,
/// accepted ones only, at least 4) by more than 3 scaled median absolute deviations, but at least kNeighbourFloor, is
/// marked unlike_neighbours. The deviation is taken over all points. Judged on the states given: order does not matter.
void check_neighbours(const TieGrid& grid, std::span<TiePoint> points);
inline constexpr double kNeighbourFloor = 0.25;  ///< pixels

std::int64_t count_of(std::span<const TiePoint> points, TieState state);

}  // namespace groundshift

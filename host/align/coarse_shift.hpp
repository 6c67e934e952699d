// SPDX-License-Identifier: Apache-2.0
// The shift of a whole scene on a reduced grid, from the correlation of many windows added up.
#pragma once

#include <cstdint>
#include <stop_token>

#include "host/align/align_reader.hpp"
#include "host/align/shift_estimate.hpp"

namespace groundshift {

/// offset        : full-resolution pixels, a multiple of `decimation`
/// reliability   : percent, of the sum of surfaces; 0 when no window had enough valid pixels and structure
/// windows       : windows asked for;   windows_used : of them added up
struct CoarseShift {
  Offset offset;
  double reliability = 0.0;
  std::int32_t decimation = 1;
  std::int32_t windows = 0, windows_used = 0;
};

/// Looks for shifts of up to 3/8 of a window in windows of up to 256 x 256 pixels, averaged down by the smallest power
/// of two for which `max_shift` is at most 16 of them, spread evenly over a scene of width x height (both >= 32), at
/// most 6 x 6 of them. Shifts beyond `max_shift` are found too: the caller judges. Surfaces are added in window order.
CoarseShift find_coarse_shift(AlignReader& reader, std::int32_t width, std::int32_t height, double max_shift,
                              double min_valid_share, int threads, const std::stop_token& stop);

}  // namespace groundshift

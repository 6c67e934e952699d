// SPDX-License-Identifier: Apache-2.0
// Histogram matching: the monotone map that gives one date's values the distribution of the other's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// Value of AFTER -> value on BEFORE's distribution, from the bins of Backend::band_histogram.
/// integer : one bin a level (u8, u16: the level; i16: the level + 32768); y' = F_before^-1(F_after(y)), linear between
///           the levels that occur in BEFORE, as skimage.exposure.match_histograms does; exact CDFs
/// f32     : bins of float_bin; the lowest and highest value of each bin of AFTER go to the values of BEFORE with the
///           same share below, linear between and as if values were spread evenly inside a bin; so within a bin's width
///           (0.8 %) of the exact map, and the identity for equal histograms. Infinities are left out.
/// Values outside those that occur in AFTER: integer as F_after says, f32 as the nearest that occurs. Never decreasing.
class ValueMap {
 public:
  /// before, after : kFloatBins counts of one band, else throws std::invalid_argument. Throws std::domain_error when
  ///                 either is empty, or an integer type has counts beyond its levels.
  ValueMap(PixelType type, std::span<const std::uint64_t> before, std::span<const std::uint64_t> after);
  /// after   : a value of the pixel type (integer types: clamped to its levels and cut to a whole number)
  /// returns : on BEFORE's radiometry; NaN for NaN
  float operator()(float after) const;

 private:
  PixelType type_;
  std::vector<float> values_;  ///< integers: one a level; f32: two a bin, at its lowest and its highest value
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Histogram matching: the monotone map that gives one date's values the distribution of the other's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/view/pixel_type.hpp"

namespace groundshift {

/// Value of AFTER -> value on BEFORE's distribution, by bin of Backend::band_histogram.
/// integer : one value a level; y' = F_before^-1(F_after(y)), linear between the levels that occur in BEFORE, as
///           skimage.exposure.match_histograms does; exact CDFs
/// f32     : quantiles at bin edges, linear between
class ValueMap {
 public:
  /// before, after : kFloatBins counts of one band. Throws std::domain_error when either is empty.
  ValueMap(PixelType type, std::span<const std::uint64_t> before, std::span<const std::uint64_t> after);
  float operator()(float after) const;

 private:
  PixelType type_;
  std::vector<float> knots_;   ///< f32: values of AFTER; empty for integers
  std::vector<float> values_;  ///< on BEFORE's radiometry
};

}  // namespace groundshift

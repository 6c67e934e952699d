// SPDX-License-Identifier: Apache-2.0
// Why a pixel has no score, or one to be careful with: the values of the quality product.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/io/raster_sink.hpp"

namespace groundshift {

/// Reasons, added up in one byte; 0: nothing is held against the pixel. `saturated` and `incomplete_window` are said of
/// pixels that have a score, all others of pixels that have none.
enum QualityBit : std::uint8_t {
  kNodataBefore = 1,
  kNodataAfter = 2,
  kMaskedBefore = 4,
  kMaskedAfter = 8,
  kSaturated = 16,
  kOutsideOverlap = 32,         ///< a date does not cover the pixel
  kIncompleteWindow = 64,       ///< the window of a score reached invalid pixels or the border
  kResampledFromInvalid = 128,  ///< the date's own pixel is valid, but too much of the kernel was not
};
/// Outside the area of interest: nothing else is said. No sum of reasons is 255, as a saturated pixel has a score. It
/// is the product's nodata value.
inline constexpr std::uint8_t kOutsideAoi = 255;

inline constexpr std::uint8_t kQualityBits[] = {kNodataBefore,     kNodataAfter,         kMaskedBefore,
                                                kMaskedAfter,      kSaturated,           kOutsideOverlap,
                                                kIncompleteWindow, kResampledFromInvalid};

/// "nodata before", ..., of a single bit. Stable: also keys of the summary, with underscores.
const char* quality_name(std::uint8_t bit);
/// "nodata before + masked after"; "good" for 0, "outside AOI" for 255.
std::string quality_text(std::uint8_t value);
/// Name and colour of all 256 values, for the product's palette: the colour is that of the first reason in the order
/// outside overlap, nodata, masked, resampled from invalid, saturated, incomplete window; both dates mixed darker.
std::vector<Category> quality_categories();

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Pixels at the end of the sensor's range: kept in the output, out of the statistics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/io/raster_description.hpp"
#include "kernels/view/pixel_type.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// The value from which on a date's pixels count as saturated (--saturated V|auto): V, or for "auto" the largest value
/// of the file's type (255 of u8, 65535 of u16). Throws UsageError ("V" is no number) and InputError (auto for another
/// type, bands of different types).
double saturation_value(const std::string& text, const RasterDescription& raster,
                        const std::vector<std::int32_t>& bands);

/// Turns validity 1 into 2 where a band of a decoded window is `value` or more; 0 and 2 stay. `valid` has the row pitch
/// of the pixels. Returns how many pixels were turned. Works on the joint validity of both dates: call it once a date,
/// after both are decoded.
std::int64_t mark_saturated(PixelType type, const void* pixels, std::int32_t width, std::int32_t height,
                            std::int32_t band_count, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch, double value,
                            std::uint8_t* valid);

}  // namespace groundshift

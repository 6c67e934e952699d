// SPDX-License-Identifier: Apache-2.0
// A raster made small in one go over its blocks, on several threads.
#pragma once

#include <cstdint>
#include <vector>

#include "host/io/raster_source.hpp"

namespace groundshift {

/// Means of the valid pixels of a window, as width x height values of every selected band (width and height at most the
/// window's); NaN where there is none. Picture pixel x takes the window's columns whose number times width, divided by
/// the window's width, is x. The result does not depend on the threads. Every unit is decoded once.
/// Throws InputError as the source does.
std::vector<std::vector<float>> pooled_means(RasterSource& source, const Window& window, std::int32_t width,
                                             std::int32_t height, std::int32_t band_count, PixelType type, int threads);

}  // namespace groundshift

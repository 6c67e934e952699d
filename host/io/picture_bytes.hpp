// SPDX-License-Identifier: Apache-2.0
// Pictures as the bytes of a JPEG or PNG file in memory, for pages that carry them inside.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/io/png.hpp"

namespace groundshift {

/// Row-major, one byte a pixel, a place in `palette` (red, green, blue, alpha; at most 256).
struct IndexedImage {
  std::int32_t width = 0, height = 0;
  std::vector<std::uint8_t> index;
  std::vector<std::array<std::uint8_t, 4>> palette;
};

/// quality : 1 to 100. Throws OutputError when GDAL has no JPEG driver or it fails.
std::string jpeg_bytes(const RgbImage& image, int quality);
/// By a palette where 256 colours are enough.
std::string png_bytes(const RgbImage& image);
std::string png_bytes(const IndexedImage& image);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// 8-bit pictures, and PNG files of them, complete or absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace groundshift {

/// Row-major RGB, 3 bytes a pixel.
struct RgbImage {
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::vector<std::uint8_t> rgb;
  std::uint8_t* pixel(std::int32_t x, std::int32_t y) { return rgb.data() + 3 * (std::size_t(y) * width + x); }
  const std::uint8_t* pixel(std::int32_t x, std::int32_t y) const {
    return rgb.data() + 3 * (std::size_t(y) * width + x);
  }
};

/// Throws OutputError. An existing file is replaced only by a complete one.
void write_png(const std::filesystem::path& path, const RgbImage& image);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// 8-bit pictures, and PNG files of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
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

/// Row-major, one byte a pixel, a place in `palette` (red, green, blue, alpha; at most 256).
struct IndexedImage {
  std::int32_t width = 0, height = 0;
  std::vector<std::uint8_t> index;
  std::vector<std::array<std::uint8_t, 4>> palette;
};

/// The file's bytes. A picture is at most 1 GiB.
/// source : Portable Network Graphics (PNG) Specification, third edition, W3C 2025
std::string png_bytes(const RgbImage& image);
std::string png_bytes(const IndexedImage& image);

/// Throws OutputError. An existing file is replaced only by a complete one.
void write_png(const std::filesystem::path& path, const IndexedImage& image);

}  // namespace groundshift

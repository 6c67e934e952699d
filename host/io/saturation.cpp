// SPDX-License-Identifier: Apache-2.0
// Finding saturated pixels.
#include "host/io/saturation.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "host/base/error.hpp"

namespace groundshift {

double saturation_value(const std::string& text, const RasterDescription& raster,
                        const std::vector<std::int32_t>& bands) {
  if (text != "auto") {
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
      throw UsageError(fmt::format("--saturated '{}': is neither auto nor a number", text));
    }
    return value;
  }
  std::optional<double> largest;
  for (const std::int32_t b : bands) {
    const BandInfo& band = raster.bands[static_cast<std::size_t>(b - 1)];
    const bool known = band.type_name == "Byte" || band.type_name == "UInt16";
    const double value = band.type_name == "Byte" ? 255.0 : 65535.0;
    if (!known || (largest && *largest != value)) {
      throw InputError(
          fmt::format("{}, band {}: --saturated auto is the largest value of 8- and 16-bit unsigned "
                      "pixels, and this band is of type {}{}; give the value",
                      raster.path, b, band.type_name, known ? ", unlike others" : ""));
    }
    largest = value;
  }
  return largest.value_or(std::numeric_limits<double>::infinity());
}

std::int64_t mark_saturated(PixelType type, const void* pixels, std::int32_t width, std::int32_t height,
                            std::int32_t band_count, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch, double value,
                            std::uint8_t* valid) {
  return with_pixel_type(type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto* first = static_cast<const T*>(pixels);
    std::int64_t turned = 0;
    for (std::int32_t y = 0; y < height; ++y) {
      std::uint8_t* row = valid + y * row_pitch;
      for (std::int32_t x = 0; x < width; ++x) {
        bool saturated = false;
        for (std::int32_t b = 0; b < band_count; ++b) {
          saturated = saturated || static_cast<double>(first[b * band_pitch + y * row_pitch + x]) >= value;
        }
        if (row[x] != 1 || !saturated) continue;
        row[x] = 2;
        ++turned;
      }
    }
    return turned;
  });
}

}  // namespace groundshift

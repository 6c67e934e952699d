// SPDX-License-Identifier: Apache-2.0
// Runs painted into windows.
#include "host/sites/class_raster.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace groundshift {

std::vector<Category> class_categories() {
  return {{kUnchanged, "unchanged", 235, 235, 235}, {kChanged, "changed", 215, 25, 28}};
}

std::string class_title(double threshold, const std::string& rule) {
  return fmt::format("change: score above {:.6g} ({})", threshold, rule);
}

void paint_classes(FindSites& sites, const Window& window, std::uint8_t* classes) {
  std::fill_n(classes, pixel_count(window), kUnchanged);
  std::vector<Run> runs;
  for (std::int32_t y = 0; y < window.height; ++y) {
    std::uint8_t* row = classes + std::ptrdiff_t{y} * window.width;
    const auto paint = [&](std::uint8_t value) {
      for (const Run& run : runs) {
        const std::int32_t begin = std::max(run.begin - window.x, 0), end = std::min(run.end - window.x, window.width);
        if (begin < end) std::fill(row + begin, row + end, value);
      }
    };
    sites.read_unknown(window.y + y, runs);
    paint(kNoClass);
    sites.read_row(window.y + y, runs);
    paint(kChanged);
  }
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Block means of a pair of windows.
#include "host/align/align_reader.hpp"

#include "host/base/error.hpp"

namespace groundshift {

void average_down(std::int32_t width, std::int32_t height, std::int32_t decimation, const WindowPair& full,
                  float* before, float* after, std::uint8_t* valid) {
  expects(decimation >= 1 && width % decimation == 0 && height % decimation == 0,
          "a decimated window's sides are multiples of the decimation");
  std::ptrdiff_t target = 0;
  for (std::int32_t top = 0; top < height; top += decimation)
    for (std::int32_t left = 0; left < width; left += decimation, ++target) {
      double before_sum = 0.0, after_sum = 0.0;
      std::int32_t count = 0;
      for (std::int32_t y = top; y < top + decimation; ++y)
        for (std::int32_t x = left; x < left + decimation; ++x) {
          const auto p = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
          if (full.valid[p] == 0) continue;
          before_sum += double(full.before[p]);
          after_sum += double(full.after[p]);
          ++count;
        }
      const bool enough = 2 * count >= decimation * decimation;
      before[target] = enough ? static_cast<float>(before_sum / count) : 0.0f;
      after[target] = enough ? static_cast<float>(after_sum / count) : 0.0f;
      valid[target] = enough ? 1 : 0;
    }
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The weights of a few rows, held while the sums of many pairs of variables run over them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/cpu/weigher.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift::cpu {

/// Weights of a window of a weigher's core, and which chunks of kFormChunk pixels have any.
class WeightRows {
 public:
  WeightRows(const Weigher& weigher, const Window& window)
      : window_(window),
        weights_(static_cast<std::size_t>(groundshift::pixel_count(window))),
        scratch_(weigher.scratch_count()) {
    for (std::int32_t y = 0; y < window.height; ++y) {
      for (std::int32_t x0 = 0; x0 < window.width; x0 += kFormChunk) {
        const std::int32_t found =
            weigher.weigh(window.y + y, window.x + x0, std::min(kFormChunk, window.width - x0), scratch_.data(),
                          weights_.data() + std::ptrdiff_t{y} * window.width + x0);
        chunk_used_.push_back(found > 0 ? 1 : 0);
        count_ += found;
      }
    }
  }

  /// Leaves weights to those that are held out alone.
  void keep(const HeldOutRows& held_out) {
    std::size_t chunk = 0;
    count_ = 0;
    for (std::int32_t y = 0; y < window_.height; ++y) {
      for (std::int32_t x0 = 0; x0 < window_.width; x0 += kFormChunk) {
        std::uint32_t* const weights = weights_.data() + std::ptrdiff_t{y} * window_.width + x0;
        const std::int32_t count = std::min(kFormChunk, window_.width - x0);
        held_out.keep(y, x0, count, weights);
        const auto found = static_cast<std::int32_t>(count - std::count(weights, weights + count, 0u));
        chunk_used_[chunk++] = found > 0 ? 1 : 0;
        count_ += found;
      }
    }
  }

  RasterView<const std::uint32_t> view() const {
    return {weights_.data(), window_.width, window_.height, window_.width};
  }
  /// One byte a chunk, row by row.
  const std::uint8_t* chunk_used() const { return chunk_used_.data(); }
  /// Pixels of weight above 0.
  std::int64_t count() const { return count_; }

 private:
  Window window_;
  std::vector<std::uint32_t> weights_;
  std::vector<float> scratch_;
  std::vector<std::uint8_t> chunk_used_;
  std::int64_t count_ = 0;
};

}  // namespace groundshift::cpu

// SPDX-License-Identifier: Apache-2.0
// Which chunks of weighted 16-bit pixels lie so near a centre that their products need no second limb.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernels/cpu/panel_sums.hpp"
#include "kernels/math/exact_sum.hpp"
#include "kernels/recipes/pair_planes.hpp"
#include "kernels/view/clones.hpp"

namespace groundshift::cpu {
namespace {  // internal linkage: GCC clones templates only where no other file shares the instance

/// near, far : one byte a chunk of kPanelChunk pixels; a chunk with weights is one of them
/// center    : one a variable of PanelSums
/// reach     : one a chunk, of those that are near
struct NearChunks {
  std::vector<std::int32_t> center;
  std::vector<std::uint8_t> near, far;
  std::vector<std::uint16_t> reach;
  bool any_near = false, any_far = false;
};

// All bits where the pixel has a weight.
GS_CLONES void mask_weighted(const std::uint32_t* __restrict weights, std::int32_t count,
                             std::uint16_t* __restrict mask) {
  for (std::int32_t x = 0; x < count; ++x) mask[x] = static_cast<std::uint16_t>(weights[x] != 0 ? 0xffff : 0);
}

// Signed pixels, raised by this, are unsigned ones in the same order.
template <class T>
constexpr std::uint16_t kRaise = std::is_signed_v<T> ? 0x8000 : 0;

// Largest distance of a pixel with a weight from the centre (raised, both).
template <class T>
GS_CLONES std::uint16_t farthest(const T* __restrict pixels, const std::uint16_t* __restrict mask, std::uint16_t center,
                                 std::int32_t count) {
  std::uint16_t most = 0;
  for (std::int32_t x = 0; x < count; ++x) {
    const auto pixel = static_cast<std::uint16_t>(static_cast<std::uint16_t>(pixels[x]) ^ kRaise<T>);
    const std::uint16_t above = pixel > center ? pixel : center, below = pixel > center ? center : pixel;
    const auto distance = static_cast<std::uint16_t>(static_cast<std::uint16_t>(above - below) & mask[x]);
    most = distance > most ? distance : most;
  }
  return most;
}

template <class T>
GS_CLONES std::int32_t mean_of_weighted(const T* __restrict pixels, const std::uint32_t* __restrict weights,
                                        std::int32_t count) {
  std::int32_t sum = 0, found = 0;  // of at most kPanelChunk pixels
  for (std::int32_t x = 0; x < count; ++x) {
    const std::int32_t pixel = pixels[x];
    sum += weights[x] != 0 ? pixel : 0;
    found += weights[x] != 0 ? 1 : 0;
  }
  return found > 0 ? sum / found : 0;
}

/// Around the means of the first chunk that has weights. T: u16 or i16; chunk_used : as in PanelSums
template <class T>
NearChunks near_chunks(const PairPlanes<T>& planes, const RasterView<const std::uint32_t>& weights,
                       const std::uint8_t* chunk_used) {
  const std::int32_t bands = planes.before.band_count, variables = 2 * bands;
  const std::int32_t across = (weights.width + kPanelChunk - 1) / kPanelChunk;
  const auto chunk_count = static_cast<std::size_t>(across) * static_cast<std::size_t>(weights.height);
  NearChunks out{{},
                 std::vector<std::uint8_t>(chunk_count),
                 std::vector<std::uint8_t>(chunk_count),
                 std::vector<std::uint16_t>(chunk_count)};
  const auto row_of = [&](std::int32_t v, std::int32_t y) {
    return v < bands ? planes.before.band(v).row(y) : planes.after.band(v - bands).row(y);
  };
  std::uint16_t mask[kPanelChunk];
  for (std::int32_t y = 0; y < weights.height; ++y) {
    for (std::int32_t chunk = 0; chunk < across; ++chunk) {
      const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(chunk);
      if (chunk_used[at] == 0) continue;
      const std::int32_t x0 = chunk * kPanelChunk, count = std::min(kPanelChunk, weights.width - x0);
      if (out.center.empty()) {
        out.center.push_back(0);
        for (std::int32_t v = 0; v < variables; ++v) {
          out.center.push_back(mean_of_weighted<T>(row_of(v, y) + x0, weights.row(y) + x0, count));
        }
      }
      mask_weighted(weights.row(y) + x0, count, mask);
      std::uint16_t reach = 0;
      for (std::int32_t v = 0; v < variables && reach <= kMostReach; ++v) {
        const auto raised = static_cast<std::uint16_t>(
            static_cast<std::uint16_t>(out.center[static_cast<std::size_t>(v) + 1]) ^ kRaise<T>);
        reach = std::max(reach, farthest<T>(row_of(v, y) + x0, mask, raised, count));
      }
      const bool is_near = reach <= kMostReach;
      (is_near ? out.near : out.far)[at] = 1;
      (is_near ? out.any_near : out.any_far) = true;
      out.reach[at] = reach;
    }
  }
  return out;
}

/// Makes sums of w z'_i z'_j, z' = z - center, those of w z_i z_j, in the order of TileGram.
inline void take_centers_back(const std::vector<std::int32_t>& center, std::vector<Int128>& sums) {
  const std::vector<Int128> first(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(center.size()));
  std::size_t at = 0;
  for (std::size_t i = 0; i < center.size(); ++i) {
    for (std::size_t j = i; j < center.size(); ++j, ++at) {
      const Int128 a = center[i], b = center[j];
      if (i > 0) {
        sums[at] += a * first[j] + b * first[i] + a * b * first[0];
      } else {
        sums[at] += b * first[0];
      }
    }
  }
}

}  // namespace
}  // namespace groundshift::cpu

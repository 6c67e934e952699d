// SPDX-License-Identifier: Apache-2.0
// Sizes of the CPU executor's scratch memory.
#include "kernels/cpu/scratch.hpp"

#include <algorithm>

#include "kernels/cpu/gram.hpp"

namespace groundshift::cpu {
namespace {

// Histograms that are filled at the same time; beyond this merging them costs more than the counting.
constexpr int kMaxLocalHistograms = 8;

int local_histograms(int threads) { return std::clamp(threads, 1, kMaxLocalHistograms); }

std::int64_t smoothed_pixels(const WorkspaceShape& shape) {
  return shape.halo > 0 ? std::int64_t{shape.width} * shape.height : 0;
}

}  // namespace

Scratch::Scratch(const WorkspaceShape& shape, int threads)
    : pixel_capacity_(smoothed_pixels(shape)),
      raw_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(pixel_capacity_))),
      means_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(pixel_capacity_))),
      row_sums_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(pixel_capacity_))),
      row_counts_(std::make_unique_for_overwrite<std::int32_t[]>(static_cast<std::size_t>(pixel_capacity_))),
      local_bins_(static_cast<std::size_t>(local_histograms(threads)), std::vector<std::uint32_t>(kFloatBins, 0)) {}

std::size_t Scratch::byte_count(const WorkspaceShape& shape, int threads) {
  return static_cast<std::size_t>(smoothed_pixels(shape)) * (3 * sizeof(float) + sizeof(std::int32_t)) +
         static_cast<std::size_t>(local_histograms(threads)) * kFloatBins * sizeof(std::uint32_t) +
         static_cast<std::size_t>(threads) * gram_worker_bytes(shape);
}

}  // namespace groundshift::cpu

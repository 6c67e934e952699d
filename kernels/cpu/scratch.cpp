// SPDX-License-Identifier: Apache-2.0
// Sizes of the CPU executor's scratch memory.
#include "kernels/cpu/scratch.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "kernels/cpu/gram.hpp"
#include "kernels/cpu/strip_sums.hpp"

namespace groundshift::cpu {
namespace {

// Histograms that are filled at the same time; beyond this merging them costs more than the counting.
constexpr int kMaxLocalHistograms = 8;
constexpr std::size_t kSparePlanes = std::size(SparePlanes{}.plane);
constexpr std::size_t kMostBoxSizes = 4;  // whose strips a worker holds together

int local_histograms(int threads) { return std::clamp(threads, 1, kMaxLocalHistograms); }

std::int64_t pixels(const WorkspaceShape& shape) { return std::int64_t{shape.width} * shape.height; }
std::int64_t raw_pixels(const WorkspaceShape& shape) {
  return shape.halo > 0 || shape.window_scores ? pixels(shape) : 0;
}
std::int64_t spare_pixels(const WorkspaceShape& shape) { return shape.window_scores ? pixels(shape) : 0; }

// Of one worker: box means of the widest radius, or a window score's sums and the pixels of its band of rows.
std::size_t strip_bytes(const WorkspaceShape& shape) {
  if (shape.halo == 0) return 0;
  const std::size_t box = kMostBoxSizes * StripSums<float, 1>::byte_count(shape.halo);
  if (!shape.window_scores) return box;
  const auto band = static_cast<std::size_t>(strip_band_rows(shape.halo)) * kStripColumns;
  return std::max(box, StripSums<double, 5>::byte_count(shape.halo) + band * (sizeof(double) + sizeof(std::int32_t)));
}

}  // namespace

Scratch::Scratch(const WorkspaceShape& shape, int threads)
    : raw_pixels_(raw_pixels(shape)),
      spare_pixels_(spare_pixels(shape)),
      raw_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(raw_pixels_))),
      means_(std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(raw_pixels_))),
      product_(std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(spare_pixels_))),
      spare_(std::make_unique_for_overwrite<float[]>(kSparePlanes * static_cast<std::size_t>(spare_pixels_))),
      local_bins_(static_cast<std::size_t>(local_histograms(threads)), std::vector<std::uint32_t>(kFloatBins, 0)),
      decode_shape_(shape.decode) {}

std::size_t Scratch::byte_count(const WorkspaceShape& shape, int threads) {
  return 2 * static_cast<std::size_t>(raw_pixels(shape)) * sizeof(float) +
         static_cast<std::size_t>(spare_pixels(shape)) * (sizeof(double) + kSparePlanes * sizeof(float)) +
         static_cast<std::size_t>(threads) * std::max(strip_bytes(shape), gram_worker_bytes(shape)) +
         shape.decode.raw_bytes +  // the largest block at most
         static_cast<std::size_t>(local_histograms(threads)) * kFloatBins * sizeof(std::uint32_t);
}

ScorePlanes Scratch::planes(std::int32_t width, std::int32_t height, bool raw, bool spare) const {
  const std::int64_t asked = std::int64_t{width} * height;
  if ((raw && asked > raw_pixels_) || (spare && asked > spare_pixels_)) {
    throw std::invalid_argument("the tile is larger than its workspace");
  }
  ScorePlanes planes;
  planes.raw = {raw_.get(), width, height, width};
  planes.product = {product_.get(), width, height, width};
  for (std::size_t k = 0; k < kSparePlanes; ++k) {
    planes.spare.plane[k] = {spare_.get() + static_cast<std::ptrdiff_t>(k) * spare_pixels_, width, height, width};
  }
  return planes;
}

}  // namespace groundshift::cpu

// SPDX-License-Identifier: Apache-2.0
// Memory that the CPU executor needs beside a tile, taken once a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/api/backend.hpp"
#include "kernels/codec/plane_decoder.hpp"
#include "kernels/recipes/score_tile.hpp"

namespace groundshift::cpu {

/// Workspace of the CPU backend. The planes hold one value a pixel of the largest tile: `raw` and `means` where the
/// shape has a halo or window scores, the others where it has window scores. `local_bins` holds one histogram a worker
/// that may count at the same time; they are zero between calls.
class Scratch final : public Workspace {
 public:
  Scratch(const WorkspaceShape& shape, int threads);
  /// With what the workers take while they work: for strips, or for sums.
  static std::size_t byte_count(const WorkspaceShape& shape, int threads);

  /// Planes for a tile of this size. Throws std::invalid_argument when the workspace was made for smaller ones, or
  /// without the planes asked for.
  ScorePlanes planes(std::int32_t width, std::int32_t height, bool raw, bool spare) const;
  /// Room for the box means of a core, as large as `raw`.
  float* means() const { return means_.get(); }
  std::vector<std::vector<std::uint32_t>>& local_bins() { return local_bins_; }
  /// What the shape says of packed tiles, and their decoder.
  const DecodeShape& decode_shape() const { return decode_shape_; }
  codec::PlaneDecoder& plane_decoder() { return plane_decoder_; }

 private:
  std::int64_t raw_pixels_;
  std::int64_t spare_pixels_;
  std::unique_ptr<float[]> raw_;
  std::unique_ptr<float[]> means_;
  std::unique_ptr<double[]> product_;
  std::unique_ptr<float[]> spare_;
  std::vector<std::vector<std::uint32_t>> local_bins_;
  DecodeShape decode_shape_;
  codec::PlaneDecoder plane_decoder_;
};

}  // namespace groundshift::cpu

// SPDX-License-Identifier: Apache-2.0
// Memory that the CPU executor needs beside a tile, taken once a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/api/backend.hpp"

namespace groundshift::cpu {

/// Workspace of the CPU backend. `raw`, `means`, `row_sums` and `row_counts` hold one value a pixel of the largest tile
/// when the shape has a halo (only then scores or forms are smoothed), else nothing. `local_bins` holds one histogram a
/// worker that may count at the same time; they are zero between calls.
class Scratch final : public Workspace {
 public:
  Scratch(const WorkspaceShape& shape, int threads);
  /// With what the workers hold while they sum over its tile.
  static std::size_t byte_count(const WorkspaceShape& shape, int threads);

  std::int64_t pixel_capacity() const { return pixel_capacity_; }
  float* raw() const { return raw_.get(); }
  float* means() const { return means_.get(); }
  float* row_sums() const { return row_sums_.get(); }
  std::int32_t* row_counts() const { return row_counts_.get(); }
  std::vector<std::vector<std::uint32_t>>& local_bins() { return local_bins_; }

 private:
  std::int64_t pixel_capacity_;
  std::unique_ptr<float[]> raw_;
  std::unique_ptr<float[]> means_;
  std::unique_ptr<float[]> row_sums_;
  std::unique_ptr<std::int32_t[]> row_counts_;
  std::vector<std::vector<std::uint32_t>> local_bins_;
};

}  // namespace groundshift::cpu

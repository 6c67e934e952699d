// SPDX-License-Identifier: Apache-2.0
// What the backend of a job does to decoded tiles in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/bench/rate.hpp"
#include "host/engine/detect_plan.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// Pixels a second of the arithmetic of passes, by what one pass asks of a tile.
/// moments   : the Gram of a pair under unit weights
/// weighted  : one turn of IR-MAD: linear forms, weights out of a table, Gram
/// smoothed  : the same with weights of a 5 x 5 box mean, as contextual normalization asks
/// histogram : of T of the forms
/// score     : of the recipe given, with its box means
struct KernelRates {
  Rates moments, weighted, smoothed, histogram, score;
};

/// What a device moves, bytes a second. copy : within device memory, read and written bytes together
struct DeviceRates {
  double copy_in = 0.0, copy_out = 0.0, copy = 0.0;
};

/// Decoded tiles of the pair, spread over the grid, in memory of the backend (kept on the device where it keeps tiles).
/// Bands that a date lacks are zero; of a date that is resampled the pixels are those of its own grid: rates do not
/// depend on values.
class BenchTiles {
 public:
  /// count : of tiles, at least one
  BenchTiles(DetectPlan& plan, Backend& backend, int count);
  std::size_t count() const { return tiles_.size(); }
  const PairTile& tile(std::size_t i) const { return tiles_[i]; }
  Workspace& workspace(std::size_t i) const { return *workspaces_[i]; }
  std::int64_t pixels() const { return std::int64_t{tiles_.front().width} * tiles_.front().height; }
  /// Of both dates and the validity.
  std::int64_t bytes() const { return bytes_; }
  /// Absent where the backend keeps no tiles.
  std::optional<DeviceRates> device_rates(Backend& backend);

 private:
  void fill(DetectPlan& plan, PairTile& tile, std::byte* memory, int index, int count);

  std::vector<HostBuffer> memory_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;
  std::vector<std::unique_ptr<DeviceTile>> device_;
  std::vector<PairTile> tiles_, host_tiles_;
  std::int64_t bytes_ = 0;
};

/// threads : callers at once for `all`, each with tiles of its own; on the CPU `one` is a backend of one thread.
KernelRates kernel_rates(DetectPlan& plan, const ScoreRecipe& recipe, int threads);

/// Absent on the CPU.
std::optional<DeviceRates> device_rates(DetectPlan& plan);

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// What one slot owns on the device: planes of a tile, scratch, results, the stream they move on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

#include "kernels/cuda/decode_memory.hpp"
#include "kernels/cuda/device_record.hpp"
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/owners.hpp"
#include "kernels/cuda/parameter_memory.hpp"
#include "kernels/cuda/profiler_range.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// A rule's numbers in device memory, and a texture's fits.
struct HeldRule {
  FormRows form;
  const std::uint32_t* table = nullptr;
  HeldFits texture;
};

/// A lattice and tables of weights in device memory.
struct HeldResample {
  PositionLattice positions;
  TapTables tables;
};

/// A source window on the device.
template <class T>
struct SourcePlanes {
  PlanarView<const T> pixels;
  RasterView<const std::uint8_t> valid;
};

/// Where a resampled tile comes to lie on the device.
template <class T>
struct ResampledPlanes {
  PlanarView<T> pixels;
  RasterView<std::uint8_t> states;
};

/// Workspace of the CUDA backend; everything is allocated here, nothing a tile. Throws DeviceFault without room.
class DeviceWorkspace final : public Workspace {
 public:
  explicit DeviceWorkspace(const WorkspaceShape& shape);
  /// Waits for the stream, so that no copy writes into memory that is about to be freed.
  ~DeviceWorkspace() override;
  /// Page-locked bytes beside the slot's own buffers.
  static std::size_t host_byte_count(const WorkspaceShape& shape);

  /// Starts copying `window` of both dates and of the validity; returns their views on the device. Of a tile that is
  /// kept there nothing is copied. Throws std::invalid_argument for a tile that is larger than the shape.
  template <class T>
  PairPlanes<T> copy_in(const PairTile& tile, const Window& window);
  /// Starts copying the terms' fits and projections; the result points into the recipe and the device. Throws
  /// std::invalid_argument for a recipe that is larger than any of its kind for the shape's bands.
  std::vector<HeldTerm> copy_in_terms(const ScoreRecipe& recipe);
  /// Starts copying a rule's first group and table, and the fits of a texture (null: none). Throws the same.
  HeldRule copy_in_rule(const WeightRule& rule, const std::vector<BandFit>* texture_fits);
  /// Starts copying a tile's lattice and the tables. Throws std::invalid_argument for more nodes, weights or output
  /// than the shape has room for.
  HeldResample copy_in_resample(const ResampleTile& tile, const ResampleWeights& weights);
  /// Starts copying a tile's source window. Throws std::invalid_argument for one that is larger than the shape's.
  template <class T>
  SourcePlanes<T> copy_in_source(const ResampleTile& tile);
  /// Planes as large as the tile's output, which copy_in_resample has passed; they are those of AFTER.
  template <class T>
  ResampledPlanes<T> resampled(const ResampleTile& tile) const;
  /// Sleeps until everything started so far is done. Throws DeviceFault when any of it failed.
  void wait();

  cudaStream_t stream() const { return stream_.get(); }
  /// Room for one tile, where copy_in puts those of host memory.
  DeviceRecord& own_tile() { return own_tile_; }
  DecodeMemory& decode_memory() { return decode_memory_; }
  /// Scratch planes for a tile of this size, `raw` and `spare` as asked. Throws std::invalid_argument when the
  /// workspace was made for smaller tiles or without them.
  ScorePlanes planes(std::int32_t width, std::int32_t height, bool raw, bool spare) const;
  /// Of box means of this radius. Throws std::invalid_argument when the workspace was made for smaller ones.
  BoxScratch box_scratch(std::int32_t radius) const;
  RasterView<float> scores(const Window& core) const { return {scores_.data(), core.width, core.height, float_pitch_}; }
  RasterView<std::uint32_t> weights(const Window& core) const {
    return {weights_.data(), core.width, core.height, float_pitch_};
  }
  const DeviceBuffer<unsigned long long>& bins() const { return bins_; }
  const DeviceBuffer<unsigned long long>& sums() const { return sums_; }        ///< Gram; last value: pixels
  const PinnedBuffer<unsigned long long>& staging() const { return staging_; }  ///< as large as bins and as sums

 private:
  WorkspaceShape shape_;
  std::ptrdiff_t row_pitch_;    // pixels, of the planes and of the validity
  std::ptrdiff_t float_pitch_;  // values, of raw and scores
  Stream stream_;
  Event done_;
  DeviceRecord own_tile_;
  DeviceBuffer<std::byte> source_;
  DeviceBuffer<std::uint8_t> source_valid_;
  DeviceBuffer<float> raw_;
  DeviceBuffer<double> product_;
  DeviceBuffer<float> spare_;
  DeviceBuffer<float> scores_;
  DeviceBuffer<std::uint32_t> weights_;
  DeviceBuffer<float> row_sums_;
  DeviceBuffer<std::int32_t> row_counts_;
  DeviceBuffer<unsigned long long> bins_;
  DeviceBuffer<unsigned long long> sums_;
  PinnedBuffer<unsigned long long> staging_;
  ParameterMemory parameters_;
  DecodeMemory decode_memory_;
};

/// For the scope of a call that starts work on the caller's memory: when an exception ends it, waits until the device
/// has let go of that memory. stage : its name in a profiler
class CallScope {
 public:
  CallScope(const DeviceWorkspace& workspace, const char* stage)
      : range_(stage), stream_(workspace.stream()), exceptions_(std::uncaught_exceptions()) {}
  ~CallScope() {
    if (std::uncaught_exceptions() > exceptions_) GS_CUDA_CHECK_NOTHROW(cudaStreamSynchronize(stream_));
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  ProfilerRange range_;
  cudaStream_t stream_;
  int exceptions_;
};

}  // namespace groundshift::GS_CUDA_NAMESPACE

// SPDX-License-Identifier: Apache-2.0
// Tiles that stay in device memory between passes, laid out as a workspace's planes are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/cuda/owners.hpp"
#include "kernels/recipes/pair_planes.hpp"

namespace groundshift::GS_CUDA_NAMESPACE {

/// Pixels from row to row: rows start at multiples of 64 elements, so that packs of pixels are aligned for every type.
constexpr std::ptrdiff_t padded(std::int32_t width) { return (std::ptrdiff_t{width} + 63) / 64 * 64; }

/// Room for one tile: before | after | validity, in an arena that the records of one reserve() share.
class DeviceRecord final : public DeviceTile {
 public:
  using Arena = std::shared_ptr<const DeviceBuffer<std::byte>>;

  static std::size_t byte_count(const WorkspaceShape& shape);
  /// Records for tiles that the shape takes: `count` of them, or as many as one allocation gives after halving.
  static std::vector<std::unique_ptr<DeviceTile>> reserve(const WorkspaceShape& shape, std::size_t count);

  DeviceRecord(Arena arena, std::size_t offset, const WorkspaceShape& shape);

  /// From now on the planes of this tile lie here, written by the caller: those of both dates with `band_count` bands
  /// of their own, the further ones set to 0, validity 1 everywhere. Throws std::invalid_argument for
  /// a tile that is larger than the shape.
  std::array<codec::DecodedPlanes, 2> begin_writing(cudaStream_t stream, const PairTile& tile,
                                                    std::array<std::int32_t, 2> band_count);
  /// Starts copying a tile's planes in. Throws std::invalid_argument for a tile that is larger than the shape.
  void copy_in(cudaStream_t stream, const PairTile& tile);
  /// Starts copying planes back into the tile's own memory.
  void copy_back(cudaStream_t stream, const PairTile& tile, HostPlanes which) const;
  /// The tile's bands as they lie here. Throws std::invalid_argument unless copy_in has seen this tile's planes.
  template <class T>
  PairPlanes<T> planes(const PairTile& tile) const;

  /// First element of a date's planes and of the validity.
  template <class T>
  T* date(Date date) const {
    return reinterpret_cast<T*>(data_ + (date == Date::after ? date_byte_count() : 0));
  }
  std::uint8_t* valid() const { return reinterpret_cast<std::uint8_t*>(data_ + 2 * date_byte_count()); }

 private:
  std::size_t date_byte_count() const;
  void hold(const PairTile& tile);

  Arena arena_;
  std::byte* data_;
  WorkspaceShape shape_;
  std::ptrdiff_t row_pitch_, band_pitch_;                 // pixels
  std::int32_t width_ = 0, height_ = 0, band_count_ = 0;  // of what lies here
};

}  // namespace groundshift::GS_CUDA_NAMESPACE

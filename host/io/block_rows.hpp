// SPDX-License-Identifier: Apache-2.0
// Rows of an unpacked TIFF block become rows of planes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "host/io/sample_rows.hpp"
#include "host/io/tiff_directory.hpp"
#include "kernels/codec/split_bands.hpp"

namespace groundshift {

/// Planes that decode() fills, and which window of the raster they are.
struct PlaneWindow {
  Window window;
  std::byte* pixels = nullptr;
  std::ptrdiff_t row_pitch = 0, band_pitch = 0;  ///< elements
  std::ptrdiff_t pixel_bytes = 0;
  std::uint8_t* valid = nullptr;
};

/// One band that is wanted of a block.
/// sample : its place among the block's samples of a pixel
/// band   : its place in the selection, or kAlpha: its zeros make pixels invalid
struct BlockTarget {
  static constexpr std::int32_t kAlpha = -1;
  std::int32_t sample = 0;
  std::int32_t band = 0;
  std::array<std::byte, 8> absent{};  ///< its sample where a sparse file has no block
};

/// One thread's way from blocks to planes. Counts what was inexact.
class BlockRows {
 public:
  BlockRows(const TiffLayout& layout, const SampleRows& rows, std::size_t most_targets, std::size_t band_count);

  static std::int64_t byte_count(const TiffLayout& layout, std::size_t most_targets);

  /// bytes : whole rows of the block (across, down) unpacked, from row `first_row` on; predictor 3 is undone in place.
  /// Targets in the order in which their bands judge pixels.
  void put(std::span<std::byte> bytes, std::int32_t across, std::int32_t down, std::int32_t first_row,
           std::span<const BlockTarget> targets, const PlaneWindow& planes);
  /// The same for a block that a sparse file does not store.
  void put_absent(std::int32_t across, std::int32_t down, std::span<const BlockTarget> targets,
                  const PlaneWindow& planes);

  /// Inexact values of each band of the selection, since the last call of clear_inexact().
  std::span<const std::int64_t> inexact() const { return inexact_; }
  void clear_inexact();

 private:
  /// The part of a block that lies in the window, in pixels of the block.
  struct Part {
    std::int32_t x0, x1, y0, y1;
  };
  Part part_of(std::int32_t across, std::int32_t down, const Window& window) const;
  /// Where row y of the block goes for every target.
  void aim(std::int32_t across, std::int32_t down, std::int32_t y, const Part& part,
           std::span<const BlockTarget> targets, const PlaneWindow& planes);
  void finish(std::int32_t across, std::int32_t down, std::int32_t y, const Part& part,
              std::span<const BlockTarget> targets, const PlaneWindow& planes);
  bool in_place(const BlockTarget& target, const Part& part) const {
    return rows_.direct() && target.band != BlockTarget::kAlpha && part.x0 == 0;
  }

  const TiffLayout& layout_;
  const SampleRows& rows_;
  const std::size_t scratch_pitch_;  ///< bytes
  std::vector<std::byte> scratch_;   ///< a row of samples a target
  std::vector<BandRow> aims_;
  std::vector<std::int64_t> inexact_;
};

}  // namespace groundshift

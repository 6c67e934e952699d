// SPDX-License-Identifier: Apache-2.0
// Windows of pixels cut into the blocks of a file and of its overviews as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "host/io/halve_pixels.hpp"
#include "host/io/waiting_blocks.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// block_width, block_height : even
/// memory_bytes              : for blocks that are not whole yet; those beyond go to a scratch file
struct PyramidSpec {
  std::int32_t width = 0, height = 0, band_count = 1;
  PixelType type = PixelType::f32;
  std::int32_t block_width = 512, block_height = 512;
  bool overviews = false;
  OverviewRule rule = OverviewRule::average;
  std::optional<double> nodata;
  std::int64_t memory_bytes = 0;
  std::filesystem::path scratch_folder;
};

/// Level 0 is the raster. Each level is half of the one below, rounded down and at least 1 (an odd last column or row
/// is in no overview), down to the first that is no larger than a block: the levels of GDAL's COG driver.
struct PyramidLevel {
  std::int32_t width = 0, height = 0;
  std::int32_t blocks_across = 0, blocks_down = 0;
  std::int64_t first_block = 0;  ///< number of its first block, counted over all levels
  std::int64_t block_count() const { return std::int64_t{blocks_across} * blocks_down; }
};
std::vector<PyramidLevel> pyramid_levels(const PyramidSpec& spec);

/// Planar pixels of a block, cropped to its level; pitches count pixels.
struct BlockPixels {
  const std::byte* data = nullptr;
  std::int32_t width = 0, height = 0;
  std::ptrdiff_t row_pitch = 0, band_pitch = 0;
};

/// Windows that do not overlap may come from several threads, in any order. Every block is handed over once, in the
/// thread that completed it: straight from the caller's pixels where a window covers it, else from a copy. What is
/// handed over does not depend on windows or order.
class OverviewPyramid {
 public:
  /// take : gets a block's number and pixels; from any thread
  OverviewPyramid(PyramidSpec spec, std::function<void(std::int64_t, const BlockPixels&)> take);

  /// Throws OutputError (scratch) and what `take` throws.
  void add(const Window& window, const void* data, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch);
  const std::vector<PyramidLevel>& levels() const { return levels_; }
  /// Every pixel of every level has come.
  bool complete() const { return blocks_waiting_.count() == 0; }

 private:
  Window block_window(std::size_t level, std::int32_t bx, std::int32_t by) const;
  void block_done(std::size_t level, std::int32_t bx, std::int32_t by, const BlockPixels& pixels);
  template <class Fill>
  void fill_part(std::size_t level, const Window& part, Fill&& fill);

  const PyramidSpec spec_;
  const std::ptrdiff_t pixel_bytes_, plane_;
  const std::vector<PyramidLevel> levels_;
  const std::function<void(std::int64_t, const BlockPixels&)> take_;
  WaitingBlocks blocks_waiting_;
};

}  // namespace groundshift

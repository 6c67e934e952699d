// SPDX-License-Identifier: Apache-2.0
// Which raw blocks of a GeoTIFF a backend may decode itself, and their way into a batch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/io/block_rows.hpp"
#include "host/io/packed_batch.hpp"
#include "host/io/raster_source.hpp"
#include "host/io/tiff_blocks.hpp"

namespace groundshift {

/// What a reader knows of its file beside the blocks.
/// targets : the selection's bands in order, an alpha band before them
/// masked  : validity comes from elsewhere too
/// converted : samples are not the selection's pixels as they stand
/// absent_known : what a block that is not stored holds
struct BlockFacts {
  std::span<const BlockTarget> targets;
  bool masked = false, converted = false, absent_known = true;
};

/// Thread-safe. The blocks must outlive it.
class PackedBlocks {
 public:
  PackedBlocks(const TiffBlocks& blocks, const RasterDescription& description, const SourceSelection& selection,
               const BlockFacts& facts);

  /// Why no backend takes this file's blocks; empty: one may.
  const std::string& refusal() const { return refusal_; }
  std::int32_t band_count() const { return band_count_; }
  TiffCodec codec() const { return layout_.codec; }
  /// Descriptors that a batch must have room for.
  std::int64_t layout_count() const { return 1; }
  std::int64_t target_count() const { return static_cast<std::int64_t>(targets_.size()); }
  /// Of the blocks that a window (inside the raster) touches, and of all.
  PackedNeed need(const Window& window) const;
  PackedNeed need_of_all() const { return need({0, 0, layout_.width, layout_.height}); }

  /// Adds the blocks that a window (inside the raster) touches, and reads their bytes in the order of the file. The
  /// window's first pixel is (to_x, to_y) of the tile. False where a block's range, size or bytes are not to be had, or
  /// the batch is full: the reader takes the tile, and says what is wrong with it.
  bool add(const Window& window, Date date, std::int32_t to_x, std::int32_t to_y, PackedBatch& batch) const;

 private:
  /// The targets that blocks of one plane fill.
  struct Plane {
    std::int32_t number = 0;
    std::uint32_t first_target = 0, target_count = 0;
  };
  struct BlockRange {
    std::int32_t x0, x1, y0, y1;  ///< last ones included
  };
  BlockRange range(const Window& window) const;
  /// Everything but the place of its bytes.
  codec::PackedBlock describe(std::int64_t block, const Window& window, std::int32_t to_x, std::int32_t to_y) const;
  bool plausible(std::int64_t block) const;
  const Plane& plane_of(std::int64_t block) const;

  const TiffBlocks& blocks_;
  const TiffLayout& layout_;
  std::int32_t band_count_ = 0;
  std::string refusal_;
  codec::BlockLayout form_;
  std::vector<codec::SampleTarget> targets_;  ///< in the order of planes_
  std::vector<Plane> planes_;                 ///< ascending; one where bands lie together
};

}  // namespace groundshift

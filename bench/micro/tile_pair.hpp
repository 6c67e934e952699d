// SPDX-License-Identifier: Apache-2.0
// One made-up tile of a pair for the micro benches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api/backend.hpp"

namespace groundshift::bench {

struct TileShape {
  PixelType type = PixelType::u16;
  std::int32_t band_count = 4;
  std::int32_t side = 512;  ///< width and height
};

/// Pixels of ordinary reflectance-like values, one in 64 invalid; in memory of the backend, as the pipeline has it.
class TilePair {
 public:
  TilePair(Backend& backend, const TileShape& shape);
  const PairTile& tile() const { return tile_; }
  RasterView<float> scores() const;
  std::int64_t pixel_count() const { return std::int64_t{tile_.width} * tile_.height; }
  /// Bytes that any executor must read: both dates and the validity.
  std::int64_t input_bytes() const;

 private:
  HostBuffer before_;
  HostBuffer after_;
  HostBuffer valid_;
  HostBuffer scores_;
  PairTile tile_;
};

/// Sums of the pixels alike, or under weights from as many forms as there are bands.
GramRecipe gram_recipe(const TileShape& shape, bool weighted);

/// "u16x4/512"
std::string name_of(const TileShape& shape);

}  // namespace groundshift::bench

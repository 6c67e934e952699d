// SPDX-License-Identifier: Apache-2.0
// Small made-up pairs of every pixel type, and their tiles as the pipeline would cut them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/api/pair_tile.hpp"

namespace groundshift::parity {

enum class Values { ordinary, extreme };  ///< extreme: type limits, zeros, equal dates; f32 also tiny, huge, inf, NaN

/// Both dates of an image, planar. Rows are `row_pitch` elements apart, which is more than the width, and the first
/// pixel lies one element into the buffer: nothing is aligned by chance.
struct Scene {
  PixelType type = PixelType::u8;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t band_count = 0;
  std::ptrdiff_t row_pitch = 0;
  std::vector<std::byte> before;
  std::vector<std::byte> after;
  std::vector<std::uint8_t> valid;

  /// Pixel as float and as the type itself; `after_date` picks the date.
  double value(bool after_date, std::int32_t band, std::int32_t x, std::int32_t y) const;
  /// 0, 1 or 2 (kernels/api/pair_tile.hpp).
  std::uint8_t validity(std::int32_t x, std::int32_t y) const;
  bool is_valid(std::int32_t x, std::int32_t y) const { return validity(x, y) != 0; }
  /// The tile whose core is `core` (in image pixels) with up to `halo` pixels around it, cut at the image's border.
  PairTile tile(const Window& core, std::int32_t halo) const;
  std::string name() const;
};

struct SceneShape {
  PixelType type;
  std::int32_t band_count;
  std::int32_t width;
  std::int32_t height;
  bool holed;  ///< a third of the pixels invalid, in runs and alone; else all valid
  Values values = Values::ordinary;
};

/// A function of the shape alone.
Scene make_scene(const SceneShape& shape);

/// The same scene with some of its valid pixels, in runs and alone, kept out of the statistics.
Scene with_kept_out(Scene scene);

/// The same scene with bands [first_band, band_count) of one date zero, as where that date has fewer bands.
Scene with_padding(Scene scene, bool after_date, std::int32_t first_band);

/// Cores of the tiles of `tile_size` (a multiple of kCellSize) over the image, row-major.
std::vector<Window> cores_of(const Scene& scene, std::int32_t tile_size);

}  // namespace groundshift::parity

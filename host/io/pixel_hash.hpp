// SPDX-License-Identifier: Apache-2.0
// An identity of pixels that codec, tiling and order of work cannot change.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/view/pixel_type.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// SHA-256 over the concatenated SHA-256 digests of the 256 x 256 cells, band after band, cells row-major, edge cells
/// cropped, rows top to bottom, little endian, every NaN of a float32 as 0x7fc00000. Digests may be added in any order
/// and, for different cells, from several threads.
class PixelHash {
 public:
  PixelHash(std::int32_t width, std::int32_t height, std::int32_t band_count);

  /// Adds all cells of a window whose origin lies on a cell corner and which ends on cell borders or the raster's.
  /// `data` points at the window's first pixel; `bytes_per_pixel` and `is_float32` describe it.
  void add(std::int32_t band, const Window& window, const void* data, std::ptrdiff_t row_pitch,
           std::size_t bytes_per_pixel, bool is_float32);
  /// Lower-case hexadecimal. Every cell must have been added.
  std::string hex() const;

 private:
  using Digest = std::array<unsigned char, 32>;
  std::int32_t width_, height_, band_count_, cells_across_, cells_down_;
  std::vector<Digest> digests_;
};

/// Hash of a raster file in its own pixel type, as `info --hash` prints it. Throws InputError.
std::string hash_file(const std::string& path);

}  // namespace groundshift

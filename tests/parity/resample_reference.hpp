// SPDX-License-Identifier: Apache-2.0
// Source images, lattices and plain resampling in long double and 128-bit integers, to judge the executors by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/api/resample_recipe.hpp"

namespace groundshift::parity {

/// A whole source image, planar; rows are wider apart than they are long, and nothing is aligned by chance. Values at
/// invalid pixels are as good as any (f32: NaN).
struct SourceImage {
  PixelType type = PixelType::u8;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t band_count = 0;
  std::ptrdiff_t row_pitch = 0;
  std::vector<std::byte> pixels;
  std::vector<std::uint8_t> valid;

  double value(std::int32_t band, std::int32_t x, std::int32_t y) const;
  void set(std::int32_t band, std::int32_t x, std::int32_t y, double value);
  bool is_valid(std::int32_t x, std::int32_t y) const;
  ResampleTile::Source window(const Window& window) const;
};
enum class Holes { none, many, all };
/// A function of its arguments alone; values go up to the type's limits.
SourceImage make_source(PixelType type, std::int32_t band_count, std::int32_t width, std::int32_t height, Holes holes);

/// Position in source pixels of an output pixel.
struct SourcePoint {
  double x, y;
};
using Mapping = std::function<SourcePoint(double, double)>;
/// x = origin + turn of the output pixel: a in the direction of x, b across.
Mapping affine(double origin_x, double origin_y, double a, double b);

/// The absolute lattice over an output of some size, and the piece of it that a tile sees.
class Lattice {
 public:
  Lattice(std::int32_t step_log2, std::int32_t width, std::int32_t height, const Mapping& mapping);
  /// Takes a node's position away: that of x, of y, or both (bits 1 and 2).
  void undefine(std::int32_t column, std::int32_t row, int axes);
  /// Of the tile `tile` of the output, relative to source pixel (left, top). Valid until the next call.
  PositionLattice piece(const Window& tile, std::int32_t left, std::int32_t top);

 private:
  std::int32_t step_log2_;
  std::int32_t columns_;
  std::vector<std::int64_t> x_, y_;              // of all nodes, relative to the image
  std::vector<std::int64_t> piece_x_, piece_y_;  // of the last piece
};

/// Planes and states of an output, packed: value (b, x, y) at ((b * height) + y) * width + x.
struct Resampled {
  std::vector<std::byte> pixels;
  std::vector<std::uint8_t> states;
  bool operator==(const Resampled&) const = default;

  template <class T>
  T value(std::size_t index) const {
    return reinterpret_cast<const T*>(pixels.data())[index];
  }
};

/// What any executor must give, bit for bit, with these tables.
Resampled reference_resampled(const SourceImage& source, const PositionLattice& positions,
                              const ResampleWeights& weights, std::int32_t width, std::int32_t height);

/// The kernel itself at distance x from its centre, in long double with libm.
long double reference_kernel(ResampleMethod method, long double x);
/// Band 0 at a position: the sum over all source pixels under the kernel, neither position nor weights rounded.
long double reference_value(const SourceImage& source, ResampleMethod method, double scale, long double x,
                            long double y);

}  // namespace groundshift::parity

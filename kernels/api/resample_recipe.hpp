// SPDX-License-Identifier: Apache-2.0
// What resampling is asked for: a source window in host memory, where the output's pixels lie in it, the weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/view/pixel_type.hpp"
#include "kernels/view/position_lattice.hpp"
#include "kernels/view/raster_view.hpp"
#include "kernels/view/resampling.hpp"

namespace groundshift {

/// nearest  : the pixel whose area holds the position
/// bilinear : tent, 2 x 2 taps      cubic : Keys 1981 with a = -1/2 (Catmull-Rom), 4 x 4      lanczos : 3 lobes, 6 x 6
/// These are the kernels of gdalwarp's near, bilinear, cubic and lanczos.
enum class ResampleMethod : std::uint8_t { nearest, bilinear, cubic, lanczos };

/// Tables made by resample_weights() (kernels/solve/resample_weights.hpp).
/// x, y : kResamplePhases rows of taps_x, taps_y weights. Tap k of phase p belongs to the pixel
///        floor(position) - (taps / 2 - 1) + k, the position being p / kResamplePhases behind its floor; with one tap
///        (nearest) to the pixel whose area holds the position
struct ResampleWeights {
  ResampleMethod method = ResampleMethod::nearest;
  double scale_x = 1.0;  ///< source pixels an output pixel; above 1 the kernel is stretched by it
  double scale_y = 1.0;
  std::int32_t taps_x = 0;
  std::int32_t taps_y = 0;
  std::vector<std::int16_t> x;
  std::vector<std::int16_t> y;
};

/// One tile of the output and the window of the source image that it is made of, both in host memory. Does not own.
/// source : planar, `width` x `height` pixels (may be 0: no part of the tile lies in the image), valid 0 = invalid,
///          else valid, in all bands. It must hold every tap that the image has: a tap beyond it counts as beyond the
///          image. Pixels that are not valid are not looked at (NaN there is no harm).
/// output : planar; every pixel of every band and of `state` (ResampledState) is written
/// pitches count elements; `valid` and `state` have the row pitch of their pixels
struct ResampleTile {
  struct Source {
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::ptrdiff_t row_pitch = 0;
    std::ptrdiff_t band_pitch = 0;
    const void* pixels = nullptr;
    const std::uint8_t* valid = nullptr;
  };
  struct Output {
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::ptrdiff_t row_pitch = 0;
    std::ptrdiff_t band_pitch = 0;
    void* pixels = nullptr;
    std::uint8_t* state = nullptr;
  };
  PixelType type = PixelType::u8;
  std::int32_t band_count = 0;
  Source source;
  Output output;
  PositionLattice positions;

  template <class T>
  PlanarView<const T> source_as() const {
    return {static_cast<const T*>(source.pixels),
            source.width,
            source.height,
            band_count,
            source.row_pitch,
            source.band_pitch};
  }
  template <class T>
  PlanarView<T> output_as() const {
    return {
        static_cast<T*>(output.pixels), output.width, output.height, band_count, output.row_pitch, output.band_pitch};
  }
  RasterView<const std::uint8_t> valid_view() const {
    return {source.valid, source.width, source.height, source.row_pitch};
  }
  RasterView<std::uint8_t> state_view() const { return {output.state, output.width, output.height, output.row_pitch}; }
};

/// The largest resampling that a workspace must take; all 0: none.
struct ResampleShape {
  std::int32_t source_width = 0;
  std::int32_t source_height = 0;
  std::int64_t node_count = 0;    ///< of a tile's lattice
  std::int64_t weight_count = 0;  ///< of both tables

  /// For output tiles up to tile_width x tile_height, wherever their first pixel lies in the lattice.
  static ResampleShape of(std::int32_t source_width, std::int32_t source_height, std::int32_t tile_width,
                          std::int32_t tile_height, std::int32_t step_log2, const ResampleWeights& weights) {
    const std::int32_t last = (1 << step_log2) - 1;
    return {source_width, source_height,
            std::int64_t{lattice_node_count(last, tile_width, step_log2)} *
                lattice_node_count(last, tile_height, step_log2),
            static_cast<std::int64_t>(weights.x.size() + weights.y.size())};
  }
};

}  // namespace groundshift

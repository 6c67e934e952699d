// SPDX-License-Identifier: Apache-2.0
// What one tile of a pair is when it reaches a backend, and what a backend gives back.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/view/pixel_type.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

class DeviceTile;

/// One tile of both dates in host memory, with the halo that the recipe asked for. Does not own.
/// before, after : planar, band_count bands of `type`, `width` x `height` pixels, row_pitch and band_pitch in elements
/// valid         : width x height bytes (row pitch = row_pitch), 1 where both dates are valid in every band, else 0;
///                 2 where they are, but the pixel is kept out of all statistics (Gram, histograms of pixels):
///                 scores treat 2 like 1; pixels outside the image are not in the tile (its halo is cut at the image's
///                 border)
/// core          : the tile without its halo, in pixels of this buffer; its origin lies on a cell corner of the grid
/// device        : the same pixels kept in device memory (Backend::keep_on_device), or null; where it is set no verb
///                 looks at before, after and valid, which may be null; the first band here is its `device_band`
struct PairTile {
  PixelType type = PixelType::u8;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t band_count = 0;
  std::ptrdiff_t row_pitch = 0;
  std::ptrdiff_t band_pitch = 0;
  const void* before = nullptr;
  const void* after = nullptr;
  const std::uint8_t* valid = nullptr;
  Window core;
  const DeviceTile* device = nullptr;
  std::int32_t device_band = 0;

  template <class T>
  PlanarView<const T> before_as() const {
    return {static_cast<const T*>(before), width, height, band_count, row_pitch, band_pitch};
  }
  template <class T>
  PlanarView<const T> after_as() const {
    return {static_cast<const T*>(after), width, height, band_count, row_pitch, band_pitch};
  }
  RasterView<const std::uint8_t> valid_view() const { return {valid, width, height, row_pitch}; }
};

enum class Date : std::uint8_t { before, after };

/// Bins of the streamed histogram: the top 16 bits of a float32 mapped so that order of bins = order of values.
inline constexpr std::int32_t kFloatBins = 65536;

}  // namespace groundshift

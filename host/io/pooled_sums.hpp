// SPDX-License-Identifier: Apache-2.0
// A raster as a smaller picture of means, out of parts that come in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Sums and counts of the valid pixels that fall on each pixel of a picture. Picture pixel x takes the columns whose
/// number times the picture's width, divided by the raster's, is x; rows alike. Sums of integers are exact, so that the
/// means do not depend on the parts; those of floats depend on parts and their order.
class PooledSums {
 public:
  /// width x height picture pixels, at most as many as the raster's
  PooledSums(std::int32_t raster_width, std::int32_t raster_height, std::int32_t width, std::int32_t height,
             std::int32_t band_count);

  /// Of the picture pixels that a part of the raster touches. Kept by the caller for the next part.
  struct Part {
    std::int32_t x = 0, y = 0, width = 0, height = 0;  // in the picture
    std::vector<double> sums;                          // band after band
    std::vector<std::uint32_t> counts;                 // of all bands: validity is joint
  };

  /// Pixels of a window of the raster, of which at most 65536 rows fall on one of the picture. From several threads.
  /// bands : first pixel of the window, one a band    valid : the same of the validity; null: all are
  template <class T>
  void sum(const Window& window, std::span<const T* const> bands, std::ptrdiff_t row_pitch, const std::uint8_t* valid,
           std::ptrdiff_t valid_pitch, Part& out) const;

  /// From one thread at a time.
  void add(const Part& part);

  /// Band after band; NaN where no pixel is valid.
  std::vector<std::vector<float>> means() const;

  /// Memory of the sums.
  static std::int64_t byte_count(std::int32_t width, std::int32_t height, std::int32_t band_count) {
    return std::int64_t{width} * height *
           (band_count * std::int64_t{sizeof(double)} + std::int64_t{sizeof(std::uint32_t)});
  }

 private:
  std::size_t plane() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_); }

  const std::int32_t raster_width_, raster_height_, width_, height_, band_count_;
  std::vector<double> sums_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace groundshift

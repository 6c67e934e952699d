// SPDX-License-Identifier: Apache-2.0
// A raster as it lies on a grid, at any reduction: what pictures and plots are made of, never scores.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/geo/grid.hpp"
#include "host/io/raster_description.hpp"

namespace groundshift {

/// bands : planes of width x height values, rows top to bottom, NaN where there is no pixel
struct ViewPixels {
  std::int32_t width = 0, height = 0;
  std::vector<std::vector<float>> bands;
};

enum class ViewSampling : std::uint8_t { average, nearest };

/// offset : pixel (x, y) of the grid is pixel (x + offset[0], y + offset[1]) of the raster; absent: the raster is
/// warped
///          onto the grid (bilinear, or averages where it is reduced) unless its own grid is the same
/// nodata : one a band, instead of the file's own; empty: the file's own
/// scaled : values are offset + scale * stored, by the band's own scale and offset
/// threads: that decode where a large window is made small
struct ViewOptions {
  std::optional<std::array<std::int64_t, 2>> offset;
  std::vector<std::optional<double>> nodata;
  bool scaled = false;
  int threads = 1;
};

/// One thread at a time. Memory is bounded by what is read, not by the raster's size.
class GridView {
 public:
  /// Throws InputError: cannot be opened, or there is no way onto the grid.
  GridView(const std::string& path, Grid grid, ViewOptions options = {});
  ~GridView();
  GridView(GridView&&) noexcept;
  GridView& operator=(GridView&&) noexcept;

  const RasterDescription& description() const;
  const Grid& grid() const;
  /// The pixels shown are resampled ones.
  bool warped() const;
  /// When the picture was taken, as the file says (GDAL's IMAGERY metadata); empty: it does not.
  std::string acquired() const;

  /// Whether read() gives means of all pixels of the window by their own nodata alone: no overview stands in for them,
  /// no mask or alpha hides some, none is resampled, and the raster covers the window.
  bool reads_means(const PixelRect& window, std::int32_t width, std::int32_t height,
                   const std::vector<std::int32_t>& bands) const;
  /// A window of the grid (inside it) as width x height values a band; bands count from 1. A reduced read takes the
  /// file's overviews where there are some. Throws InputError naming the file.
  ViewPixels read(const PixelRect& window, std::int32_t width, std::int32_t height,
                  const std::vector<std::int32_t>& bands, ViewSampling sampling = ViewSampling::average) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundshift

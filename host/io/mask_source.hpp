// SPDX-License-Identifier: Apache-2.0
// A mask file seen on the output grid, window by window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "host/base/progress.hpp"
#include "host/geo/common_grid.hpp"
#include "host/io/mask_layout.hpp"
#include "kernels/view/raster_view.hpp"

namespace groundshift {

/// Pixels of one window.
struct MaskCounts {
  std::int64_t masked = 0;     ///< in all: by the rule, by dilation, not covered
  std::int64_t saturated = 0;  ///< and not masked
  std::int64_t uncovered = 0;  ///< outside the mask file, whatever is done with them
};

/// A mask on any grid, by nearest pixel. Thread-safe; one dataset handle a thread. A pixel's verdict does not depend on
/// the window it is read in. Dilation is exact: a disc (in metres an ellipse of output pixels, those of the grid's
/// centre where the CRS is geographic) around every pixel that the rule masks, also those outside the window and
/// outside the output grid; pixels that the file does not cover do not grow, nor do saturated ones.
class MaskSource {
 public:
  /// Throws InputError: unreadable, too few bands, bits of a floating-point band, no way onto the grid, dilation in
  /// metres without CRS or beyond kLargestDilation. Warning "mask_elsewhere" when it covers none of the grid.
  MaskSource(MaskSpec spec, const Grid& output, Warnings& warnings);
  ~MaskSource();
  MaskSource(MaskSource&&) noexcept;
  MaskSource& operator=(MaskSource&&) noexcept;

  const MaskSpec& spec() const;
  const DateOnGrid& placement() const;
  /// Output pixels read around a window.
  std::int32_t margin_x() const;
  std::int32_t margin_y() const;

  /// Memory that one read() of so many pixels takes while it lasts.
  std::int64_t read_bytes(std::int32_t width, std::int32_t height) const;

  /// Writes a MaskVerdict a pixel of the window (of the output grid). Throws InputError.
  MaskCounts read(const Window& window, std::uint8_t* verdicts, std::ptrdiff_t row_pitch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Output pixels; beyond that a window's margin would be most of what is read.
inline constexpr std::int32_t kLargestDilation = 512;

}  // namespace groundshift

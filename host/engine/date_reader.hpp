// SPDX-License-Identifier: Apache-2.0
// One date's pixels on the output grid: its own where the grids agree, resampled once where they do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "host/engine/detect_plan.hpp"
#include "host/io/unit_cache.hpp"
#include "kernels/api/backend.hpp"

namespace groundshift {

/// What a slot holds for resampling: a window of the source and the states of a tile's pixels. Allocated once.
class SourceBuffer {
 public:
  SourceBuffer() = default;
  SourceBuffer(Backend& backend, const SourceShape& shape, PixelType type, std::int32_t band_count,
               std::int64_t tile_pixels);

  /// Pixels of a plane with padded rows.
  static std::int64_t plane(std::int32_t width, std::int32_t height);
  /// Bytes that the constructor takes. tile_pixels : plane() of the largest padded tile
  static std::int64_t byte_count(const SourceShape& shape, PixelType type, std::int32_t band_count,
                                 std::int64_t tile_pixels);

  const SourceShape& shape() const { return shape_; }
  std::byte* pixels() const { return static_cast<std::byte*>(memory_.data()); }
  std::uint8_t* valid() const { return reinterpret_cast<std::uint8_t*>(pixels() + pixel_bytes_); }
  std::uint8_t* state() const { return valid() + plane_; }

 private:
  SourceShape shape_;
  std::int64_t plane_ = 0, pixel_bytes_ = 0;
  HostBuffer memory_;
};

/// Thread-safe for different slots.
class DateReader {
 public:
  /// The planned input, with its place on the grid, must outlive the reader; units: of its source.
  DateReader(const PlannedInput& input, PixelType type, std::unique_ptr<UnitCache> units, Backend& backend);

  /// Where read() puts a window: planar pixels of the plan's type, one validity byte a pixel.
  struct Planes {
    std::byte* pixels = nullptr;
    std::ptrdiff_t row_pitch = 0, band_pitch = 0;  ///< elements
    std::uint8_t* valid = nullptr;
    std::uint8_t* reasons = nullptr;  ///< gets QualityBits, a byte a pixel; may be null
    std::uint8_t* scratch = nullptr;  ///< a plane like the validity's, where reasons are wanted
  };

  /// The date's pixels in a window of the output grid. valid : set to 0 where the date has no valid pixel, else left as
  /// it is; pixels outside the date are 0. workspace, buffer : the slot's, used where the date is resampled.
  /// Throws InputError naming file, band and block of the first part that cannot be read.
  void read(const Window& window, Workspace& workspace, const SourceBuffer& buffer, const Planes& out);

  std::int64_t decoded_bytes() const { return units_->decoded_bytes(); }
  /// No later pass wants what this one decodes; call between passes.
  void hold_no_more() { units_->hold_no_more(); }
  /// No later pass wants what this one decodes, but its tiles share it: `units` at a time.
  void hold_at_most(std::int32_t units) { units_->hold_at_most(units); }
  /// For another reader; this one is done.
  std::unique_ptr<UnitCache> take_units() { return std::move(units_); }

 private:
  void copy(const Window& window, const Planes& out);
  void resample(const Window& window, Workspace& workspace, const SourceBuffer& buffer, const Planes& out);
  void leave_empty(const Window& window, const Planes& out) const;
  /// Units into the planes, and the nodata bit where they are not valid.
  void read_units(const Window& window, const Planes& out);
  /// The part of `out` that begins at column x and row y.
  Planes part(const Planes& out, std::int32_t x, std::int32_t y) const;

  const PlannedInput& input_;
  const PixelType type_;
  const std::int32_t band_count_;
  const std::uint8_t nodata_bit_;
  std::unique_ptr<UnitCache> units_;
  Backend& backend_;
};

/// Memory of one decoded unit of a planned input; how many units its raster has.
std::int64_t unit_bytes(const PlannedInput& input, PixelType type);
std::int64_t unit_count(const PlannedInput& input);
/// Decoded units of a planned input. shared : see UnitCache
std::unique_ptr<UnitCache> make_unit_cache(const PlannedInput& input, PixelType type, std::int32_t unit_capacity,
                                           bool shared = true);

/// The largest source window that a tile of this size (with its halo) is made of, over tiles spread evenly on the grid:
/// what slots hold room for. A tile that needs more is read in parts. Nothing (0) for a date that is not resampled.
SourceShape source_shape(const PlannedInput& input, const Grid& grid, std::int32_t tile_width,
                         std::int32_t tile_height);

/// Source pixels around a position that its taps reach.
std::array<double, 2> tap_reach(const ResampleWeights& weights);

}  // namespace groundshift

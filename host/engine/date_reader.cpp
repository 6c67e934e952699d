// SPDX-License-Identifier: Apache-2.0
// Windows of the output grid out of decoded units.
#include "host/engine/date_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/base/error.hpp"
#include "host/io/quality_bits.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kPitch = 64;  // elements: whole cache lines for every pixel type

std::int64_t pitch_of(std::int64_t width) { return (width + kPitch - 1) / kPitch * kPitch; }

std::int64_t plane_of(const SourceShape& shape) { return SourceBuffer::plane(shape.width, shape.height); }

std::int64_t pixel_bytes_of(const SourceShape& shape, PixelType type, std::int32_t band_count) {
  return plane_of(shape) * band_count * static_cast<std::int64_t>(byte_count(type));
}

PixelRect rect_of(const Window& w) { return {w.x, w.y, w.width, w.height}; }

/// Whether the source pixel that holds output pixel (x, y) of the tile is valid.
bool own_pixel_valid(const ResampleTile& tile, std::int32_t x, std::int32_t y) {
  const SourcePosition p = position_at(tile.positions, x, y);
  const std::int64_t sx = (p.x + kPositionOne / 2) >> kPositionBits, sy = (p.y + kPositionOne / 2) >> kPositionBits;
  const bool inside = p.defined && sx >= 0 && sy >= 0 && sx < tile.source.width && sy < tile.source.height;
  return inside && tile.source.valid[sy * tile.source.row_pitch + sx] != 0;
}

/// Row y of the tile: why its pixels have no value.
void tell_states(const ResampleTile& tile, std::int32_t y, std::uint8_t nodata_bit, std::uint8_t* reasons) {
  const std::uint8_t* states = tile.output.state + y * tile.output.row_pitch;
  for (std::int32_t x = 0; x < tile.output.width; ++x) {
    if (states[x] == static_cast<std::uint8_t>(ResampledState::outside)) reasons[x] |= kOutsideOverlap;
    if (states[x] != static_cast<std::uint8_t>(ResampledState::from_invalid)) continue;
    reasons[x] |= own_pixel_valid(tile, x, y) ? std::uint8_t{kResampledFromInvalid} : nodata_bit;
  }
}

}  // namespace

std::int64_t SourceBuffer::plane(std::int32_t width, std::int32_t height) { return pitch_of(width) * height; }

SourceBuffer::SourceBuffer(Backend& backend, const SourceShape& shape, PixelType type, std::int32_t band_count,
                           std::int64_t tile_pixels)
    : shape_(shape),
      plane_(plane_of(shape)),
      pixel_bytes_(pixel_bytes_of(shape, type, band_count)),
      memory_(shape.empty()
                  ? HostBuffer()
                  : backend.allocate_host(static_cast<std::size_t>(byte_count(shape, type, band_count, tile_pixels)))) {
}

std::int64_t SourceBuffer::byte_count(const SourceShape& shape, PixelType type, std::int32_t band_count,
                                      std::int64_t tile_pixels) {
  if (shape.empty()) return 0;
  return pixel_bytes_of(shape, type, band_count) + plane_of(shape) + tile_pixels;
}

std::int64_t unit_bytes(const PlannedInput& input, PixelType type) {
  return UnitCache::unit_bytes(input.source->unit_width(), input.source->unit_height(),
                               static_cast<std::int32_t>(input.selection.bands.size()), type);
}

std::int64_t unit_count(const PlannedInput& input) {
  const Grid& own = input.description.grid;
  return ((own.width - 1) / input.source->unit_width() + std::int64_t{1}) *
         ((own.height - 1) / input.source->unit_height() + std::int64_t{1});
}

std::unique_ptr<UnitCache> make_unit_cache(const PlannedInput& input, PixelType type, std::int32_t unit_capacity,
                                           bool shared) {
  return std::make_unique<UnitCache>(*input.source, static_cast<std::int32_t>(input.selection.bands.size()), type,
                                     unit_capacity, shared);
}

DateReader::DateReader(const PlannedInput& input, PixelType type, std::unique_ptr<UnitCache> units, Backend& backend)
    : input_(input),
      type_(type),
      band_count_(static_cast<std::int32_t>(input.selection.bands.size())),
      nodata_bit_(input.role == "before" ? kNodataBefore : kNodataAfter),
      units_(std::move(units)),
      backend_(backend) {}

void DateReader::read(const Window& window, Workspace& workspace, const SourceBuffer& buffer, const Planes& out) {
  if (input_.place.relation == GridRelation::resampled) {
    resample(window, workspace, buffer, out);
  } else {
    copy(window, out);
  }
}

DateReader::Planes DateReader::part(const Planes& out, std::int32_t x, std::int32_t y) const {
  const std::ptrdiff_t skipped = y * out.row_pitch + x;
  Planes there = out;
  there.pixels += skipped * static_cast<std::ptrdiff_t>(byte_count(type_));
  there.valid += skipped;
  if (out.reasons != nullptr) {
    there.reasons += skipped;
    there.scratch += skipped;
  }
  return there;
}

void DateReader::leave_empty(const Window& window, const Planes& out) const {
  const auto bytes = static_cast<std::ptrdiff_t>(byte_count(type_));
  for (std::int32_t y = 0; y < window.height; ++y) {
    for (std::int32_t b = 0; b < band_count_; ++b) {
      std::fill_n(out.pixels + (b * out.band_pitch + y * out.row_pitch) * bytes, window.width * bytes, std::byte{0});
    }
    std::fill_n(out.valid + y * out.row_pitch, window.width, std::uint8_t{0});
    if (out.reasons == nullptr) continue;
    std::uint8_t* reasons = out.reasons + y * out.row_pitch;
    for (std::int32_t x = 0; x < window.width; ++x) reasons[x] |= kOutsideOverlap;
  }
}

void DateReader::read_units(const Window& window, const Planes& out) {
  if (out.reasons == nullptr) return units_->read(window, out.pixels, out.row_pitch, out.band_pitch, out.valid);
  for (std::int32_t y = 0; y < window.height; ++y) {
    std::fill_n(out.scratch + y * out.row_pitch, window.width, std::uint8_t{1});
  }
  units_->read(window, out.pixels, out.row_pitch, out.band_pitch, out.scratch);
  for (std::int32_t y = 0; y < window.height; ++y) {
    const std::ptrdiff_t row = y * out.row_pitch;
    for (std::ptrdiff_t i = row; i < row + window.width; ++i) {
      if (out.scratch[i] != 0) continue;
      out.valid[i] = 0;
      out.reasons[i] |= nodata_bit_;
    }
  }
}

void DateReader::copy(const Window& window, const Planes& out) {
  const Grid& own = input_.description.grid;
  const std::int64_t x = window.x + input_.place.offset_x, y = window.y + input_.place.offset_y;
  const auto clamped = [](std::int64_t at, std::int64_t side) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(at, 0, side));
  };
  // Of the window's columns and rows: [left, right) and [top, bottom) lie in the date.
  const std::int32_t left = clamped(-x, window.width), right = clamped(own.width - x, window.width);
  const std::int32_t top = clamped(-y, window.height), bottom = clamped(own.height - y, window.height);
  if (left >= right || top >= bottom) return leave_empty(window, out);
  const auto empty = [&](std::int32_t x0, std::int32_t y0, std::int32_t x1, std::int32_t y1) {
    if (x0 < x1 && y0 < y1) leave_empty({0, 0, x1 - x0, y1 - y0}, part(out, x0, y0));
  };
  empty(0, 0, window.width, top);
  empty(0, bottom, window.width, window.height);
  empty(0, top, left, bottom);
  empty(right, top, window.width, bottom);
  const Planes inner = part(out, left, top);
  const Window there{static_cast<std::int32_t>(x + left), static_cast<std::int32_t>(y + top), right - left,
                     bottom - top};
  read_units(there, inner);
}

void DateReader::resample(const Window& window, Workspace& workspace, const SourceBuffer& buffer, const Planes& out) {
  const DateOnGrid& place = input_.place;
  const Grid& own = input_.description.grid;
  const auto [reach_x, reach_y] = tap_reach(input_.weights);
  SourceLattice lattice = place.transform->lattice(rect_of(window), place.lattice.step_log2);
  const auto needed = source_window(lattice, rect_of(window), reach_x, reach_y, own.width, own.height);
  if (!needed) return leave_empty(window, out);
  if (needed->width > buffer.shape().width || needed->height > buffer.shape().height) {
    // Positions do not depend on the window: the parts are the whole's pixels.
    const bool across = window.width >= window.height;
    expects(window.width > 1 || window.height > 1, "one output pixel's taps fit the buffer");
    const std::int32_t half = (across ? window.width : window.height) / 2;
    Window first = window, second = window;
    (across ? first.width : first.height) = half;
    (across ? second.x : second.y) += half;
    (across ? second.width : second.height) -= half;
    resample(first, workspace, buffer, out);
    resample(second, workspace, buffer, part(out, across ? half : 0, across ? 0 : half));
    return;
  }
  const Window source{static_cast<std::int32_t>(needed->x), static_cast<std::int32_t>(needed->y),
                      static_cast<std::int32_t>(needed->width), static_cast<std::int32_t>(needed->height)};
  const auto pitch = static_cast<std::ptrdiff_t>(pitch_of(source.width));
  const std::ptrdiff_t plane = pitch * source.height;
  std::fill_n(buffer.valid(), plane, std::uint8_t{1});
  units_->read(source, buffer.pixels(), pitch, plane, buffer.valid());
  lattice.count_from(source.x, source.y);
  ResampleTile tile;
  tile.type = type_;
  tile.band_count = band_count_;
  tile.source = {source.width, source.height, pitch, plane, buffer.pixels(), buffer.valid()};
  // States lie as close as the output's own rows do.
  tile.output = {window.width, window.height, out.row_pitch, out.band_pitch, out.pixels, buffer.state()};
  tile.positions = lattice.view(window.x, window.y);
  backend_.resample(workspace, tile, input_.weights);
  for (std::int32_t y = 0; y < window.height; ++y) {
    const std::uint8_t* state = buffer.state() + y * out.row_pitch;
    std::uint8_t* valid = out.valid + y * out.row_pitch;
    for (std::int32_t x = 0; x < window.width; ++x) {
      const bool has_value = state[x] == static_cast<std::uint8_t>(ResampledState::whole) ||
                             state[x] == static_cast<std::uint8_t>(ResampledState::renormalised);
      valid[x] = has_value ? valid[x] : std::uint8_t{0};
    }
    if (out.reasons != nullptr) tell_states(tile, y, nodata_bit_, out.reasons + y * out.row_pitch);
  }
}

std::array<double, 2> tap_reach(const ResampleWeights& weights) {
  // Half the taps to either side of the position, and one for rounding it.
  return {weights.taps_x / 2 + 1.0, weights.taps_y / 2 + 1.0};
}

SourceShape source_shape(const PlannedInput& input, const Grid& grid, std::int32_t tile_width,
                         std::int32_t tile_height) {
  SourceShape shape;
  if (input.place.relation != GridRelation::resampled) return shape;
  constexpr std::int64_t kMostTiles = 32;  // looked at along each axis
  const Grid& own = input.description.grid;
  const auto [reach_x, reach_y] = tap_reach(input.weights);
  const auto starts = [](std::int64_t side, std::int64_t tile) {
    std::vector<std::int64_t> out;
    const std::int64_t count = (side + tile - 1) / tile, step = (count + kMostTiles - 1) / kMostTiles;
    for (std::int64_t i = 0; i < count; i += step) out.push_back(i * tile);
    return out;
  };
  for (const std::int64_t y : starts(grid.height, tile_height)) {
    for (const std::int64_t x : starts(grid.width, tile_width)) {
      const PixelRect tile{x, y, tile_width, tile_height};
      const SourceLattice lattice = input.place.transform->lattice(tile, input.place.lattice.step_log2);
      const auto needed = source_window(lattice, tile, reach_x, reach_y, own.width, own.height);
      if (!needed) continue;
      shape.width = std::max(shape.width, static_cast<std::int32_t>(needed->width));
      shape.height = std::max(shape.height, static_cast<std::int32_t>(needed->height));
    }
  }
  // Tiles between those looked at, and halos that are cut at the grid's border, lie a little otherwise.
  constexpr std::int32_t kMargin = 8;
  const auto least = [](double reach) { return static_cast<std::int32_t>(std::ceil(2.0 * reach)) + 2; };
  shape.width = std::min(own.width, std::max(shape.width + kMargin, least(reach_x)));
  shape.height = std::min(own.height, std::max(shape.height + kMargin, least(reach_y)));
  return shape;
}

}  // namespace groundshift

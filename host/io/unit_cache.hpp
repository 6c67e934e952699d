// SPDX-License-Identifier: Apache-2.0
// Decoded units of one raster, shared by the workers, so that a halo does not decode a block again.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/io/raster_source.hpp"
#include "kernels/api/host_buffer.hpp"

namespace groundshift {

/// Holds at most `unit_capacity` decoded units, the least recently used leaves first (keep() makes exceptions).
/// Thread-safe: a reader that finds a unit being decoded by another waits for it; one that finds no room waits until a
/// unit is let go. A reader that waits holds none, so capacity >= readers cannot deadlock. Buffers are made once and
/// reused. Two units that a window wants and nobody has are decoded at once.
/// shared : units are wanted by more than one read(). If not, a unit that lies wholly inside a window and is not here
/// yet is decoded straight into the reader's planes, and not held.
class UnitCache {
 public:
  UnitCache(RasterSource& source, std::int32_t band_count, PixelType type, std::int32_t unit_capacity,
            bool shared = true);

  static std::int64_t unit_bytes(std::int32_t unit_width, std::int32_t unit_height, std::int32_t band_count,
                                 PixelType type);

  /// Copies a window (inside the raster) into planar pixels, and ANDs its validity into `valid` (same row pitch).
  void read(const Window& window, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
            std::uint8_t* valid);

  /// From now on: of the units that are decoded, up to `kept` (the last used first) stay as long as the cache does, the
  /// others leave, and `unit_capacity` units come and go beside them. Call while nobody reads. Returns the units kept.
  std::int32_t keep(std::int32_t kept, std::int32_t unit_capacity);

  /// From now on what is here stays, and `units` of the others come and go beside it, in buffers that are used again:
  /// new memory costs more than it saves once nobody comes back. Call while nobody reads.
  void hold_at_most(std::int32_t units);

  /// From now on as if made with shared = false; what is here stays until it leaves. Call while nobody reads.
  void hold_no_more() { shared_ = false; }

  std::int64_t decoded_units() const;
  std::int64_t decoded_bytes() const;

 private:
  struct Unit {
    HostBuffer memory;  ///< planes of pixels, then one of validity; made once
    std::byte* pixels() const { return static_cast<std::byte*>(memory.data()); }
    Window window;
    std::int64_t key = -1;
    int users = 0;
    bool ready = false;
    bool kept = false;  ///< never leaves
  };
  using Position = std::list<Unit>::iterator;

  struct Acquired {
    Position first;
    std::optional<Position> second;
  };

  /// The unit keys[0]; with it the first of the others that has to be decoded too, where both are to be decoded and
  /// another reader still finds a buffer.
  Acquired acquire(std::span<const std::int64_t> keys);
  Position claim(Position buffer, std::int64_t key);
  void forget(Position unit);
  void release(Position unit);
  std::optional<Position> free_buffer();
  bool has_free_buffers(std::int32_t count) const;
  Window unit_window(std::int64_t key) const;
  /// Up to two of the units, which nobody has or makes and which lie wholly in the window, decoded into their places in
  /// the planes, and taken out of `keys`. False when there is none.
  bool decode_in_place(std::vector<std::int64_t>& keys, const Window& wanted, void* pixels, std::ptrdiff_t row_pitch,
                       std::ptrdiff_t band_pitch, std::uint8_t* valid);
  std::ptrdiff_t plane() const { return std::ptrdiff_t{source_.unit_width()} * source_.unit_height(); }
  std::uint8_t* valid_of(const Unit& unit) const {
    return reinterpret_cast<std::uint8_t*>(unit.pixels() + plane() * band_count_ * std::ptrdiff_t(byte_count(type_)));
  }
  void copy_part(const Unit& unit, const Window& part, const Window& wanted, void* pixels, std::ptrdiff_t row_pitch,
                 std::ptrdiff_t band_pitch, std::uint8_t* valid) const;

  RasterSource& source_;
  const std::int32_t band_count_;
  const PixelType type_;
  std::int32_t capacity_;
  bool shared_;
  const std::int32_t units_across_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  ///< a unit became ready, free or failed
  std::list<Unit> units_;            ///< most recently used first
  std::unordered_map<std::int64_t, Position> by_key_;
  std::int64_t decoded_units_ = 0;
  std::vector<std::vector<std::uint8_t>> idle_validity_;  ///< planes that decode_in_place() lends itself
};

}  // namespace groundshift

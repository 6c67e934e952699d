// SPDX-License-Identifier: Apache-2.0
// A raster that is a formula: a RasterSource without a file, which counts its decodes and breaks when asked to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "host/io/raster_source.hpp"

namespace groundshift::test {

/// Value at (band, x, y): small integers, so that every pixel type holds them.
inline int formula(int band, std::int32_t x, std::int32_t y) {
  return (x * 7 + y * 13 + band * 101 + (x * y) % 31) % 251;
}

/// Thread-safe. Pixels are formula(band, x, y) + added(x, y), invalid where `hole` says so.
class MemorySource final : public RasterSource {
 public:
  MemorySource(std::int32_t width, std::int32_t height, std::int32_t band_count, PixelType type,
               std::int32_t unit_width, std::int32_t unit_height)
      : band_count_(band_count), type_(type), unit_width_(unit_width), unit_height_(unit_height) {
    description_.path = "memory";
    description_.grid.width = width;
    description_.grid.height = height;
  }

  const RasterDescription& description() const override { return description_; }
  std::int32_t unit_width() const override { return unit_width_; }
  std::int32_t unit_height() const override { return unit_height_; }
  std::string way_in() const override { return "memory"; }
  std::int64_t thread_bytes() const override { return 0; }

  void decode(const Window& w, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
              std::uint8_t* valid) override {
    {
      const std::lock_guard lock(mutex_);
      ++decodes_[{w.x, w.y}];
    }
    if (on_decode) on_decode(w);
    with_pixel_type(type_, [&](auto tag) {
      using T = typename decltype(tag)::type;
      for (std::int32_t y = 0; y < w.height; ++y) {
        for (std::int32_t x = 0; x < w.width; ++x) {
          valid[y * row_pitch + x] = hole && hole(w.x + x, w.y + y) ? 0 : 1;
          const int plus = added ? added(w.x + x, w.y + y) : 0;
          for (std::int32_t b = 0; b < band_count_; ++b) {
            static_cast<T*>(pixels)[b * band_pitch + y * row_pitch + x] =
                static_cast<T>(formula(b, w.x + x, w.y + y) + plus);
          }
        }
      }
    });
  }

  void decode_all(std::span<const WindowTarget> targets) override {
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(targets.size());
    }
    RasterSource::decode_all(targets);
  }

  /// How many units each call asked for.
  std::vector<std::size_t> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  /// How often each unit was asked for, by its origin.
  std::map<std::pair<std::int32_t, std::int32_t>, int> decodes() const {
    const std::lock_guard lock(mutex_);
    return decodes_;
  }

  std::function<void(const Window&)> on_decode;              ///< before the pixels; may throw
  std::function<bool(std::int32_t x, std::int32_t y)> hole;  ///< empty: all valid
  std::function<int(std::int32_t x, std::int32_t y)> added;  ///< empty: nothing

 private:
  RasterDescription description_;
  std::int32_t band_count_;
  PixelType type_;
  std::int32_t unit_width_, unit_height_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::int32_t, std::int32_t>, int> decodes_;
  std::vector<std::size_t> calls_;
};

}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// Single-flight decoding with least-recently-used eviction.
#include "host/io/unit_cache.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace groundshift {

UnitCache::UnitCache(RasterSource& source, std::int32_t band_count, PixelType type, std::int32_t unit_capacity,
                     bool shared)
    : source_(source),
      band_count_(band_count),
      type_(type),
      capacity_(unit_capacity),
      shared_(shared),
      units_across_((source.description().grid.width + source.unit_width() - 1) / source.unit_width()) {}

std::int64_t UnitCache::unit_bytes(std::int32_t unit_width, std::int32_t unit_height, std::int32_t band_count,
                                   PixelType type) {
  return std::int64_t{unit_width} * unit_height * (band_count * static_cast<std::int64_t>(byte_count(type)) + 1);
}

void UnitCache::read(const Window& window, void* pixels, std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch,
                     std::uint8_t* valid) {
  const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
  for (std::int32_t uy = window.y / uh; uy <= (window.y + window.height - 1) / uh; ++uy) {
    for (std::int32_t ux = window.x / uw; ux <= (window.x + window.width - 1) / uw; ++ux) {
      const std::int64_t key = std::int64_t{uy} * units_across_ + ux;
      if (!shared_ && decode_in_place(key, window, pixels, row_pitch, band_pitch, valid)) continue;
      const Position unit = acquire(key);
      const Window& u = unit->window;
      const std::int32_t x0 = std::max(u.x, window.x), y0 = std::max(u.y, window.y);
      const std::int32_t x1 = std::min(u.x + u.width, window.x + window.width);
      const std::int32_t y1 = std::min(u.y + u.height, window.y + window.height);
      copy_part(*unit, {x0, y0, x1 - x0, y1 - y0}, window, pixels, row_pitch, band_pitch, valid);
      release(unit);
    }
  }
}

Window UnitCache::unit_window(std::int64_t key) const {
  const Grid& grid = source_.description().grid;
  const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
  const auto x = static_cast<std::int32_t>(key % units_across_) * uw,
             y = static_cast<std::int32_t>(key / units_across_) * uh;
  return {x, y, std::min(uw, grid.width - x), std::min(uh, grid.height - y)};
}

bool UnitCache::decode_in_place(std::int64_t key, const Window& wanted, void* pixels, std::ptrdiff_t row_pitch,
                                std::ptrdiff_t band_pitch, std::uint8_t* valid) {
  const Window u = unit_window(key);
  if (u.x < wanted.x || u.y < wanted.y || u.x + u.width > wanted.x + wanted.width ||
      u.y + u.height > wanted.y + wanted.height) {
    return false;
  }
  std::vector<std::uint8_t> own;
  {
    const std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return false;
    if (!idle_validity_.empty()) {
      own = std::move(idle_validity_.back());
      idle_validity_.pop_back();
    }
  }
  // The planes' validity may hold the other date's: the source writes its own beside, in the same pitch.
  own.resize(std::max(own.size(), static_cast<std::size_t>(row_pitch) * static_cast<std::size_t>(u.height)));
  const std::ptrdiff_t at = (u.y - wanted.y) * row_pitch + (u.x - wanted.x);
  source_.decode(u, static_cast<std::byte*>(pixels) + at * static_cast<std::ptrdiff_t>(byte_count(type_)), row_pitch,
                 band_pitch, own.data());
  for (std::int32_t y = 0; y < u.height; ++y) {
    std::uint8_t* to = valid + at + y * row_pitch;
    const std::uint8_t* from = own.data() + y * row_pitch;
    for (std::int32_t x = 0; x < u.width; ++x) to[x] &= from[x];
  }
  const std::lock_guard lock(mutex_);
  idle_validity_.push_back(std::move(own));
  ++decoded_units_;
  return true;
}

UnitCache::Position UnitCache::acquire(std::int64_t key) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) break;
    if (found->second->ready) {
      ++found->second->users;
      units_.splice(units_.begin(), units_, found->second);
      return found->second;
    }
    changed_.wait(lock);  // another reader decodes it (or fails, and then it is ours to try)
  }
  const Position unit = free_buffer(lock);
  if (const auto raced = by_key_.find(key); raced != by_key_.end()) {  // made while we waited for room
    unit->users = 0;
    changed_.notify_all();
    lock.unlock();
    return acquire(key);
  }
  unit->window = unit_window(key);
  unit->key = key;
  unit->ready = false;
  by_key_[key] = unit;
  units_.splice(units_.begin(), units_, unit);
  lock.unlock();

  const auto forget = [&] {
    const std::lock_guard relock(mutex_);
    by_key_.erase(key);
    unit->key = -1;
    unit->users = 0;
    changed_.notify_all();
  };
  try {
    const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
    if (unit->memory.data() == nullptr) {
      unit->memory = allocate_uninitialised(static_cast<std::size_t>(unit_bytes(uw, uh, band_count_, type_)));
    }
    source_.decode(unit->window, unit->pixels(), uw, plane(), valid_of(*unit));
  } catch (...) {
    forget();
    throw;
  }
  lock.lock();
  unit->ready = true;
  ++decoded_units_;
  changed_.notify_all();
  return unit;
}

/// A buffer with one user (the caller) and no key; waits while every unit is in use.
UnitCache::Position UnitCache::free_buffer(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (static_cast<std::int32_t>(units_.size()) < capacity_) {
      units_.emplace_front();
      units_.front().users = 1;
      return units_.begin();
    }
    for (Position it = units_.end(); it != units_.begin();) {
      --it;
      if (it->users != 0 || it->kept) continue;
      if (it->key >= 0) by_key_.erase(it->key);
      it->key = -1;
      it->users = 1;
      return it;
    }
    changed_.wait(lock);
  }
}

std::int32_t UnitCache::keep(std::int32_t kept, std::int32_t unit_capacity) {
  const std::lock_guard lock(mutex_);
  std::int32_t count = 0;
  for (Position it = units_.begin(); it != units_.end();) {
    const bool stays = it->ready && it->key >= 0 && count < kept;
    it->kept = stays;
    count += stays ? 1 : 0;
    if (!stays && it->key >= 0) by_key_.erase(it->key);
    it = stays ? std::next(it) : units_.erase(it);
  }
  capacity_ = count + unit_capacity;
  return count;
}

void UnitCache::hold_at_most(std::int32_t units) {
  const std::int32_t capacity = capacity_;
  keep(std::max(0, capacity - units), units);
  capacity_ = std::min(capacity, capacity_);
}

void UnitCache::release(Position unit) {
  const std::lock_guard lock(mutex_);
  if (--unit->users == 0) changed_.notify_all();
}

void UnitCache::copy_part(const Unit& unit, const Window& part, const Window& wanted, void* pixels,
                          std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch, std::uint8_t* valid) const {
  const std::size_t bytes = byte_count(type_);
  const std::ptrdiff_t unit_pitch = source_.unit_width();
  const std::uint8_t* unit_valid = valid_of(unit);
  const std::size_t row_bytes = static_cast<std::size_t>(part.width) * bytes;
  for (std::int32_t y = 0; y < part.height; ++y) {
    const std::ptrdiff_t from = (part.y - unit.window.y + y) * unit_pitch + (part.x - unit.window.x);
    const std::ptrdiff_t to = (part.y - wanted.y + y) * row_pitch + (part.x - wanted.x);
    for (std::int32_t b = 0; b < band_count_; ++b) {
      std::memcpy(static_cast<std::byte*>(pixels) + (b * band_pitch + to) * bytes,
                  unit.pixels() + (b * plane() + from) * bytes, row_bytes);
    }
    for (std::int32_t x = 0; x < part.width; ++x) valid[to + x] &= unit_valid[from + x];
  }
}

std::int64_t UnitCache::decoded_units() const {
  const std::lock_guard lock(mutex_);
  return decoded_units_;
}

std::int64_t UnitCache::decoded_bytes() const {
  return decoded_units() * unit_bytes(source_.unit_width(), source_.unit_height(), band_count_, type_);
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Single-flight decoding with least-recently-used eviction.
#include "host/io/unit_cache.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <span>

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
  const std::int32_t x0 = window.x / uw, across = (window.x + window.width - 1) / uw - x0 + 1;
  const std::int32_t y0 = window.y / uh, down = (window.y + window.height - 1) / uh - y0 + 1;
  std::vector<std::int64_t> keys;  // still wanted
  for (std::int32_t y = y0; y < y0 + down; ++y) {
    for (std::int32_t x = x0; x < x0 + across; ++x) keys.push_back(std::int64_t{y} * units_across_ + x);
  }
  const auto take = [&](Position unit) {
    const Window& u = unit->window;
    const std::int32_t left = std::max(u.x, window.x), top = std::max(u.y, window.y);
    const std::int32_t right = std::min(u.x + u.width, window.x + window.width);
    const std::int32_t bottom = std::min(u.y + u.height, window.y + window.height);
    copy_part(*unit, {left, top, right - left, bottom - top}, window, pixels, row_pitch, band_pitch, valid);
    release(unit);
  };
  while (!shared_ && decode_in_place(keys, window, pixels, row_pitch, band_pitch, valid)) continue;
  while (!keys.empty()) {
    const Acquired units = acquire(keys);
    keys.erase(keys.begin());
    if (units.second) std::erase(keys, (*units.second)->key);
    take(units.first);
    if (units.second) take(*units.second);
  }
}

Window UnitCache::unit_window(std::int64_t key) const {
  const Grid& grid = source_.description().grid;
  const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
  const auto x = static_cast<std::int32_t>(key % units_across_) * uw,
             y = static_cast<std::int32_t>(key / units_across_) * uh;
  return {x, y, std::min(uw, grid.width - x), std::min(uh, grid.height - y)};
}

bool UnitCache::decode_in_place(std::vector<std::int64_t>& keys, const Window& wanted, void* pixels,
                                std::ptrdiff_t row_pitch, std::ptrdiff_t band_pitch, std::uint8_t* valid) {
  std::array<WindowTarget, 2> targets;
  std::array<std::vector<std::uint8_t>, 2> own;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto k = keys.begin(); k != keys.end() && count < targets.size();) {
      const Window u = unit_window(*k);
      if (by_key_.contains(*k) || u.x < wanted.x || u.y < wanted.y || u.x + u.width > wanted.x + wanted.width ||
          u.y + u.height > wanted.y + wanted.height) {
        ++k;
        continue;
      }
      k = keys.erase(k);
      if (!idle_validity_.empty()) {
        own[count] = std::move(idle_validity_.back());
        idle_validity_.pop_back();
      }
      targets[count++].window = u;
    }
  }
  const auto place = [&](const Window& u) { return (u.y - wanted.y) * row_pitch + (u.x - wanted.x); };
  // The planes' validity may hold the other date's: the source writes its own beside, in the same pitch.
  for (std::size_t i = 0; i < count; ++i) {
    const Window u = targets[i].window;
    own[i].resize(std::max(own[i].size(), static_cast<std::size_t>(row_pitch) * static_cast<std::size_t>(u.height)));
    targets[i] = {u, static_cast<std::byte*>(pixels) + place(u) * static_cast<std::ptrdiff_t>(byte_count(type_)),
                  row_pitch, band_pitch, own[i].data()};
  }
  if (count == 0) return false;
  source_.decode_all(std::span(targets).first(count));
  for (std::size_t i = 0; i < count; ++i) {
    const Window& u = targets[i].window;
    for (std::int32_t y = 0; y < u.height; ++y) {
      std::uint8_t* to = valid + place(u) + y * row_pitch;
      const std::uint8_t* from = own[i].data() + y * row_pitch;
      for (std::int32_t x = 0; x < u.width; ++x) to[x] &= from[x];
    }
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < count; ++i) idle_validity_.push_back(std::move(own[i]));
  decoded_units_ += static_cast<std::int64_t>(count);
  return true;
}

UnitCache::Acquired UnitCache::acquire(std::span<const std::int64_t> keys) {
  const std::int64_t key = keys.front();
  std::unique_lock lock(mutex_);
  Position unit;
  for (;; changed_.wait(lock)) {  // another reader decodes it (or fails, and then it is ours to try), or none is free
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      const std::optional<Position> buffer = free_buffer();
      if (!buffer) continue;
      unit = claim(*buffer, key);
      break;
    }
    if (found->second->ready) {
      ++found->second->users;
      units_.splice(units_.begin(), units_, found->second);
      return {found->second, std::nullopt};
    }
  }
  Acquired units{unit, std::nullopt};
  const auto also =
      std::find_if(keys.begin() + 1, keys.end(), [&](std::int64_t other) { return !by_key_.contains(other); });
  if (also != keys.end() && has_free_buffers(2)) units.second = claim(*free_buffer(), *also);
  lock.unlock();

  std::array<WindowTarget, 2> targets;
  std::size_t count = 0;
  try {
    const std::int32_t uw = source_.unit_width(), uh = source_.unit_height();
    const auto add = [&](Position of) {
      if (of->memory.data() == nullptr) {
        of->memory = allocate_uninitialised(static_cast<std::size_t>(unit_bytes(uw, uh, band_count_, type_)));
      }
      targets[count++] = {of->window, of->pixels(), uw, plane(), valid_of(*of)};
    };
    add(units.first);
    if (units.second) add(*units.second);
    source_.decode_all(std::span(targets).first(count));
  } catch (...) {
    lock.lock();
    forget(units.first);
    if (units.second) forget(*units.second);
    throw;
  }
  lock.lock();
  units.first->ready = true;
  if (units.second) (*units.second)->ready = true;
  decoded_units_ += static_cast<std::int64_t>(count);
  changed_.notify_all();
  return units;
}

UnitCache::Position UnitCache::claim(Position buffer, std::int64_t key) {
  buffer->window = unit_window(key);
  buffer->key = key;
  buffer->ready = false;
  by_key_[key] = buffer;
  units_.splice(units_.begin(), units_, buffer);
  return buffer;
}

/// A unit that could not be decoded.
void UnitCache::forget(Position unit) {
  by_key_.erase(unit->key);
  unit->key = -1;
  unit->users = 0;
  changed_.notify_all();
}

/// A buffer with one user (the caller) and no key; none while every unit is in use.
std::optional<UnitCache::Position> UnitCache::free_buffer() {
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
  return std::nullopt;
}

bool UnitCache::has_free_buffers(std::int32_t count) const {
  count -= std::max(0, capacity_ - static_cast<std::int32_t>(units_.size()));
  for (auto it = units_.rbegin(); it != units_.rend() && count > 0; ++it) {
    if (it->users == 0 && !it->kept) --count;
  }
  return count <= 0;
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

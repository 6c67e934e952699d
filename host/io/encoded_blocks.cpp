// SPDX-License-Identifier: Apache-2.0
// Packed blocks in memory and beyond.
#include "host/io/encoded_blocks.hpp"

#include <algorithm>

namespace groundshift {
namespace {

/// Buffers of few sizes serve blocks of any.
std::int64_t capacity_for(std::int64_t byte_count) {
  constexpr std::int64_t kStep = std::int64_t{64} << 10;
  return (byte_count + kStep - 1) / kStep * kStep;
}

}  // namespace

EncodedBlocks::EncodedBlocks(std::int64_t block_count, std::int64_t memory_bytes, std::filesystem::path scratch_folder)
    : memory_left_(memory_bytes),
      scratch_(std::move(scratch_folder), "packed blocks"),
      at_(static_cast<std::size_t>(block_count)) {}

/// A spare buffer, or the size of one to be made; false where the memory has none. With the lock held.
bool EncodedBlocks::find_room(std::int64_t byte_count, Buffer& buffer) {
  const auto fits = [&](const Buffer& b) { return b.capacity >= byte_count; };
  if (const auto found = std::ranges::find_if(spare_, fits); found != spare_.end()) {
    std::swap(*found, spare_.back());
    buffer = std::move(spare_.back());
    spare_.pop_back();
    return true;
  }
  const std::int64_t capacity = capacity_for(byte_count);
  while (capacity > memory_left_ && !spare_.empty()) {  // all too small
    memory_left_ += spare_.back().capacity;
    spare_.pop_back();
  }
  if (capacity > memory_left_) return false;
  memory_left_ -= capacity;
  buffer.capacity = capacity;
  return true;
}

void EncodedBlocks::add(std::int64_t block, std::span<const std::byte> packed) {
  Place& place = at_[static_cast<std::size_t>(block)];
  const std::int64_t count = std::ssize(packed);
  std::int64_t total = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!find_room(count, place.buffer)) {
      scratch_.open();
      place.start = scratch_end_;
      scratch_end_ += count;
      total = scratch_end_;
    }
  }
  place.byte_count = count;
  if (place.start >= 0) return scratch_.write(place.start, packed.data(), count, total);
  Buffer& buffer = place.buffer;
  if (buffer.bytes == nullptr) {
    buffer.bytes = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(buffer.capacity));
  }
  std::ranges::copy(packed, buffer.bytes.get());
}

void EncodedBlocks::take(std::int64_t block, const std::function<void(std::span<const std::byte>)>& use) {
  Place& place = at_[static_cast<std::size_t>(block)];
  const auto count = static_cast<std::size_t>(place.byte_count);
  if (place.start >= 0) {
    const auto bytes = std::make_unique_for_overwrite<std::byte[]>(count);
    scratch_.read(place.start, bytes.get(), place.byte_count);
    scratch_.forget(place.start, place.byte_count);
    return use({bytes.get(), count});
  }
  use({place.buffer.bytes.get(), count});
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(place.buffer));
}

}  // namespace groundshift

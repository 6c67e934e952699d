// SPDX-License-Identifier: Apache-2.0
// Packed blocks in memory and beyond.
#include "host/io/encoded_blocks.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <memory>

namespace groundshift {
namespace {

/// Whole pages of what is about to be freed: an allocator would keep them.
void give_back_pages(std::span<std::byte> bytes) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::uintptr_t start = (first + page - 1) / page * page, end = (first + bytes.size()) / page * page;
  if (start < end) ::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
}

}  // namespace

EncodedBlocks::EncodedBlocks(std::int64_t block_count, std::int64_t memory_bytes, std::filesystem::path scratch_folder)
    : memory_left_(memory_bytes),
      scratch_(std::move(scratch_folder), "packed blocks"),
      at_(static_cast<std::size_t>(block_count)) {}

void EncodedBlocks::add(std::int64_t block, std::span<const std::byte> packed) {
  Place& place = at_[static_cast<std::size_t>(block)];
  const auto count = static_cast<std::int64_t>(packed.size());
  std::int64_t total = 0;
  {
    const std::lock_guard lock(mutex_);
    if (count <= memory_left_) {
      memory_left_ -= count;
    } else {
      scratch_.open();
      place.start = scratch_end_;
      scratch_end_ += count;
      total = scratch_end_;
    }
  }
  if (place.start < 0) {
    place.bytes.assign(packed.begin(), packed.end());
  } else {
    scratch_.write(place.start, packed.data(), count, total);
  }
  place.byte_count = count;
}

void EncodedBlocks::take(std::int64_t block, const std::function<void(std::span<const std::byte>)>& use) {
  Place& place = at_[static_cast<std::size_t>(block)];
  if (place.start >= 0) {
    const auto count = static_cast<std::size_t>(place.byte_count);
    const auto bytes = std::make_unique_for_overwrite<std::byte[]>(count);
    scratch_.read(place.start, bytes.get(), place.byte_count);
    scratch_.forget(place.start, place.byte_count);
    return use({bytes.get(), count});
  }
  use(place.bytes);
  give_back_pages(place.bytes);
  place.bytes = {};
  const std::lock_guard lock(mutex_);
  memory_left_ += place.byte_count;
}

}  // namespace groundshift

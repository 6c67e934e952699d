// SPDX-License-Identifier: Apache-2.0
// Buffers by key, and the scratch file behind them.
#include "host/io/waiting_blocks.hpp"

#include <algorithm>

namespace groundshift {

WaitingBlocks::WaitingBlocks(std::int64_t block_bytes, std::int64_t memory_bytes, std::filesystem::path scratch_folder)
    : block_bytes_(block_bytes),
      most_buffers_(std::max<std::int64_t>(1, memory_bytes / block_bytes)),
      scratch_(std::move(scratch_folder), "unfinished blocks") {}

WaitingBlocks::Buffer WaitingBlocks::take_buffer() {
  ++buffers_;
  if (spare_.empty()) return Buffer(new std::byte[static_cast<std::size_t>(block_bytes_)]);
  Buffer buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

/// Moves the block longest untouched to the scratch file; nothing where every block is being filled.
void WaitingBlocks::spill_one(std::unique_lock<std::mutex>& lock) {
  Block* oldest = nullptr;
  for (auto& [key, block] : blocks_) {
    if (block.buffer == nullptr || block.fillers > 0 || block.moving) continue;
    if (oldest == nullptr || block.touched < oldest->touched) oldest = &block;
  }
  if (oldest == nullptr) return;
  scratch_.open();
  if (free_records_.empty()) free_records_.push_back(records_++);
  const std::int64_t record = free_records_.back();
  free_records_.pop_back();
  const std::int64_t total = records_ * block_bytes_;
  Buffer buffer = std::move(oldest->buffer);
  oldest->moving = true;
  lock.unlock();
  try {
    scratch_.write(record * block_bytes_, buffer.get(), block_bytes_, total);
  } catch (...) {  // whoever waits for the block must not wait for ever
    lock.lock();
    oldest->buffer = std::move(buffer);
    oldest->moving = false;
    moved_.notify_all();
    throw;
  }
  lock.lock();
  oldest->record = record;
  oldest->moving = false;
  --buffers_;
  spare_.push_back(std::move(buffer));
  moved_.notify_all();
}

std::byte* WaitingBlocks::fill(std::int64_t key) {
  std::unique_lock lock(mutex_);
  moved_.wait(lock, [&] { return !blocks_[key].moving; });
  Block& block = blocks_[key];  // references into a map stay good
  ++block.fillers;              // from here on nobody spills it
  block.touched = ++clock_;
  if (block.buffer != nullptr) return block.buffer.get();
  block.moving = true;
  try {
    bring(block, lock);
  } catch (...) {  // as above
    if (!lock.owns_lock()) lock.lock();
    block.moving = false;
    moved_.notify_all();
    throw;
  }
  block.moving = false;
  moved_.notify_all();
  return block.buffer.get();
}

/// A buffer for a block that has none, with its bytes where the scratch file has them.
void WaitingBlocks::bring(Block& block, std::unique_lock<std::mutex>& lock) {
  if (buffers_ >= most_buffers_) spill_one(lock);
  Buffer buffer = take_buffer();
  if (block.record >= 0) {
    lock.unlock();
    scratch_.read(block.record * block_bytes_, buffer.get(), block_bytes_);
    lock.lock();
    free_records_.push_back(block.record);
    block.record = -1;
  }
  block.buffer = std::move(buffer);
}

WaitingBlocks::Buffer WaitingBlocks::filled(std::int64_t key, std::int64_t pixel_count, std::int64_t whole) {
  const std::lock_guard lock(mutex_);
  const auto found = blocks_.find(key);
  Block& block = found->second;
  --block.fillers;
  block.pixel_count += pixel_count;
  if (block.pixel_count < whole) return nullptr;
  Buffer buffer = std::move(block.buffer);
  blocks_.erase(found);
  return buffer;
}

void WaitingBlocks::give_back(Buffer buffer) {
  const std::lock_guard lock(mutex_);
  --buffers_;
  if (buffers_ + static_cast<std::int64_t>(spare_.size()) < most_buffers_) spare_.push_back(std::move(buffer));
}

}  // namespace groundshift

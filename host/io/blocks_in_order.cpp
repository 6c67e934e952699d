// SPDX-License-Identifier: Apache-2.0
// Places are given under a lock, bytes are written outside of it.
#include "host/io/blocks_in_order.hpp"

namespace groundshift {

BlocksInOrder::BlocksInOrder(PiecesFile& out, std::int64_t first_byte, std::int64_t block_count,
                             std::int64_t memory_bytes, std::filesystem::path scratch_folder)
    : out_(out),
      starts_(static_cast<std::size_t>(block_count)),
      sizes_(static_cast<std::size_t>(block_count)),
      waits_(static_cast<std::size_t>(block_count)),
      end_(first_byte),
      waiting_(block_count, memory_bytes, std::move(scratch_folder)) {}

/// The next block's. With the lock held.
void BlocksInOrder::place(std::int64_t block) {
  starts_[static_cast<std::size_t>(block)] = static_cast<std::uint64_t>(end_);
  end_ += sizes_[static_cast<std::size_t>(block)];
  ++next_;
}

void BlocksInOrder::add(std::int64_t block, std::span<const std::byte> packed) {
  const auto at = static_cast<std::size_t>(block);
  std::unique_lock lock(mutex_);
  sizes_[at] = static_cast<std::uint32_t>(packed.size());
  const bool at_once = block == next_;
  if (!at_once) {
    lock.unlock();
    waiting_.add(block, packed);
    lock.lock();
    waits_[at] = true;
    if (block != next_) return;  // else its turn came in between
  }
  if (at_once) place(block);
  const std::int64_t first = next_;
  while (!complete() && waits_[static_cast<std::size_t>(next_)]) place(next_);
  const std::int64_t end = next_;
  lock.unlock();
  if (at_once) out_.write_at(static_cast<std::int64_t>(starts_[at]), packed);
  write_waiting(first, end);
}

void BlocksInOrder::write_waiting(std::int64_t first, std::int64_t end) {
  std::vector<std::byte> bytes;
  for (std::int64_t block = first; block < end; ++block) {
    const auto at = static_cast<std::size_t>(block);
    bytes.resize(sizes_[at]);
    waiting_.take(block, bytes.data());
    out_.write_at(static_cast<std::int64_t>(starts_[at]), bytes);
  }
}

}  // namespace groundshift

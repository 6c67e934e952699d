// SPDX-License-Identifier: Apache-2.0
// Places are given under a lock, bytes are written outside of it.
#include "host/io/blocks_in_order.hpp"

#include <algorithm>
#include <iterator>

namespace groundshift {
namespace {

std::int64_t count_of(const std::vector<BlockSequence>& sequences) {
  return sequences.back().first_block + sequences.back().block_count;
}

}  // namespace

BlocksInOrder::BlocksInOrder(PiecesFile& out, const std::vector<BlockSequence>& sequences, std::int64_t memory_bytes,
                             std::filesystem::path scratch_folder)
    : out_(out),
      starts_(static_cast<std::size_t>(count_of(sequences))),
      sizes_(starts_.size()),
      waits_(starts_.size()),
      waiting_(count_of(sequences), memory_bytes, std::move(scratch_folder)) {
  for (const BlockSequence& s : sequences) {
    sequences_.push_back({s.first_block, s.first_block, s.first_block + s.block_count, s.first_byte});
  }
}

BlocksInOrder::Sequence& BlocksInOrder::sequence_of(std::int64_t block) {
  return *std::prev(std::ranges::upper_bound(sequences_, block, {}, &Sequence::first_block));
}

/// With the lock held.
void BlocksInOrder::place_next(Sequence& sequence) {
  const auto at = static_cast<std::size_t>(sequence.next++);
  starts_[at] = static_cast<std::uint64_t>(sequence.end);
  sequence.end += sizes_[at];
}

void BlocksInOrder::add(std::int64_t block, std::span<const std::byte> packed) {
  const auto at = static_cast<std::size_t>(block);
  std::unique_lock lock(mutex_);
  Sequence& sequence = sequence_of(block);
  sizes_[at] = static_cast<std::uint32_t>(packed.size());
  const bool at_once = block == sequence.next;
  if (!at_once) {
    lock.unlock();
    waiting_.add(block, packed);
    lock.lock();
    waits_[at] = true;
    if (block != sequence.next) return;  // else its turn came in between
  }
  if (at_once) place_next(sequence);
  const std::int64_t first = sequence.next;
  while (sequence.next < sequence.end_block && waits_[static_cast<std::size_t>(sequence.next)]) place_next(sequence);
  const std::int64_t end = sequence.next;
  lock.unlock();
  if (at_once) out_.write_at(static_cast<std::int64_t>(starts_[at]), packed);
  write_waiting(first, end);
}

void BlocksInOrder::write_waiting(std::int64_t first, std::int64_t end) {
  for (std::int64_t block = first; block < end; ++block) {
    const auto start = static_cast<std::int64_t>(starts_[static_cast<std::size_t>(block)]);
    waiting_.take(block, [&](std::span<const std::byte> packed) { out_.write_at(start, packed); });
  }
}

bool BlocksInOrder::complete() const {
  return std::ranges::all_of(sequences_, [](const Sequence& s) { return s.next == s.end_block; });
}

}  // namespace groundshift

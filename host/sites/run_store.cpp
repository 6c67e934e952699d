// SPDX-License-Identifier: Apache-2.0
// Words in chunks; rows as places among them.
#include "host/sites/run_store.hpp"

#include <algorithm>
#include <cstring>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

constexpr std::int64_t kChunkWords = std::int64_t{1} << 16;
constexpr std::int64_t kChunkBytes = kChunkWords * 4;
static_assert(sizeof(Run) == 3 * sizeof(std::int32_t), "runs are stored as words");

std::unique_ptr<std::int32_t[]> new_chunk() {
  return std::make_unique_for_overwrite<std::int32_t[]>(static_cast<std::size_t>(kChunkWords));
}

}  // namespace

WordStore::WordStore(StoreRoom& room) : room_(room), scratch_(room.scratch_folder, "runs of pixels") {}

WordStore::~WordStore() { room_.bytes_left += static_cast<std::int64_t>(kept_.size()) * kChunkBytes; }

std::int64_t WordStore::scratch_bytes() const { return spilled_ * kChunkBytes; }

void WordStore::close_chunk() {
  if (spilled_ == 0 && room_.bytes_left >= kChunkBytes) {
    room_.bytes_left -= kChunkBytes;
    kept_.push_back(std::move(open_));
    return;
  }
  scratch_.open();
  scratch_.write(spilled_ * kChunkBytes, reinterpret_cast<const std::byte*>(open_.get()), kChunkBytes,
                 (spilled_ + 1) * kChunkBytes);
  ++spilled_;
}

void WordStore::append(std::span<const std::int32_t> words) {
  while (!words.empty()) {
    const std::int64_t at = count_ % kChunkWords;
    if (open_ == nullptr) open_ = new_chunk();
    const auto part = std::min<std::size_t>(words.size(), static_cast<std::size_t>(kChunkWords - at));
    std::copy_n(words.data(), part, open_.get() + at);
    count_ += static_cast<std::int64_t>(part);
    words = words.subspan(part);
    if (count_ % kChunkWords == 0) close_chunk();
  }
}

const std::int32_t* WordStore::chunk(std::int64_t index) {
  const auto kept = static_cast<std::int64_t>(kept_.size());
  if (index < kept) return kept_[static_cast<std::size_t>(index)].get();
  if (index == kept + spilled_) return open_.get();
  if (cached_ != index) {
    if (cache_ == nullptr) cache_ = new_chunk();
    cached_ = -1;
    scratch_.read((index - kept) * kChunkBytes, reinterpret_cast<std::byte*>(cache_.get()), kChunkBytes);
    cached_ = index;
  }
  return cache_.get();
}

void WordStore::read(std::int64_t start, std::span<std::int32_t> to) {
  expects(start >= 0 && start + static_cast<std::int64_t>(to.size()) <= count_, "words are read after being appended");
  while (!to.empty()) {
    const std::int64_t at = start % kChunkWords;
    const auto part = std::min<std::size_t>(to.size(), static_cast<std::size_t>(kChunkWords - at));
    std::copy_n(chunk(start / kChunkWords) + at, part, to.data());
    start += static_cast<std::int64_t>(part);
    to = to.subspan(part);
  }
}

RunStore::RunStore(std::int32_t height, StoreRoom& room) : rows_(static_cast<std::size_t>(height)), words_(room) {}

void RunStore::append(std::int32_t row, std::span<const Run> runs, std::span<const std::int32_t> words) {
  Row& place = rows_[static_cast<std::size_t>(row)];
  expects(place.run_count == 0 && place.word_count == 0, "a row of runs is appended once");
  place = {words_.word_count(), static_cast<std::int32_t>(runs.size()), static_cast<std::int32_t>(words.size())};
  run_count_ += place.run_count;
  words_.append({reinterpret_cast<const std::int32_t*>(runs.data()), 3 * runs.size()});
  words_.append(words);
}

void RunStore::read(std::int32_t row, std::vector<Run>& runs) {
  const Row& place = rows_[static_cast<std::size_t>(row)];
  runs.resize(static_cast<std::size_t>(place.run_count));
  words_.read(place.start, {reinterpret_cast<std::int32_t*>(runs.data()), 3 * runs.size()});
}

void RunStore::read(std::int32_t row, std::vector<Run>& runs, std::vector<std::int32_t>& words) {
  read(row, runs);
  const Row& place = rows_[static_cast<std::size_t>(row)];
  words.resize(static_cast<std::size_t>(place.word_count));
  words_.read(place.start + 3 * std::int64_t{place.run_count}, words);
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Hands slots from one stage to the next. Bounded by the number of slots, so push never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace groundshift {

/// Filled by one stage, emptied by the next. pop() waits for an item or for close(); after close() it hands out what
/// is left, then nothing. abandon() drops what is left and what still comes.
template <class T>
class BoundedQueue {
 public:
  void push(T item) {
    {
      const std::lock_guard lock(mutex_);
      if (abandoned_) return;
      items_.push_back(std::move(item));
    }
    changed_.notify_one();
  }
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }
  void abandon() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = abandoned_ = true;
      items_.clear();
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// A pass over tiles of nothing, with stages that a test can look into, slow down and break.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "host/base/progress.hpp"
#include "host/pipeline/run_pass.hpp"

namespace groundshift::test {

/// Opens once. wait() gives up with an exception after a time that only a hang can reach.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    opened_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    if (!opened_.wait_for(lock, std::chrono::seconds(60), [&] { return open_; })) {
      throw std::runtime_error("a gate of the test was never opened");
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

inline std::size_t thread_count_now() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& task : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

/// A sanitizer starts a thread of its own together with the first one of the process: it is none of a pass's.
inline void start_what_threads_need() {
  [[maybe_unused]] static const bool once = [] {
    std::jthread([] {}).join();
    return true;
  }();
}

/// True when this process comes down to `count` threads; a joined thread may stay listed for an instant.
inline bool comes_down_to(std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (thread_count_now() > count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Tiles of one pixel. Every stage counts itself; a test sets the on_ hooks, called with the tile's index.
class PassRig {
 public:
  PassRig(std::int64_t tile_count, int slot_count, int workers) : slots_(static_cast<std::size_t>(slot_count)) {
    for (std::size_t i = 0; i < slots_.size(); ++i) slots_[i].index = i;
    pass_.name = "rig";
    pass_.tile_count = tile_count;
    pass_.pixel_count = tile_count;
    pass_.workers = workers;
    pass_.aim = [this](Slot& slot, std::int64_t tile) {
      slot.tile_index = tile;
      slot.core = {static_cast<std::int32_t>(tile), 0, 1, 1};
      aimed.push_back(tile);
      const int now = ++in_flight;
      if (now > most_in_flight) most_in_flight = now;
      if (on_aim) on_aim(tile);
    };
    pass_.read = [this](Slot& slot) {
      slot.gram.count = 0;
      if (on_read) on_read(slot.tile_index);
      slot.gram.count = slot.tile_index;
    };
    pass_.compute = [this](Slot& slot) {
      if (on_compute) on_compute(slot.tile_index);
      slot.gram.count = slot.gram.count * slot.gram.count;
    };
    pass_.consume = [this](Slot& slot) {
      if (on_consume) on_consume(slot.tile_index);
      consumed.push_back(slot.tile_index);
      results.push_back(slot.gram.count);
      --in_flight;
    };
  }

  /// Runs the pass; throws what it throws. `joined` tells afterwards whether every thread of it is gone.
  PassTiming run() {
    std::thread([] {}).join();  // ThreadSanitizer starts a thread of its own with a program's first
    start_what_threads_need();
    const std::size_t threads_before = thread_count_now();
    const auto check = [&] { joined = comes_down_to(threads_before); };
    try {
      PassTiming timing = run_pass(pass_, slots_, {progress, &warnings_, stop.get_token()});
      check();
      return timing;
    } catch (...) {
      check();
      throw;
    }
  }

  /// Forgets what an earlier run left, hooks included; slots are used again.
  void reset() {
    on_aim = on_read = on_compute = on_consume = nullptr;
    aimed.clear();
    consumed.clear();
    results.clear();
    in_flight = most_in_flight = 0;
  }

  std::function<void(std::int64_t)> on_aim, on_read, on_compute, on_consume;
  std::vector<std::int64_t> aimed, consumed, results;  ///< aim runs under the runner's lock, consume in one thread
  std::atomic<int> in_flight{0}, most_in_flight{0};
  std::stop_source stop;
  bool joined = false;
  SilentProgress silent;
  Progress* progress = &silent;

 private:
  Pass pass_;
  std::vector<Slot> slots_;
  Warnings warnings_;
};

}  // namespace groundshift::test

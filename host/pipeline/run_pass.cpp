// SPDX-License-Identifier: Apache-2.0
// The pass runner: workers, the ordered consumer, first error.
#include "host/pipeline/run_pass.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "host/base/error.hpp"
#include "kernels/api/works_alone.hpp"

namespace groundshift {
namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time of a scope to a stage's busy nanoseconds.
class Busy {
 public:
  explicit Busy(std::atomic<std::int64_t>& total) : total_(total), start_(Clock::now()) {}
  ~Busy() { total_ += std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count(); }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::atomic<std::int64_t>& total_;
  Clock::time_point start_;
};

class Runner {
 public:
  Runner(const Pass& pass, std::span<Slot> slots, const JobContext& context) : pass_(pass), context_(context) {
    for (Slot& slot : slots) free_.push_back(&slot);
  }

  PassTiming run() {
    const auto start = Clock::now();
    context_.progress->begin(pass_.name, pass_.pixel_count);
    {
      std::vector<std::jthread> threads;
      guarded([&] {  // a thread that cannot be made must not leave the ones that were waiting for it
        for (int i = 0; i < pass_.workers; ++i) threads.emplace_back([this] { guarded([this] { work_on_tiles(); }); });
        consume_tiles();
      });
    }  // joins: after an error every thread has been woken by fail()
    if (error_) std::rethrow_exception(error_);
    context_.progress->end();
    const auto seconds = [](std::int64_t ns) { return static_cast<double>(ns) * 1e-9; };
    return {pass_.name,
            pass_.tile_count,
            pass_.pixel_count,
            std::chrono::duration<double>(Clock::now() - start).count(),
            seconds(read_busy_),
            seconds(compute_busy_),
            seconds(consume_busy_)};
  }

 private:
  template <class F>
  void guarded(F&& stage) noexcept {
    try {
      stage();
    } catch (...) {
      fail(std::current_exception());
    }
  }

  void fail(std::exception_ptr error) noexcept {
    {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(error);
      failed_ = true;
    }
    slot_freed_.notify_all();
    tile_done_.notify_all();
  }

  struct Taken {
    Slot* slot = nullptr;
    bool alone = false;  ///< tiles are left for all the others
  };

  /// The next tile with a free slot; none when there is none left, or after an error.
  Taken take_tile() {
    std::unique_lock lock(mutex_);
    slot_freed_.wait(lock, [&] { return failed_ || next_tile_ == pass_.tile_count || !free_.empty(); });
    if (failed_ || next_tile_ == pass_.tile_count) return {};
    Slot* slot = free_.back();  // the one used last: its memory is warm
    free_.pop_back();
    pass_.aim(*slot, next_tile_++);
    if (next_tile_ == pass_.tile_count) slot_freed_.notify_all();  // the other workers have nothing left
    return {slot, pass_.workers >= pass_.cores && pass_.tile_count - next_tile_ >= pass_.workers - 1};
  }

  void work_on_tiles() {
    for (Taken tile = take_tile(); tile.slot != nullptr; tile = take_tile()) {
      Slot* const slot = tile.slot;
      std::optional<WorksAlone> alone;
      if (tile.alone) alone.emplace();
      throw_if_stopped(context_.stop);
      {
        const Busy busy(read_busy_);
        pass_.read(*slot);
      }
      {
        const Busy busy(compute_busy_);
        pass_.compute(*slot);
      }
      {
        const std::lock_guard lock(mutex_);
        done_[slot->tile_index] = slot;
      }
      tile_done_.notify_one();
    }
  }

  void consume_tiles() {
    for (std::int64_t next = 0; next < pass_.tile_count; ++next) {
      Slot* slot = nullptr;
      {
        std::unique_lock lock(mutex_);
        tile_done_.wait(lock, [&] { return failed_ || (!done_.empty() && done_.begin()->first == next); });
        if (failed_) return;
        slot = done_.begin()->second;
        done_.erase(done_.begin());
      }
      throw_if_stopped(context_.stop);
      {
        const Busy busy(consume_busy_);
        pass_.consume(*slot);
      }
      context_.progress->advance(pixel_count(slot->core));
      {
        const std::lock_guard lock(mutex_);
        free_.push_back(slot);
      }
      slot_freed_.notify_one();
    }
  }

  const Pass& pass_;
  const JobContext& context_;
  std::mutex mutex_;                    ///< guards everything below but the clocks
  std::condition_variable slot_freed_;  ///< wakes workers: a slot is free, the tiles are all taken, or an error
  std::condition_variable tile_done_;   ///< wakes the consumer: a tile is computed, or an error
  std::vector<Slot*> free_;
  std::map<std::int64_t, Slot*> done_;
  std::int64_t next_tile_ = 0;
  bool failed_ = false;
  std::exception_ptr error_;
  std::atomic<std::int64_t> read_busy_{0}, compute_busy_{0}, consume_busy_{0};
};

}  // namespace

PassTiming run_pass(const Pass& pass, std::span<Slot> slots, const JobContext& context) {
  expects(!slots.empty(), "a pass needs a slot");
  expects(pass.workers >= 1, "a pass needs a worker");
  return Runner(pass, slots, context).run();
}

}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// The threads of a block as fibres: each runs until it returns or waits, and a deadlock is a reported error.
#include "tests/support/fibre/scheduler.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/fibre/context.hpp"
#include "tests/support/fibre/order.hpp"

namespace gs_fibre {
namespace {

std::atomic<Order> g_order{Order::forward};
std::atomic<std::uint32_t> g_seed{0};

// What a warp's lanes get of the words they hand in: lane `source`'s, who gave one, or who gave the same.
enum class Collective { shuffle, ballot, match };

enum class State { fresh, ready, at_barrier, at_collective, returned };

struct Fibre;

struct Thread {
  dim3 index;
  State state = State::fresh;
  Fibre* fibre = nullptr;
  Site site;
  unsigned mask = 0;  // of the collective it waits at
  Collective collective = Collective::shuffle;
  int source = 0;
  std::uint64_t word = 0;  // handed in, then received
};

// A stack and who runs on it. One fibre runs thread after thread as long as they return without having waited.
struct Fibre {
  explicit Fibre(void (*entry)(void*)) : context(entry, this) {}
  Context context;
  int thread = -1;
};

std::string place(const Site& site) { return std::string(site.file_name()) + ":" + std::to_string(site.line()); }

class Block {
 public:
  Block(const LaunchShape& shape, const std::function<void()>& body, std::vector<std::unique_ptr<Fibre>>& fibres)
      : shape_(shape), body_(body), fibres_(fibres), random_(g_seed.load()) {}

  void run(const dim3& block);

  Thread& current() { return threads_[static_cast<std::size_t>(current_)]; }
  int current_number() const { return current_; }
  void wait() {  // the running thread's state says for what
    current().fibre->context.switch_to(scheduler_);
  }
  void arrive(unsigned mask, Collective collective, std::uint64_t word, int source, const Site& site);
  static void fibre_main(void* argument);

  const LaunchShape& shape_;
  dim3 block_index_;
  std::unique_ptr<void, void (*)(void*)> shared_{nullptr, std::free};

 private:
  void draw_order();
  void resume(int thread);
  void release_barrier();
  void complete(int warp_start, unsigned mask);
  [[noreturn]] void fail(const std::string& what) const;
  int next_in_turn() const;

  const std::function<void()>& body_;
  std::vector<std::unique_ptr<Fibre>>& fibres_;
  std::mt19937 random_;
  std::vector<Thread> threads_;
  std::vector<int> turns_;  // thread numbers in the order of this round
  std::size_t turn_ = 0;
  std::vector<Fibre*> free_;
  std::size_t used_fibres_ = 0;
  Context scheduler_;
  int current_ = -1;
  std::exception_ptr error_;
};

thread_local Block* t_block = nullptr;

void Block::draw_order() {
  for (std::size_t i = 0; i < turns_.size(); ++i) turns_[i] = static_cast<int>(i);
  if (g_order == Order::reversed) std::reverse(turns_.begin(), turns_.end());
  if (g_order == Order::shuffled) std::shuffle(turns_.begin(), turns_.end(), random_);
}

void Block::fail(const std::string& what) const {
  throw std::runtime_error(std::string(shape_.kernel) + ", block (" + std::to_string(block_index_.x) + ", " +
                           std::to_string(block_index_.y) + ", " + std::to_string(block_index_.z) + "): " + what);
}

// The thread whose turn comes after the running one's, if it has not started yet: it can go on on the same stack.
int Block::next_in_turn() const {
  const std::size_t next = turn_ + 1;
  if (next >= turns_.size()) return -1;
  return threads_[static_cast<std::size_t>(turns_[next])].state == State::fresh ? turns_[next] : -1;
}

void Block::fibre_main(void* argument) {
  auto* fibre = static_cast<Fibre*>(argument);
  for (;;) {
    Block& block = *t_block;
    try {
      block.body_();
    } catch (...) {
      block.error_ = std::current_exception();
    }
    Thread& done = block.current();
    done.state = State::returned;
    done.fibre = nullptr;
    const int next = block.error_ ? -1 : block.next_in_turn();
    if (next >= 0) {
      ++block.turn_;
      block.current_ = next;
      block.current().state = State::ready;
      block.current().fibre = fibre;
      continue;
    }
    block.free_.push_back(fibre);
    fibre->context.switch_to(block.scheduler_);
  }
}

void Block::resume(int thread) {
  Thread& next = threads_[static_cast<std::size_t>(thread)];
  if (next.fibre == nullptr) {
    if (free_.empty()) {
      if (used_fibres_ == fibres_.size()) fibres_.push_back(std::make_unique<Fibre>(&Block::fibre_main));
      free_.push_back(fibres_[used_fibres_++].get());
    }
    next.fibre = free_.back();
    free_.pop_back();
  }
  next.state = State::ready;
  current_ = thread;
  scheduler_.switch_to(next.fibre->context);
  if (error_) std::rethrow_exception(error_);
}

void Block::release_barrier() {
  const Thread* first = nullptr;
  std::size_t returned = 0;
  for (const Thread& t : threads_) {
    if (t.state == State::at_collective) {
      fail("threads wait at " + place(t.site) + " for lanes of their warp that do not come");
    }
    if (t.state == State::returned) ++returned;
    if (t.state != State::at_barrier) continue;
    if (first != nullptr && (t.site.line() != first->site.line() || place(t.site) != place(first->site))) {
      fail("threads wait at different __syncthreads: " + place(first->site) + " and " + place(t.site));
    }
    first = &t;
  }
  if (returned != 0) {
    fail("__syncthreads at " + place(first->site) + " with " + std::to_string(returned) + " threads returned");
  }
  for (Thread& t : threads_) t.state = State::ready;
}

void Block::run(const dim3& block) {
  const dim3& size = shape_.block;
  block_index_ = block;
  if (!shared_) {
    void* bytes = nullptr;
    if (posix_memalign(&bytes, 16, std::max<std::size_t>(shape_.shared_bytes, 1)) != 0) throw std::bad_alloc();
    shared_.reset(bytes);
  }
  std::memset(shared_.get(), 0xCD, shape_.shared_bytes);
  threads_.assign(std::size_t{size.x} * size.y * size.z, Thread{});
  turns_.resize(threads_.size());
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    const auto n = static_cast<unsigned>(i);
    threads_[i].index = dim3(n % size.x, n / size.x % size.y, n / (size.x * size.y));
  }
  t_block = this;
  for (;;) {
    bool progress = false;
    draw_order();
    for (turn_ = 0; turn_ < turns_.size(); ++turn_) {
      const State state = threads_[static_cast<std::size_t>(turns_[turn_])].state;
      if (state != State::fresh && state != State::ready) continue;
      progress = true;
      resume(turns_[turn_]);
    }
    if (progress) continue;
    const auto returned = [](const Thread& t) { return t.state == State::returned; };
    if (std::all_of(threads_.begin(), threads_.end(), returned)) break;
    release_barrier();
  }
  t_block = nullptr;
}

// The last lane of a mask to arrive hands everybody's word on.
void Block::arrive(unsigned mask, Collective collective, std::uint64_t word, int source, const Site& site) {
  Thread& self = current();
  self.state = State::at_collective;
  self.mask = mask;
  self.collective = collective;
  self.word = word;
  self.source = source;
  self.site = site;
  const int warp_start = current_ / kWarp * kWarp;
  bool complete_now = true;
  for (int lane = 0; lane < kWarp; ++lane) {
    if ((mask >> lane & 1u) == 0) continue;
    const auto number = static_cast<std::size_t>(warp_start + lane);
    if (number >= threads_.size()) fail("the mask at " + place(site) + " names lanes that the block does not have");
    const Thread& t = threads_[number];
    complete_now = complete_now && t.state == State::at_collective && t.mask == mask && t.collective == collective &&
                   t.site.line() == site.line();
  }
  if (complete_now) {
    complete(warp_start, mask);
  } else {
    wait();
  }
}

void Block::complete(int warp_start, unsigned mask) {
  std::uint64_t given[kWarp] = {};
  unsigned votes = 0;
  for (int lane = 0; lane < kWarp; ++lane) {
    if ((mask >> lane & 1u) == 0) continue;
    given[lane] = threads_[static_cast<std::size_t>(warp_start + lane)].word;
    votes |= given[lane] != 0 ? 1u << lane : 0u;
  }
  for (int lane = 0; lane < kWarp; ++lane) {
    if ((mask >> lane & 1u) == 0) continue;
    Thread& t = threads_[static_cast<std::size_t>(warp_start + lane)];
    switch (t.collective) {
      case Collective::shuffle:
        if ((mask >> t.source & 1u) == 0) fail("a lane outside the mask is read at " + place(t.site));
        t.word = given[t.source];
        break;
      case Collective::ballot: t.word = votes; break;
      case Collective::match: {
        std::uint64_t same = 0;
        for (int other = 0; other < kWarp; ++other) {
          const bool named = (mask >> other & 1u) != 0;
          same |= std::uint64_t{named && given[other] == given[lane]} << other;
        }
        t.word = same;
        break;
      }
    }
    t.state = State::ready;
  }
}

// Stacks are kept for the host thread's next launch, unless a launch failed and left fibres half way.
thread_local std::vector<std::unique_ptr<Fibre>> t_fibres;

}  // namespace

void set_order(Order order, std::uint32_t seed) {
  g_order = order;
  g_seed = seed;
}

void run_blocks(const LaunchShape& shape, const std::function<void()>& body) {
  const std::uint64_t count = std::uint64_t{shape.grid.x} * shape.grid.y * shape.grid.z;
  std::vector<std::uint64_t> numbers(count);
  for (std::uint64_t i = 0; i < count; ++i) numbers[i] = i;
  if (g_order == Order::reversed) std::reverse(numbers.begin(), numbers.end());
  std::mt19937 random(g_seed.load());
  if (g_order == Order::shuffled) std::shuffle(numbers.begin(), numbers.end(), random);
  try {
    Block block(shape, body, t_fibres);
    for (const std::uint64_t n : numbers) {
      const std::uint64_t plane = std::uint64_t{shape.grid.x} * shape.grid.y;
      block.run(dim3(static_cast<unsigned>(n % shape.grid.x), static_cast<unsigned>(n / shape.grid.x % shape.grid.y),
                     static_cast<unsigned>(n / plane)));
    }
  } catch (...) {
    t_block = nullptr;
    t_fibres.clear();
    throw;
  }
}

const dim3& thread_index() { return t_block->current().index; }
const dim3& block_index() { return t_block->block_index_; }
const dim3& block_size() { return t_block->shape_.block; }
const dim3& grid_size() { return t_block->shape_.grid; }
int lane_index() { return t_block->current_number() % kWarp; }
void* dynamic_shared_bytes() { return t_block->shared_.get(); }

void __syncthreads(Site site) {
  t_block->current().state = State::at_barrier;
  t_block->current().site = site;
  t_block->wait();
}

std::uint64_t exchange(unsigned mask, std::uint64_t given, int source, const Site& site) {
  Thread& self = t_block->current();
  t_block->arrive(mask, Collective::shuffle, given, source, site);
  return self.word;
}

unsigned __ballot_sync(unsigned mask, int predicate, Site site) {
  Thread& self = t_block->current();
  t_block->arrive(mask, Collective::ballot, predicate != 0 ? 1 : 0, 0, site);
  return static_cast<unsigned>(self.word);
}

unsigned __match_any_sync(unsigned mask, unsigned value, Site site) {
  Thread& self = t_block->current();
  t_block->arrive(mask, Collective::match, value, 0, site);
  return static_cast<unsigned>(self.word);
}

void __syncwarp(unsigned mask, Site site) { t_block->arrive(mask, Collective::ballot, 0, 0, site); }

}  // namespace gs_fibre

// SPDX-License-Identifier: Apache-2.0
// Timing rounds of threads.
#include "host/bench/rate.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <latch>
#include <mutex>
#include <thread>

#include "host/base/error.hpp"

namespace groundshift {
namespace {

using Clock = std::chrono::steady_clock;

/// Seconds from the first thread's start, once all are there, to the last one's end. The threads look at the clock
/// themselves: where cores are scarce, one that only waits for them would be woken late.
double round_seconds(int threads, const std::function<void(int)>& work) {
  struct Span {
    Clock::time_point start, end;
  };
  std::vector<Span> spans(static_cast<std::size_t>(threads));
  std::exception_ptr error;
  std::mutex mutex;
  std::latch ready(threads);
  {
    std::vector<std::jthread> pool;
    for (int t = 0; t < threads; ++t) {
      pool.emplace_back([&, t] {
        Span& own = spans[static_cast<std::size_t>(t)];
        ready.arrive_and_wait();
        own.start = Clock::now();
        try {
          work(t);
        } catch (...) {
          const std::lock_guard lock(mutex);
          error = std::current_exception();
        }
        own.end = Clock::now();
      });
    }
  }
  if (error) std::rethrow_exception(error);
  Span all = spans.front();
  for (const Span& span : spans) {
    all.start = std::min(all.start, span.start);
    all.end = std::max(all.end, span.end);
  }
  return std::chrono::duration<double>(all.end - all.start).count();
}

}  // namespace

double median(std::vector<double> values) {
  expects(!values.empty(), "a median needs a value");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

double rate_of(int threads, double amount, const std::function<void(int)>& work) {
  constexpr int kRounds = 3;
  constexpr double kMostSeconds = 1.0;
  round_seconds(threads, work);
  std::vector<double> rates;
  double total = 0.0;
  for (int round = 0; round < kRounds && (round == 0 || total < kMostSeconds); ++round) {
    const double seconds = std::max(round_seconds(threads, work), 1e-9);
    total += seconds;
    rates.push_back(amount / seconds);
  }
  return median(std::move(rates));
}

}  // namespace groundshift

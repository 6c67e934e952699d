// SPDX-License-Identifier: Apache-2.0
// A shared counter hands out indices; the first failure in index order is kept.
#include "host/base/parallel_for.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/progress.hpp"

namespace groundshift {

void parallel_for(std::int64_t count, int threads, const std::stop_token& stop,
                  const std::function<void(std::int64_t index, int worker)>& work) {
  expects(threads >= 1, "work needs a thread");
  std::atomic<std::int64_t> next{1};
  std::mutex mutex;  // guards the two below
  std::exception_ptr error;
  std::int64_t error_index = count;
  const auto run = [&](int worker, std::int64_t first) {
    for (std::int64_t i = first; i < count; i = next++) {
      try {
        throw_if_stopped(stop);
        work(i, worker);
      } catch (...) {
        const std::lock_guard lock(mutex);
        // Indices are handed out in order, so whatever is lower than this one has been begun and will be heard.
        if (i < error_index) {
          error = std::current_exception();
          error_index = i;
        }
        next = count;
        return;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    const int wanted = static_cast<int>(std::min<std::int64_t>(threads, count));
    for (int worker = 1; worker < wanted; ++worker) {
      try {
        helpers.emplace_back([&run, &next, worker] { run(worker, next++); });
      } catch (const std::system_error&) {
        break;  // no more threads to be had: fewer do the same work
      }
    }
    run(0, 0);
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace groundshift

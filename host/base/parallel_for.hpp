// SPDX-License-Identifier: Apache-2.0
// Independent work, spread over threads.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace groundshift {

/// Calls work(i, worker) once for each i in [0, count) on up to `threads` threads, the caller's among them, which
/// begins with work 0; `worker` in [0, threads) names the thread, so that scratch memory can be kept a thread. Work
/// must depend on i alone for results not to depend on the number of threads. Of several exceptions that of the lowest
/// i is rethrown, after all threads have ended. A stop request ends in Error(interrupted).
void parallel_for(std::int64_t count, int threads, const std::stop_token& stop,
                  const std::function<void(std::int64_t index, int worker)>& work);

}  // namespace groundshift

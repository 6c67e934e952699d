// SPDX-License-Identifier: Apache-2.0
// The only file of the CPU executor that names oneTBB. Never instrumented by ThreadSanitizer (see CMakeLists.txt): the
// library's headers rely on orderings made inside the library, which the sanitizer cannot see.
#include "kernels/cpu/workers.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <optional>

namespace groundshift::cpu {

struct Workers::Arena {
  explicit Arena(int threads) : arena(threads) {
    if (threads > tbb::this_task_arena::max_concurrency()) {  // oneTBB starts no more workers than cores unasked
      more_workers.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    }
  }
  std::optional<tbb::global_control> more_workers;
  tbb::task_arena arena;
};

Workers::Workers(int threads) : arena_(std::make_unique<Arena>(threads)) {}
Workers::~Workers() = default;

void Workers::enter(void (*body)(void* call), void* call) {
  arena_->arena.execute([=] { body(call); });
}

int worker_count() { return tbb::this_task_arena::max_concurrency(); }

void call_indices(std::int64_t count, void (*body)(void* call, std::int64_t index), void* call) {
  tbb::parallel_for(std::int64_t{0}, count, [=](std::int64_t index) { body(call, index); });
}

}  // namespace groundshift::cpu

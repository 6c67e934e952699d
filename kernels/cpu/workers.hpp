// SPDX-License-Identifier: Apache-2.0
// The CPU workers, with oneTBB kept in one translation unit so that ThreadSanitizer can judge everything else.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/api/works_alone.hpp"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace groundshift::cpu {

/// A call handed through oneTBB. The library is not instrumented, so ThreadSanitizer does not see what orders a body
/// after its caller and the caller's return after all bodies: these two edges are told. Bodies of one call stay
/// unordered among themselves, so that a race between them is found.
template <class F>
class OrderedCall {
 public:
  explicit OrderedCall(const F& f) : f_(f) { release(&begin_); }
  ~OrderedCall() { acquire(&end_); }
  OrderedCall(const OrderedCall&) = delete;
  OrderedCall& operator=(const OrderedCall&) = delete;

  template <class... Arguments>
  void operator()(Arguments... arguments) {
    acquire(&begin_);
    f_(arguments...);
    release(&end_);
  }

 private:
#if defined(__SANITIZE_THREAD__)
  static void release(char* edge) { __tsan_release(edge); }
  static void acquire(char* edge) { __tsan_acquire(edge); }
#else
  static void release(char*) {}
  static void acquire(char*) {}
#endif
  const F& f_;
  char begin_ = 0, end_ = 0;
};

/// Calls body(call, i) for i in [0, count), in parallel where called from a worker of Workers; returns when all are
/// done. The first exception of a body is rethrown.
void call_indices(std::int64_t count, void (*body)(void* call, std::int64_t index), void* call);

/// Workers of the caller's arena.
int worker_count();

/// Calls f(i) for every i in [0, count), in parallel, in no particular order (one after the other where the caller
/// works alone); returns when all are done.
template <class F>
void for_each_index(std::int64_t count, const F& f) {
  if (WorksAlone::here()) {
    for (std::int64_t i = 0; i < count; ++i) f(i);
    return;
  }
  OrderedCall<F> call(f);
  call_indices(
      count, [](void* c, std::int64_t index) { (*static_cast<OrderedCall<F>*>(c))(index); }, &call);
}

/// A fixed number of workers that all callers share. A caller becomes a worker for as long as its call takes; one that
/// finds them all busy waits.
class Workers {
 public:
  /// `threads` >= 1, callers included.
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Runs f() as one of the workers; for_each_index inside it uses them all. Rethrows what f throws.
  template <class F>
  void run(const F& f) {
    OrderedCall<F> call(f);
    enter([](void* c) { (*static_cast<OrderedCall<F>*>(c))(); }, &call);
  }

 private:
  struct Arena;
  void enter(void (*body)(void* call), void* call);
  std::unique_ptr<Arena> arena_;
};

}  // namespace groundshift::cpu

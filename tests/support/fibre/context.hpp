// SPDX-License-Identifier: Apache-2.0
// A stack of its own to run on and to leave at any point: ucontext, with the address sanitizer kept informed.
#pragma once

#include <sys/mman.h>
#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace gs_fibre {

/// One side of a switch: the host thread's own stack, or a mapped one below which lies a guard page.
class Context {
 public:
  /// The stack that is running already.
  Context() = default;
  /// A new stack that starts in `entry(argument)`, which must never return.
  Context(void (*entry)(void*), void* argument) : entry_(entry), argument_(argument) {
    mapping_ = mmap(nullptr, kStackBytes + kGuardBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping_ == MAP_FAILED) throw std::bad_alloc();
    mprotect(mapping_, kGuardBytes, PROT_NONE);
    stack_ = static_cast<char*>(mapping_) + kGuardBytes;
    stack_bytes_ = kStackBytes;
    getcontext(&context_);
    context_.uc_stack.ss_sp = const_cast<void*>(stack_);
    context_.uc_stack.ss_size = kStackBytes;
    context_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    makecontext(&context_, reinterpret_cast<void (*)()>(&Context::begin), 2, static_cast<unsigned>(self >> 32),
                static_cast<unsigned>(self));
  }
  ~Context() {
    if (mapping_ == nullptr) return;
#if defined(__SANITIZE_ADDRESS__)
    ASAN_UNPOISON_MEMORY_REGION(stack_, stack_bytes_);  // frames that were left for good
#endif
    munmap(mapping_, kStackBytes + kGuardBytes);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Leaves this context, which is running, for `to`; returns when something switches back.
  void switch_to(Context& to) {
    to.from_ = this;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&fake_stack_, to.stack_, to.stack_bytes_);
#endif
    swapcontext(&context_, &to.context_);
    arrived();
  }

 private:
  static constexpr std::size_t kGuardBytes = 4096;
  static constexpr std::size_t kStackBytes = 256 * 1024;

  // Where the switch came from is told to the sanitizer, which also tells us the host stack's bounds.
  void arrived() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack_, &from_->stack_, &from_->stack_bytes_);
#endif
  }
  static void begin(unsigned high, unsigned low) {
    auto* self = reinterpret_cast<Context*>((std::uintptr_t{high} << 32) | low);
    self->arrived();
    self->entry_(self->argument_);
  }

  ucontext_t context_{};
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  void* mapping_ = nullptr;
  const void* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
  void* fake_stack_ = nullptr;
  Context* from_ = nullptr;
};

}  // namespace gs_fibre

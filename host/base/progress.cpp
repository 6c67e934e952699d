// SPDX-License-Identifier: Apache-2.0
// Warnings by code, and the stop.
#include "host/base/progress.hpp"

#include "host/base/error.hpp"

namespace groundshift {

void Warnings::add(std::string_view code, std::string_view message, std::int64_t count) {
  constexpr int kMostMessages = 20;  // a damaged file can say something new of every block
  const std::lock_guard lock(mutex_);
  Warning* last_of_code = nullptr;
  int messages = 0;
  for (Warning& w : entries_) {
    if (w.code != code) continue;
    last_of_code = &w;
    ++messages;
    if (w.message == message) break;
  }
  if (last_of_code != nullptr && (last_of_code->message == message || messages >= kMostMessages)) {
    last_of_code->count += count;
  } else {
    entries_.push_back({std::string(code), std::string(message), count});
  }
}

std::vector<Warning> Warnings::list() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "stopped on request; nothing was written");
}

}  // namespace groundshift

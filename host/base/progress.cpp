// SPDX-License-Identifier: Apache-2.0
// Warnings by code, and the stop.
#include "host/base/progress.hpp"

#include "host/base/error.hpp"

namespace groundshift {

void Warnings::add(std::string_view code, std::string_view message, std::int64_t count) {
  const std::lock_guard lock(mutex_);
  for (Warning& w : entries_) {
    if (w.code == code) {
      w.count += count;
      return;
    }
  }
  entries_.push_back({std::string(code), std::string(message), count});
}

std::vector<Warning> Warnings::list() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "stopped on request; nothing was written");
}

}  // namespace groundshift

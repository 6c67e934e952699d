// SPDX-License-Identifier: Apache-2.0
// Drawing progress.
#include "host/cli/terminal.hpp"

#include <unistd.h>
#include <cstdio>

#include <fmt/format.h>

namespace groundshift::cli {

TerminalProgress::TerminalProgress() : interactive_(::isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() {
  if (line_open_) fmt::print(stderr, "\n");
}

void TerminalProgress::begin(std::string_view what, std::int64_t total_pixels) {
  what_ = what;
  total_ = total_pixels;
  done_ = 0;
  printed_tens_ = -1;
  start_ = drawn_ = std::chrono::steady_clock::now();
  line_open_ = true;
  if (!interactive_) fmt::print(stderr, "{}: ", what_);
  draw(false);
}

void TerminalProgress::advance(std::int64_t pixels) {
  done_ += pixels;
  draw(false);
}

void TerminalProgress::end() {
  draw(true);
  line_open_ = false;
}

void TerminalProgress::draw(bool last) {
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1.0;
  if (!interactive_) {
    for (const int tens = static_cast<int>(share * 10.0 + 1e-9); printed_tens_ < tens;) {
      ++printed_tens_;
      fmt::print(stderr, "{}{}", printed_tens_ * 10, printed_tens_ == 10 ? "" : "...");
    }
    if (last) fmt::print(stderr, " - done\n");
    std::fflush(stderr);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!last && done_ > 0 && now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0.0 ? static_cast<double>(done_) / seconds : 0.0;
  const double left = rate > 0.0 ? static_cast<double>(total_ - done_) / rate : 0.0;
  fmt::print(stderr, "\r{:<10} {:5.1f} %  {:7.1f} Mpixel/s  {:.0f} s {}   {}", what_, 100.0 * share, rate * 1e-6,
             last ? seconds : left, last ? "in all" : "left", last ? "\n" : "");
  std::fflush(stderr);
}

void JobConsole::print_warnings() const {
  for (const Warning& w : warnings_.list()) {
    fmt::print(stderr, "warning: {}{} [{}]\n", w.message, w.count > 1 ? fmt::format(" ({} times)", w.count) : "",
               w.code);
  }
}

}  // namespace groundshift::cli

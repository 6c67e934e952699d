// SPDX-License-Identifier: Apache-2.0
// Progress and warnings as a person at a terminal, or a log file, sees them.
#pragma once

#include <chrono>
#include <string>

#include "host/base/progress.hpp"
#include "host/cli/verb.hpp"

namespace groundshift::cli {

/// On a terminal a line with share, pixels a second and time left; else GDAL's 0...10...20. To stderr.
class TerminalProgress final : public Progress {
 public:
  TerminalProgress();
  ~TerminalProgress() override;  ///< ends a line that an error left open
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;
  void begin(std::string_view what, std::int64_t total_pixels) override;
  void advance(std::int64_t pixels) override;
  void end() override;

 private:
  void draw(bool last);

  bool interactive_ = false;
  bool line_open_ = false;
  std::string what_;
  std::int64_t total_ = 0, done_ = 0;
  int printed_tens_ = -1;
  std::chrono::steady_clock::time_point start_, drawn_;
};

/// Progress and warnings for one run of a verb, silent with --quiet.
class JobConsole {
 public:
  explicit JobConsole(const Invocation& invocation) : quiet_(invocation.quiet), stop_(invocation.stop) {}
  JobContext context() { return {quiet_ ? static_cast<Progress*>(&silent_) : &terminal_, &warnings_, stop_}; }
  Warnings& warnings() { return warnings_; }
  /// Warnings so far to stderr.
  void print_warnings() const;

 private:
  bool quiet_;
  std::stop_token stop_;
  SilentProgress silent_;
  TerminalProgress terminal_;
  Warnings warnings_;
};

}  // namespace groundshift::cli

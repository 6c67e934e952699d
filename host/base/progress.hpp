// SPDX-License-Identifier: Apache-2.0
// What long work tells its caller and asks of it: how far it is, what is odd, whether to stop.
#pragma once

#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace groundshift {

/// Told by the pipeline's writer thread, once a tile.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void begin(std::string_view what, std::int64_t total_pixels) = 0;
  virtual void advance(std::int64_t pixels) = 0;
  virtual void end() = 0;
};

class SilentProgress final : public Progress {
 public:
  void begin(std::string_view, std::int64_t) override {}
  void advance(std::int64_t) override {}
  void end() override {}
};

struct Warning {
  std::string code;  ///< stable, snake_case
  std::string message;
  std::int64_t count = 0;
};

/// Collects warnings, equal ones counted, in order of first appearance; past 20 messages of one code, further ones are
/// counted with the last. Thread-safe.
class Warnings {
 public:
  void add(std::string_view code, std::string_view message, std::int64_t count = 1);
  std::vector<Warning> list() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Warning> entries_;
};

/// What every job gets from its caller.
struct JobContext {
  Progress* progress = nullptr;  ///< never null inside a job
  Warnings* warnings = nullptr;  ///< never null inside a job
  std::stop_token stop;          ///< looked at once a tile; a stop ends the job with ErrorKind::interrupted
};

/// Throws Error(interrupted) when a stop was asked for.
void throw_if_stopped(const std::stop_token& stop);

}  // namespace groundshift

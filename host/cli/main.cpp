// SPDX-License-Identifier: Apache-2.0
// The program: verbs, signals, and the one place where an exception becomes a message and an exit code.
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/version.hpp"

namespace {

using namespace groundshift;

/// Turns SIGINT and SIGTERM into a stop request; the second one ends the program at once.
class SignalWatch {
 public:
  SignalWatch() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);  // every thread made from here on inherits it
    watcher_ = std::thread([this] { watch(); });
  }
  ~SignalWatch() {
    pthread_kill(watcher_.native_handle(), SIGUSR1);
    watcher_.join();
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  int received() const { return received_; }

 private:
  void watch() {
    for (int signal = 0; sigwait(&set_, &signal) == 0 && signal != SIGUSR1;) {
      if (received_ != 0) ::_exit(128 + signal);
      received_ = signal;
      stop_.request_stop();
    }
  }

  sigset_t set_{};
  std::stop_source stop_;
  std::atomic<int> received_{0};
  std::thread watcher_;
};

int run(int argc, const char* const* argv, const SignalWatch& signals) {
  CLI::App app(
      "Where the ground changed between two acquisitions: GPU-accelerated change detection for wide-area imagery.",
      "groundshift");
  app.set_version_flag("--version", fmt::format("groundshift {} (commit {})", version_text(), commit_text()));
  app.set_config("--config-file", "", "Read options from a TOML file, one [verb] section each");
  app.require_subcommand(1);
  app.fallthrough();
  cli::Invocation invocation;
  invocation.stop = signals.token();
  app.add_flag("--quiet,-q", invocation.quiet, "No progress, no result lines");
  app.add_flag("--verbose,-v", invocation.verbose, "detect: the plan before and the timing after, on standard error");
  cli::add_detect_verb(app, invocation);
  cli::add_batch_verb(app, invocation);
  cli::add_plan_verb(app, invocation);
  cli::add_normalize_verb(app, invocation);
  cli::add_align_verb(app, invocation);
  cli::add_sites_verb(app, invocation);
  cli::add_report_verb(app, invocation);
  cli::add_evaluate_verb(app, invocation);
  cli::add_synth_verb(app, invocation);
  cli::add_bench_verb(app, invocation);
  cli::add_info_verb(app, invocation);
  try {
    std::vector<std::string> arguments = cli::normalised_arguments(argc, argv);
    const auto is_named = [&](const CLI::App* verb) { return verb->get_name() == arguments[0]; };
    if (!arguments.empty() && !arguments[0].starts_with('-') && app.get_subcommands(is_named).empty()) {
      throw UsageError(fmt::format("{}: no such verb; groundshift --help lists them", arguments[0]));
    }
    std::reverse(arguments.begin(), arguments.end());  // the parser takes them from the back
    app.parse(arguments);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    fmt::print(stderr, "groundshift: {}\nRun with --help for the options.\n", e.what());
    return static_cast<int>(ErrorKind::usage);
  }
  invocation.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const SignalWatch signals;
  try {
    return run(argc, argv, signals);
  } catch (const std::exception& e) {
    std::fflush(stdout);
    fmt::print(stderr, "groundshift: {}\n", describe(e));
    const int code = exit_code_of(e);
    const bool stopped = code == static_cast<int>(ErrorKind::interrupted);
    return stopped && signals.received() == SIGTERM ? static_cast<int>(ErrorKind::terminated) : code;
  }
}

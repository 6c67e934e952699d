// SPDX-License-Identifier: Apache-2.0
// Runs a program as a user would and keeps what a user could see of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace groundshift::test {

/// exit_code is -1 when a signal ended the program (`signal`), also after a timeout (SIGKILL).
/// peak_rss_bytes : of the child; never less than what this test process had when it forked
struct ProgramRun {
  int exit_code = -1;
  int signal = 0;
  bool timed_out = false;
  std::string out, err;
  std::int64_t peak_rss_bytes = 0;
  double wall_s = 0.0;
};

struct RunSetup {
  std::chrono::seconds timeout{60};
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to this process's own
  /// Called in the child before the program starts; async-signal-safe calls only. False: the child exits with 126.
  std::function<bool()> in_child;
  /// Once this is true of standard error so far, `signal_to_send` goes to the program, once.
  std::function<bool(const std::string& err)> signal_when;
  int signal_to_send = 0;
};

/// Runs `program` with these arguments and waits for its end. Throws std::runtime_error when it cannot be started.
ProgramRun run_program(const std::string& program, const std::vector<std::string>& arguments,
                       const RunSetup& setup = {});

/// The same for the program under test, on the CPU backend unless `setup` or an option names another: what a machine
/// has for a GPU cannot change what these tests see. GROUNDSHIFT_BACKEND, GROUNDSHIFT_MEMORY, GROUNDSHIFT_RATES and
/// GDAL_CACHEMAX of the caller are not passed on.
ProgramRun run_groundshift(const std::vector<std::string>& arguments, const RunSetup& setup = {});

/// Takes from a child of root what lets root ignore permissions (CAP_DAC_OVERRIDE); true for any other user.
/// For RunSetup::in_child.
bool drop_file_privileges();

}  // namespace groundshift::test

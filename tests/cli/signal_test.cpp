// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and SIGTERM: the run ends soon, says so by its exit code, and leaves nothing behind.
#include <csignal>

#include "tests/cli/job_folder.hpp"

namespace groundshift::test {
namespace {

/// 400 million pixels that take no room on disk: seconds of work whatever the machine.
void make_long_pair(const JobFolder& folder) {
  SceneSpec spec;
  spec.width = spec.height = 20000;
  spec.band_count = 1;
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"};
  write_sparse(folder.in("long_before.tif"), spec);
  write_sparse(folder.in("long_after.tif"), spec);
}

struct Interruption {
  std::string name;
  std::string score;  ///< scva has a pass over the moments first
  std::string when;   ///< standard error up to the moment of the signal holds this
  int signal;
  int exit_code;
};

void PrintTo(const Interruption& row, std::ostream* out) { *out << row.name; }

class Interruptions : public ::testing::TestWithParam<Interruption> {
 protected:
  void interrupt(const std::vector<std::string>& options) {
    const JobFolder folder;
    make_long_pair(folder);
    folder.put_older_outputs();
    RunSetup setup;
    setup.signal_to_send = GetParam().signal;
    setup.signal_when = [](const std::string& err) { return err.find(GetParam().when) != std::string::npos; };
    std::vector<std::string> arguments = {"detect",
                                          folder.in("long_before.tif"),
                                          folder.in("long_after.tif"),
                                          folder.out(),
                                          "--normalize",
                                          "none",
                                          "--score",
                                          GetParam().score,
                                          "--memory",
                                          "256MiB",
                                          "--overwrite"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    expect_refused(folder, arguments, GetParam().exit_code, {"stopped on request"}, setup);
  }
};

TEST_P(Interruptions, EndTheRunAndLeaveNothing) { interrupt({"-of", "GTiff"}); }

INSTANTIATE_TEST_SUITE_P(Statistics, Interruptions,
                         ::testing::Values(Interruption{"ByInterrupt", "scva", "statistics: 0...10", SIGINT, 130},
                                           Interruption{"ByTerminate", "scva", "statistics: 0...10", SIGTERM, 143}),
                         [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Score, Interruptions,
                         ::testing::Values(Interruption{"ByInterrupt", "difference", "score: 0...10", SIGINT, 130},
                                           Interruption{"ByTerminate", "difference", "score: 0...10", SIGTERM, 143}),
                         [](const auto& row) { return row.param.name; });

class InterruptionsOfTheCog : public Interruptions {};

TEST_P(InterruptionsOfTheCog, EndTheRunAndLeaveNothing) { interrupt({"-of", "COG"}); }

INSTANTIATE_TEST_SUITE_P(Finish, InterruptionsOfTheCog,
                         ::testing::Values(Interruption{"ByInterrupt", "difference", "100 - done", SIGINT, 130}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace groundshift::test

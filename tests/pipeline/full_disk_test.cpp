// SPDX-License-Identifier: Apache-2.0
// A disk that fills up earlier or later: every stage of writing meets it once, none leaves half a file.
#include <sys/resource.h>
#include <csignal>
#include <string>

#include <gtest/gtest.h>

#include "tests/pipeline/left_files.hpp"
#include "tests/support/run_program.hpp"
#include "tests/support/small_filesystem.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kKiB = 1024;

/// A pair whose heatmap is noise: about 1 MiB in any codec, as COG with overviews more.
class DiskJob {
 public:
  explicit DiskJob(std::vector<std::string> options) : options_(std::move(options)) {
    SceneSpec spec;
    spec.width = 620;
    spec.height = 540;
    for (const int date : {1, 2}) {
      write_scene(folder_ / (date == 1 ? "before.tif" : "after.tif"), spec,
                  [date](int b, int x, int y) { return texture(date, b, x, y); });
    }
    fs::create_directories(folder_.path() / "free");
    fs::create_directories(out());
    EXPECT_EQ(run(folder_.path() / "free").exit_code, 0);
    hash_ = hash_file((folder_.path() / "free" / "change.tif").string());
  }

  fs::path out() const { return folder_.path() / "out"; }
  const std::string& hash() const { return hash_; }
  ProgramRun run(const fs::path& folder, const RunSetup& setup = {}) const {
    std::vector<std::string> all = {"detect",
                                    folder_ / "before.tif",
                                    folder_ / "after.tif",
                                    (folder / "change.tif").string(),
                                    "--quiet",
                                    "--smooth",
                                    "1"};
    all.insert(all.end(), options_.begin(), options_.end());
    return run_groundshift(all, setup);
  }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> options_;
  std::string hash_;
};

/// Exit code 4 and nothing half done, or 0 and everything there.
void expect_all_or_nothing(const DiskJob& job, const ProgramRun& run) {
  EXPECT_EQ(run.signal, 0) << run.err;
  EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 4) << run.exit_code << ": " << run.err;
  expect_complete_or_absent(job.out(), {job.hash()});
  EXPECT_EQ(sibling_count(job.out()), 0u) << "temporary files stayed, saying " << run.err;
  EXPECT_EQ(fs::exists(job.out() / "change.json"), run.exit_code == 0) << run.err;
}

class DiskSizes : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(DiskSizes, NeverLeaveHalfAFile) {
  const DiskJob job(GetParam());
  int full = 0, enough = 0;
  for (const std::int64_t kib : {16, 96, 300, 600, 900, 1200, 1500, 1800, 2100, 2500, 3000, 3600, 4300, 5200, 8000}) {
    SCOPED_TRACE(std::to_string(kib) + " KiB");
    SmallFilesystem small(job.out(), kib * kKiB);
    if (!small.problem().empty()) GTEST_SKIP() << small.problem();
    const ProgramRun run = job.run(job.out());
    expect_all_or_nothing(job, run);
    (run.exit_code == 0 ? enough : full) += 1;
  }
  EXPECT_GT(full, 2);
  EXPECT_GT(enough, 0);
}

/// The stand-in where nothing may be mounted: no file of the program may grow beyond a limit.
TEST_P(DiskSizes, NorDoFilesThatMayNotGrow) {
  const DiskJob job(GetParam());
  for (const std::int64_t kib : {1, 16, 300, 700}) {
    SCOPED_TRACE(std::to_string(kib) + " KiB");
    RunSetup setup;
    setup.in_child = [kib] {
      const rlimit limit{static_cast<rlim_t>(kib * kKiB), static_cast<rlim_t>(kib * kKiB)};
      return std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
    };
    const ProgramRun run = job.run(job.out(), setup);
    EXPECT_EQ(run.exit_code, 4) << run.err;
    expect_all_or_nothing(job, run);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, DiskSizes,
                         ::testing::Values(std::vector<std::string>{"-of", "GTiff"},
                                           std::vector<std::string>{"-of", "COG"},
                                           std::vector<std::string>{"-ot", "UInt16"}),
                         [](const auto& form) { return form.param[1]; });

}  // namespace
}  // namespace groundshift::test

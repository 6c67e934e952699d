// SPDX-License-Identifier: Apache-2.0
// A disk that fills up during the run: exit code 4, nothing half written, an older result survives.
#include <sys/resource.h>
#include <csignal>

#include "tests/cli/job_folder.hpp"
#include "tests/support/small_filesystem.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kOutputLimit = 256 * kKiB;

/// 1200 x 1200 scores of noise take 4 MiB in any codec, far more than the limit.
void make_large_pair(const JobFolder& folder) {
  SceneSpec spec;
  spec.width = spec.height = 1200;
  folder.scene("large_before.tif", spec, 7);
  folder.scene("large_after.tif", spec, 8);
}

std::vector<std::string> job(const JobFolder& folder, const std::vector<std::string>& options) {
  std::vector<std::string> all = {"detect", folder.in("large_before.tif"), folder.in("large_after.tif"), folder.out(),
                                  "--quiet"};
  all.insert(all.end(), options.begin(), options.end());
  return all;
}

/// The stand-in where nothing may be mounted: no file of the child may grow beyond the limit (EFBIG).
RunSetup limited_file_size() {
  RunSetup setup;
  setup.in_child = [] {
    const rlimit limit{kOutputLimit, kOutputLimit};
    return std::signal(SIGXFSZ, SIG_IGN) != SIG_ERR && ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
  };
  return setup;
}

class FullDisk : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(FullDisk, LeavesNothingOnASmallFileSystem) {
  const JobFolder folder;
  make_large_pair(folder);
  SmallFilesystem small(folder.folder() + "/out", kOutputLimit);
  if (!small.problem().empty()) GTEST_SKIP() << small.problem();
  expect_refused(folder, job(folder, GetParam()), 4, {"change.tif"});
}

TEST_P(FullDisk, LeavesAnOlderResultOnASmallFileSystem) {
  const JobFolder folder;
  make_large_pair(folder);
  SmallFilesystem small(folder.folder() + "/out", kOutputLimit);
  if (!small.problem().empty()) GTEST_SKIP() << small.problem();
  folder.put_older_outputs();
  std::vector<std::string> arguments = job(folder, GetParam());
  arguments.push_back("--overwrite");
  expect_refused(folder, arguments, 4, {"change.tif"});
}

TEST_P(FullDisk, LeavesNothingWhenAFileMayNotGrow) {
  const JobFolder folder;
  make_large_pair(folder);
  expect_refused(folder, job(folder, GetParam()), 4, {"change.tif"}, limited_file_size());
}

TEST_P(FullDisk, LeavesAnOlderResultWhenAFileMayNotGrow) {
  const JobFolder folder;
  make_large_pair(folder);
  folder.put_older_outputs();
  std::vector<std::string> arguments = job(folder, GetParam());
  arguments.push_back("--overwrite");
  expect_refused(folder, arguments, 4, {"change.tif"}, limited_file_size());
}

INSTANTIATE_TEST_SUITE_P(Formats, FullDisk,
                         ::testing::Values(std::vector<std::string>{"-of", "GTiff"},
                                           std::vector<std::string>{"-of", "COG"},
                                           std::vector<std::string>{"-of", "GTiff", "-ot", "UInt16"}),
                         [](const auto& row) { return row.param.size() > 2 ? row.param[3] : row.param[1]; });

TEST(ReadOnlyMedium, IsRefusedBeforeAPixelIsRead) {
  const JobFolder folder;
  SmallFilesystem small(folder.folder() + "/out", kOutputLimit);
  if (!small.problem().empty()) GTEST_SKIP() << small.problem();
  small.make_read_only();
  expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out()}, 4,
                 {"change.tif", "cannot be written", "Read-only"});
}

}  // namespace
}  // namespace groundshift::test

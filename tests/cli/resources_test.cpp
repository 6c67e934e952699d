// SPDX-License-Identifier: Apache-2.0
// Devices that are not there (exit code 5) and budgets that hold nothing (exit code 6).
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

bool has_cuda_device() {
  const ProgramRun info = run_groundshift({"info", "--json"});
  return !nlohmann::json::parse(info.out).at("cuda").at("devices").empty();
}

TEST(BackendOption, RefusesCudaWithoutADevice) {
  if (has_cuda_device()) GTEST_SKIP() << "this machine has a CUDA device";
  const JobFolder folder;
  expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out(), "--backend", "cuda"}, 5,
                 {"--backend cuda"});
  expect_refused(folder, {"plan", folder.before(), folder.after(), "--backend", "cuda:0"}, 5, {"--backend cuda"});
  RunSetup setup;
  setup.environment = {{"GROUNDSHIFT_BACKEND", "cuda"}};
  expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out()}, 5, {"--backend cuda"}, setup);
}

TEST(BackendOption, AutoSaysWhatItTookAndWhy) {
  const JobFolder folder;
  RunSetup setup;
  setup.environment = {{"GROUNDSHIFT_BACKEND", "auto"}};
  const ProgramRun run = run_groundshift({"plan", folder.before(), folder.after(), "--json"}, setup);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const nlohmann::json plan = nlohmann::json::parse(run.out);
  const nlohmann::json& backend = plan.at("plan").at("backend");
  EXPECT_EQ(backend.at("name"), has_cuda_device() ? "cuda" : "cpu");
  EXPECT_THAT(backend.at("why").get<std::string>(),
              HasSubstr(has_cuda_device() ? "is usable" : "no usable CUDA device: "));
  const nlohmann::json info = nlohmann::json::parse(run_groundshift({"info", "--json"}).out);
  // A build with CUDA that finds no device says so; one without has nothing to fall back from.
  const bool fell_back = info.at("cuda").at("built").get<bool>() && !has_cuda_device();
  EXPECT_EQ(plan.at("warnings").dump().find("cpu_backend") != std::string::npos, fell_back);
}

TEST(BackendOption, RefusesADeviceThatDoesNotExist) {
  const JobFolder folder;
  expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out(), "--backend", "cuda:4711"}, 5,
                 {"--backend cuda"});
}

TEST(MemoryOption, RefusesABudgetBelowOneTile) {
  const JobFolder folder;
  expect_refused(folder, {"detect", folder.before(), folder.after(), folder.out(), "--memory", "1MiB"}, 6,
                 {"--memory 1 MiB", "needs"});
}

TEST(MemoryOption, RefusesAStripLargerThanTheBudget) {
  const JobFolder folder;
  SceneSpec spec;
  spec.width = spec.height = 20000;
  spec.band_count = 1;
  spec.creation_options = {"BLOCKYSIZE=10000", "COMPRESS=DEFLATE"};  // GDAL reads a single strip row by row
  write_sparse(folder.in("strip.tif"), spec);
  spec.creation_options = {"TILED=YES"};
  write_sparse(folder.in("tiles.tif"), spec);
  for (const auto& [before, after] : {std::pair{"strip.tif", "tiles.tif"}, {"tiles.tif", "strip.tif"}}) {
    const ProgramRun run = run_groundshift({"plan", folder.in(before), folder.in(after), "--memory", "256MiB"});
    EXPECT_EQ(run.exit_code, 6) << run.err;
    expect_refused(folder, {"detect", folder.in(before), folder.in(after), folder.out(), "--memory", "256MiB"}, 6,
                   {"--memory 256 MiB", "needs"});
  }
}

TEST(MemoryOption, WorksWithTheSizeThatTheRefusalNames) {
  const JobFolder folder;
  const ProgramRun refused = run_groundshift({"plan", folder.before(), folder.after(), "--memory", "1MiB"});
  ASSERT_EQ(refused.exit_code, 6);
  const std::string number = refused.err.substr(refused.err.find("needs ") + 6);
  const std::string size = number.substr(0, number.find(' ')) + "MiB";
  const ProgramRun run = run_groundshift({"detect", folder.before(), folder.after(), folder.out(), "--memory", size});
  EXPECT_EQ(run.exit_code, 0) << size << ": " << run.err;
}

}  // namespace
}  // namespace groundshift::test

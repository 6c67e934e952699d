// SPDX-License-Identifier: Apache-2.0
// Running detect and judging its summary.
#include "tests/support/detect_run.hpp"

#include <filesystem>

#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"

namespace groundshift::test {
namespace fs = std::filesystem;

ProgramRun run_python(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {std::string(GS_SOURCE_DIR) + "/tests/support/" + program};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(GS_PYTHON, all);
}

std::string summary_problem(const std::string& summary_path) {
  constexpr int kNoJsonschema = 77;
  const ProgramRun run =
      run_python("check_summary.py", {std::string(GS_SOURCE_DIR) + "/host/engine/summary.schema.json", summary_path});
  if (run.exit_code == 0 || (run.exit_code == kNoJsonschema && !skipping_fails())) return {};
  return run.out + run.err;
}

nlohmann::json detect(const std::string& before, const std::string& after, const std::string& out,
                      const std::vector<std::string>& options, const RunSetup& setup) {
  std::vector<std::string> arguments = {"detect", before, after, out, "--quiet"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ProgramRun run = run_groundshift(arguments, setup);
  if (run.exit_code != 0) {
    ADD_FAILURE() << "detect ended with " << run.exit_code << ", signal " << run.signal << ": " << run.err;
    return nullptr;
  }
  const std::string summary = fs::path(out).replace_extension(".json").string();
  EXPECT_EQ(summary_problem(summary), "");
  return nlohmann::json::parse(read_text(summary));
}

}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// A successful `detect` and what it left: heatmap, summary (checked against the schema).
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.hpp"

namespace groundshift::test {

/// Empty when the summary beside a heatmap obeys host/engine/summary.schema.json, else what is wrong.
/// Where Python has no jsonschema: empty, or under CI=true the reason.
std::string summary_problem(const std::string& summary_path);

/// Runs `detect BEFORE AFTER OUT options --quiet`; a failed run or an invalid summary fails the test.
/// Returns the summary, null after a failure.
nlohmann::json detect(const std::string& before, const std::string& after, const std::string& out,
                      const std::vector<std::string>& options = {}, const RunSetup& setup = {});

/// Output of a Python program of tests/support, and whether it went well (exit code 0).
ProgramRun run_python(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace groundshift::test

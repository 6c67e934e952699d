// SPDX-License-Identifier: Apache-2.0
// What every verb's file gives to main: a subcommand that, when chosen, sets what to run.
#pragma once

#include <functional>
#include <stop_token>

#include <CLI/CLI.hpp>

namespace groundshift::cli {

/// Filled by main and by the chosen verb. `run` throws groundshift::Error; main turns that into message and exit code.
struct Invocation {
  bool quiet = false;    ///< --quiet: no progress, warnings only
  bool verbose = false;  ///< --verbose: plan and timing of detect on stderr
  std::stop_token stop;  ///< Ctrl-C, SIGTERM
  std::function<void()> run;
};

void add_detect_verb(CLI::App& app, Invocation& invocation);
void add_batch_verb(CLI::App& app, Invocation& invocation);
void add_plan_verb(CLI::App& app, Invocation& invocation);
void add_normalize_verb(CLI::App& app, Invocation& invocation);
void add_align_verb(CLI::App& app, Invocation& invocation);
void add_info_verb(CLI::App& app, Invocation& invocation);
void add_evaluate_verb(CLI::App& app, Invocation& invocation);
void add_sites_verb(CLI::App& app, Invocation& invocation);
void add_report_verb(CLI::App& app, Invocation& invocation);
void add_synth_verb(CLI::App& app, Invocation& invocation);
void add_bench_verb(CLI::App& app, Invocation& invocation);

}  // namespace groundshift::cli

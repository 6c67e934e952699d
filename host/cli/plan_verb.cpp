// SPDX-License-Identifier: Apache-2.0
// groundshift plan BEFORE AFTER
#include <fmt/format.h>

#include "host/cli/detect_arguments.hpp"
#include "host/cli/plan_text.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/summary.hpp"

namespace groundshift::cli {
namespace {

void run(const DetectArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  const DetectPlan plan = plan_detect(arguments.options(), console.warnings(), invocation.stop);
  if (arguments.json) {
    auto json = plan_json(plan);
    json["warnings"] = warnings_json(console.warnings());
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}", plan_text(plan));
    console.print_warnings();
  }
}

}  // namespace

void add_plan_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb = *app.add_subcommand(
      "plan", "Say what detect would do, without doing it (--align measures the shift in a few windows)");
  const auto arguments = std::make_shared<DetectArguments>();
  declare(verb, arguments, PairVerb::plan);
  verb.callback(
      [arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

// SPDX-License-Identifier: Apache-2.0
// groundshift detect BEFORE AFTER OUT
#include <fmt/format.h>

#include "host/cli/detect_arguments.hpp"
#include "host/cli/plan_text.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/detect_job.hpp"
#include "host/engine/summary.hpp"
#include "host/products/detect_products.hpp"

namespace groundshift::cli {
namespace {

void run(const DetectArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  const JobContext context = console.context();
  const DetectOptions options = arguments.options();
  DetectProducts products(options);
  check_outputs(options, products);
  DetectPlan plan = plan_detect(options, *context.warnings, context.stop);
  if (invocation.verbose) fmt::print(stderr, "{}", plan_text(plan));
  const DetectResult result = run_detect(plan, products, context);
  if (invocation.verbose) fmt::print(stderr, "{}", timing_text(result));
  console.print_warnings();
  if (arguments.json) {
    fmt::print("{}\n", summary_json(plan, result, *context.warnings).dump(2));
  } else if (!invocation.quiet) {
    for (const ProductRecord& product : result.products) fmt::print("{:<10} {}\n", product.name, product.path.string());
    fmt::print("{:<10} {}\n", "summary", summary_path(options.out).string());
  }
}

}  // namespace

void add_detect_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb = *app.add_subcommand("detect", "Score where the ground changed between two dates");
  const auto arguments = std::make_shared<DetectArguments>();
  declare(verb, arguments, PairVerb::detect);
  verb.callback(
      [arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

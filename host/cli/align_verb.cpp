// SPDX-License-Identifier: Apache-2.0
// groundshift align BEFORE AFTER OUT
#include <fmt/format.h>

#include "host/cli/detect_arguments.hpp"
#include "host/cli/plan_text.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/align_job.hpp"
#include "host/engine/detect_job.hpp"
#include "host/engine/product_maker.hpp"
#include "host/engine/summary.hpp"
#include "host/products/shift_picture.hpp"

namespace groundshift::cli {
namespace {

namespace fs = std::filesystem;

void run(const DetectArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  const JobContext context = console.context();
  const DetectOptions options = arguments.options();
  const auto beside = [&](const char* suffix) {
    return options.out.parent_path() / (options.out.stem().string() + suffix);
  };
  const fs::path points = beside("_shifts.gpkg"), picture = beside("_shifts.png");
  check_outputs(options, NoPictures(options.align.on ? std::vector{points, picture} : std::vector<fs::path>{}));
  DetectPlan plan = plan_align(options, *context.warnings, context.stop);
  const AlignOutcome outcome = run_align(plan, points, context);
  if (plan.alignment) write_png(picture, shift_picture(*plan.alignment, plan.grid.width, plan.grid.height));
  console.print_warnings();
  if (arguments.json) {
    fmt::print("{}\n", plan_json(plan)["alignment"].dump(2));
  } else if (!invocation.quiet) {
    fmt::print("{}", grid_text(plan));
    fmt::print("{:<10} {}\n", outcome.product.name, outcome.product.path.string());
    if (plan.alignment) fmt::print("{:<10} {}\n{:<10} {}\n", "shifts", points.string(), "picture", picture.string());
    fmt::print("{:<10} {}\n", "summary", summary_path(plan.options.out).string());
  }
}

}  // namespace

void add_align_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb = *app.add_subcommand("align", "Put AFTER on the grid of BEFORE, co-registered");
  const auto arguments = std::make_shared<DetectArguments>();
  arguments->align = "auto";
  declare(verb, arguments, PairVerb::align);
  verb.callback(
      [arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

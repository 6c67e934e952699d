// SPDX-License-Identifier: Apache-2.0
// `groundshift evaluate HEATMAP TRUTH`: options in, accuracy out.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/evaluate/evaluate_job.hpp"

namespace groundshift::cli {
namespace {

struct EvaluateArguments {
  std::string heatmap, truth, curves;
  double threshold = 0.0;
  bool json = false;
  EvaluateOptions options;
};

void run(EvaluateArguments& arguments, bool has_threshold, const Invocation& invocation) {
  EvaluateOptions& options = arguments.options;
  options.what.heatmap = arguments.heatmap;
  options.what.truth = arguments.truth;
  options.curves = arguments.curves;
  if (has_threshold) options.threshold = arguments.threshold;

  JobConsole console(invocation);
  const AccuracyReport report = run_evaluate(options, console.context());
  console.print_warnings();
  fmt::print("{}", arguments.json ? accuracy_json(report, console.warnings().list()) : accuracy_table(report));
}

}  // namespace

void add_evaluate_verb(CLI::App& app, Invocation& invocation) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* verb = app.add_subcommand("evaluate", "Accuracy of a heatmap against a truth raster of the same size");
  verb->add_option("HEATMAP", arguments->heatmap, "raster of change scores, larger = more change")->required();
  verb->add_option("TRUTH", arguments->truth, "raster of labels: 0 unlabelled, 1 unchanged, 2 changed")->required();
  CLI::Option* threshold =
      verb->add_option("--threshold", arguments->threshold, "also judge `score > V`")->type_name("V");
  verb->add_option("--changed", arguments->options.what.coding.changed, "truth values that mean changed (2)")
      ->delimiter(',')
      ->allow_extra_args(false)  // else it would swallow the file names behind it
      ->type_name("VALUES");
  verb->add_option("--unchanged", arguments->options.what.coding.unchanged, "truth values that mean unchanged (1)")
      ->delimiter(',')
      ->allow_extra_args(false)  // else it would swallow the file names behind it
      ->type_name("VALUES");
  verb->add_option("--band", arguments->options.what.band, "band of the heatmap, from 1 (1)")
      ->check(CLI::PositiveNumber);
  verb->add_option("--curves", arguments->curves, "write ROC and precision-recall curves as SVG")->type_name("OUT.svg");
  verb->add_flag("--overwrite", arguments->options.overwrite, "replace existing curves");
  verb->add_flag("--json", arguments->json, "print one JSON object instead of the table");
  verb->callback([arguments, threshold, &invocation] {
    invocation.run = [arguments, threshold, &invocation] { run(*arguments, threshold->count() > 0, invocation); };
  });
}

}  // namespace groundshift::cli

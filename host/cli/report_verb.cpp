// SPDX-License-Identifier: Apache-2.0
// groundshift report SUMMARY OUT.html
#include <memory>
#include <string>

#include <fmt/format.h>

#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/resources.hpp"
#include "host/products/report.hpp"

namespace groundshift::cli {
namespace {

struct ReportArguments {
  std::string summary, out;
  ReportOptions options;
};

void run(const ReportArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  ReportOptions options = arguments.options;
  options.threads = available_threads();
  const ProductRecord page = write_report(arguments.summary, arguments.out, options, console.context());
  console.print_warnings();
  if (!invocation.quiet) fmt::print("{:<10} {}\n", page.name, page.path.string());
}

}  // namespace

void add_report_verb(CLI::App& app, Invocation& invocation) {
  const auto arguments = std::make_shared<ReportArguments>();
  CLI::App& verb = *app.add_subcommand("report", "One HTML page of a finished run that works offline from disk");
  ReportOptions& options = arguments->options;
  verb.add_option("SUMMARY", arguments->summary, "The summary of a detect run (<stem>.json)")->required();
  verb.add_option("OUT", arguments->out, "HTML file to write")->required();
  verb.add_option("--top", options.chips, "Places that get close-ups, first ranks first")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  verb.add_option("--max-side", options.max_side, "Longest side of the overview pictures in pixels")
      ->check(CLI::Range(64, 8192))
      ->capture_default_str();
  verb.add_option("--list", options.listed, "Places in the table and on the map, first ranks first")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  verb.add_option("--sites", options.sites, "Layer of the places, where it is not the one the summary names");
  verb.add_option("--title", options.title, "Title of the page");
  verb.add_flag("--overwrite", options.overwrite, "Replace an existing page");
  verb.callback(
      [arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

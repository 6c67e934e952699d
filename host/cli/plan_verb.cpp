// SPDX-License-Identifier: Apache-2.0
// groundshift plan BEFORE AFTER
#include <fmt/format.h>

#include "host/cli/detect_arguments.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/detect_plan.hpp"
#include "host/engine/summary.hpp"

namespace groundshift::cli {
namespace {

void print_input(const PlannedInput& input) {
  const RasterDescription& d = input.description;
  fmt::print("{:<7} {}\n        {}\n        bands {} of {}, {}, blocks {} x {}{}\n", input.role, d.path, describe(d.grid),
             fmt::format("{}", fmt::join(input.selection.bands, ",")), d.bands.size(),
             d.bands[input.selection.bands.front() - 1].type_name, d.block_width, d.block_height,
             d.compression.empty() ? "" : ", " + d.compression);
}

void print_plan(const DetectPlan& plan) {
  constexpr double kMiB = 1 << 20;
  print_input(plan.before);
  print_input(plan.after);
  const DetectOptions& o = plan.options;
  fmt::print("job     normalize {}, score {}, smooth {}\n", name_of(o.normalize), name_of(o.score), o.smooth);
  fmt::print("backend {} ({})\n", plan.backend.backend->name(), plan.backend.why);
  fmt::print("tiles   {} of {} x {} pixels{}, halo {}\n", plan.tiles.tiles.size(), plan.tiles.tile_width,
             plan.tiles.tile_height,
             plan.tiles.panel_width < plan.grid.width ? fmt::format(" in panels of {} columns", plan.tiles.panel_width) : "",
             plan.halo);
  fmt::print("memory  {:.0f} of {:.0f} MiB: {} slots of {:.1f} MiB, {} + {} decoded units, {} readers, {} compute threads\n",
             double(plan.tiles.planned_bytes) / kMiB, double(o.resources.memory_bytes) / kMiB, plan.tiles.slot_count,
             double(plan.tiles.slot.total_bytes) / kMiB, plan.tiles.before_units, plan.tiles.after_units,
             plan.tiles.readers, plan.tiles.computes);
  for (const PlannedPass& pass : plan.passes) fmt::print("pass    {}: {}\n", pass.name, pass.why);
}

void run(const DetectArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  const DetectPlan plan = plan_detect(arguments.options(), console.warnings());
  if (arguments.json) {
    auto json = plan_json(plan);
    json["warnings"] = nlohmann::ordered_json::array();
    for (const Warning& w : console.warnings().list()) {
      json["warnings"].push_back({{"code", w.code}, {"message", w.message}, {"count", w.count}});
    }
    fmt::print("{}\n", json.dump(2));
  } else {
    print_plan(plan);
    console.print_warnings();
  }
}

}  // namespace

void add_plan_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb = *app.add_subcommand("plan", "Say what detect would do, without reading a pixel");
  const auto arguments = std::make_shared<DetectArguments>();
  declare(verb, arguments, false);
  verb.callback([arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

// SPDX-License-Identifier: Apache-2.0
// groundshift normalize BEFORE AFTER OUT
#include <fmt/format.h>

#include "host/cli/arguments.hpp"
#include "host/cli/detect_arguments.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/detect_job.hpp"
#include "host/engine/normalize_job.hpp"
#include "host/engine/summary.hpp"

namespace groundshift::cli {
namespace {

struct NormalizeArguments : DetectArguments {
  std::string apply, stored;

  DetectOptions options() const {
    DetectOptions o = DetectArguments::options();
    if (!stored.empty()) o.normalized_type = pixel_type_named(stored);
    return o;
  }

 private:
  static PixelType pixel_type_named(const std::string& name) {
    for (const PixelType type : {PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32}) {
      if (lower(name) == lower(gdal_name(type))) return type;
    }
    throw_unknown_choice("-ot", name, "Byte, UInt16, Int16, Float32");
  }
};

void run(const NormalizeArguments& arguments, const Invocation& invocation) {
  JobConsole console(invocation);
  const JobContext context = console.context();
  const std::optional<std::filesystem::path> coefficients =
      arguments.apply.empty() ? std::nullopt : std::optional<std::filesystem::path>(arguments.apply);
  DetectPlan plan = plan_normalize(arguments.options(), coefficients.has_value(), *context.warnings, context.stop);
  const NormalizeResult result = run_normalize(plan, coefficients, context);
  console.print_warnings();
  if (arguments.json) {
    fmt::print("{}\n", normalization_json(plan, result.fit).dump(2));
  } else if (!invocation.quiet) {
    fmt::print("{:<10} {}\n", result.product.name, result.product.path.string());
    fmt::print("{:<10} {}\n", "summary", summary_path(plan.options.out).string());
    for (std::size_t b = 0; b < result.fit.fits.size(); ++b) {
      const BandNormalization& fit = result.fit.fits[b];
      fmt::print("band {:<5} gain {:.6f} offset {:.6f}, held-out RMSE {:.4g} before, {:.4g} after\n", b + 1, fit.gain,
                 fit.offset, fit.rmse_before, fit.rmse_after);
    }
  }
}

}  // namespace

void add_normalize_verb(CLI::App& app, Invocation& invocation) {
  CLI::App& verb = *app.add_subcommand("normalize", "Put AFTER on the radiometry of BEFORE");
  const auto arguments = std::make_shared<NormalizeArguments>();
  declare(verb, arguments, PairVerb::normalize);
  verb.add_option("--ot", arguments->stored,
                  "Byte, UInt16, Int16 or Float32 (-ot as in GDAL); default BEFORE's, values rounded to it");
  verb.add_option("--apply", arguments->apply,
                  "Summary of an earlier run whose coefficients are used; nothing is fitted");
  verb.callback(
      [arguments, &invocation] { invocation.run = [arguments, &invocation] { run(*arguments, invocation); }; });
}

}  // namespace groundshift::cli

// SPDX-License-Identifier: Apache-2.0
// groundshift synth OUTDIR
#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/version.hpp"
#include "host/io/output_file.hpp"
#include "host/synth/synth_job.hpp"

namespace groundshift::cli {
namespace {

struct SynthArguments {
  std::string folder;
  std::string size;
  std::int32_t width = 0, height = 0;
  std::string type = "u16";
  std::string contrast = "easy";
  std::string shift;
  std::string border = "on";
  std::string changes = "on";
  SynthOptions options;
};

std::int32_t parse_side(const std::string& text) {
  const double side = parse_number("--size", text);
  const auto whole = static_cast<std::int32_t>(side);
  if (side < 1.0 || side > 1048576.0 || static_cast<double>(whole) != side) {
    throw UsageError(fmt::format("--size {}: W or WxH in pixels, each 1 to 1048576", text));
  }
  return whole;
}

float parse_contrast(const std::string& text) {
  struct Named {
    const char* name;
    float value;
  };
  constexpr std::array<Named, 4> kNamed = {{{"easy", 1.0f}, {"medium", 0.5f}, {"faint", 0.25f}, {"barely", 0.1f}}};
  for (const Named& named : kNamed) {
    if (text == named.name) return named.value;
  }
  return static_cast<float>(parse_number("--contrast", text));
}

constexpr const char* kKinds[] = {"building", "cleared", "burnt"};  // as ChangeKind

/// "on", "off", or kinds between commas.
std::array<bool, 3> parse_changes(const std::string& text) {
  if (text == "on") return {true, true, true};
  std::array<bool, 3> planted{};
  if (text == "off") return planted;
  for (const std::string& word : split(lower(text), ',')) {
    const auto* kind = std::find(std::begin(kKinds), std::end(kKinds), word);
    if (kind == std::end(kKinds)) throw_unknown_choice("--changes", word, "on, off, building, cleared, burnt");
    planted[static_cast<std::size_t>(kind - std::begin(kKinds))] = true;
  }
  return planted;
}

SynthOptions resolve(const SynthArguments& arguments) {
  SynthOptions o = arguments.options;
  o.folder = arguments.folder;
  if (!arguments.size.empty()) {
    const auto cross = arguments.size.find_first_of("xX");
    o.width = parse_side(arguments.size.substr(0, cross));
    o.height = cross == std::string::npos ? o.width : parse_side(arguments.size.substr(cross + 1));
  }
  if (arguments.width > 0) o.width = arguments.width;
  if (arguments.height > 0) o.height = arguments.height;
  o.type = arguments.type == "u8" ? PixelType::u8 : (arguments.type == "u16" ? PixelType::u16 : PixelType::f32);
  o.contrast = parse_contrast(arguments.contrast);
  if (!arguments.shift.empty()) {
    const auto comma = arguments.shift.find(',');
    if (comma == std::string::npos) throw UsageError(fmt::format("--shift {}: DX,DY in pixels", arguments.shift));
    o.shift = {parse_number("--shift", arguments.shift.substr(0, comma)),
               parse_number("--shift", arguments.shift.substr(comma + 1))};
  }
  o.nodata_border = arguments.border == "on";
  o.planted = parse_changes(arguments.changes);
  return o;
}

// The float as it was given, not as the nearest double of its bits (0.02, not 0.01999999955).
double as_given(float value) { return std::stod(fmt::format("{:.7g}", value)); }

std::string describe_scene(const SynthOptions& o, const SynthArguments& arguments, const SynthReport& report) {
  using Json = nlohmann::ordered_json;
  Json kinds = Json::object(), changes = Json::array();
  for (std::size_t k = 0; k < std::size(kKinds); ++k) {
    if (o.planted[k]) changes.push_back(kKinds[k]);
  }
  for (const SynthKind& kind : report.kinds) kinds[kind.name] = {{"sites", kind.sites}, {"pixels", kind.pixels}};
  const Json json = {
      {"groundshift", {{"version", version_text()}, {"commit", commit_text()}}},
      {"parameters",
       {{"width", o.width},
        {"height", o.height},
        {"bands", report.band_names},
        {"type", arguments.type},
        {"seed", o.seed},
        {"contrast", as_given(o.contrast)},
        {"shift", o.shift},
        {"clouds", as_given(o.clouds)},
        {"nodata_border", o.nodata_border},
        {"season", as_given(o.season)},
        {"noise", as_given(o.noise)},
        {"pixel_size", as_given(o.pixel_size)},
        {"changes", changes}}},
      {"truth", {{"0", "unlabelled"}, {"1", "unchanged"}, {"2", "changed"}}},
      {"pixels", {{"unlabelled", report.unlabelled}, {"unchanged", report.unchanged}, {"changed", report.changed}}},
      {"changed_share", report.changed_share},
      {"changes", kinds}};
  return json.dump(2) + "\n";
}

void run(const SynthArguments& arguments, const Invocation& invocation) {
  const SynthOptions options = resolve(arguments);
  const std::filesystem::path description = options.folder / "synth.json";
  if (std::filesystem::exists(options.folder)) check_output_path(description, options.overwrite);
  JobConsole console(invocation);
  const SynthReport report = run_synth(options, console.context());
  write_text_file(description, describe_scene(options, arguments, report));
  console.print_warnings();
  if (invocation.quiet) return;
  for (const auto& [name, bytes] : report.files)
    fmt::print("{:<12} {} ({} bytes)\n", name, (options.folder / name).string(), bytes);
  fmt::print("{:<12} {}\n", "parameters", description.string());
  fmt::print("changed      {} of {} labelled pixels ({:.3f} %)\n", report.changed, report.changed + report.unchanged,
             100.0 * report.changed_share);
}

}  // namespace

void add_synth_verb(CLI::App& app, Invocation& invocation) {
  const auto a = std::make_shared<SynthArguments>();
  SynthOptions& o = a->options;
  CLI::App& verb = *app.add_subcommand("synth", "Make a scene pair with planted changes and its truth");
  verb.add_option("OUTDIR", a->folder, "Folder for before.tif, after.tif, truth.tif and synth.json; made if missing")
      ->required();
  verb.add_option("--size", a->size, "W or WxH in pixels (2048)");
  verb.add_option("--width", a->width, "Pixels across, instead of --size")->check(CLI::PositiveNumber);
  verb.add_option("--height", a->height, "Pixels down, instead of --size")->check(CLI::PositiveNumber);
  verb.add_option("--bands", o.band_count, "1 pan, 2 red and nir, 3 blue green red, 4 and nir, up to 16")
      ->capture_default_str();
  verb.add_option("--type", a->type, "u8, u16 or f32")
      ->check(CLI::IsMember({"u8", "u16", "f32"}))
      ->capture_default_str();
  verb.add_option("--seed", o.seed, "Another seed, another land")->capture_default_str();
  verb.add_option("--contrast", a->contrast, "Of the changes: easy, medium, faint, barely, or a number in (0, 1]")
      ->capture_default_str();
  verb.add_option("--shift", a->shift, "DX,DY: AFTER lies so many pixels right and down (0,0)");
  verb.add_option("--clouds", o.clouds, "Share of each date under clouds, which become nodata")->capture_default_str();
  verb.add_option("--nodata-border", a->border, "on or off: slanted border without data")
      ->check(CLI::IsMember({"on", "off"}))
      ->capture_default_str();
  verb.add_option("--season", o.season, "Strength of the season: gains, offsets, ripening, sun; 0 to 2")
      ->capture_default_str();
  verb.add_option("--noise", o.noise, "Sensor noise; 1 is about 1 %")->capture_default_str();
  verb.add_option("--pixel-size", o.pixel_size, "Metres")->capture_default_str();
  verb.add_option("--changes", a->changes,
                  "What is planted: on (all kinds), off, or some of building, cleared, burnt; the rest stays the same")
      ->capture_default_str();
  verb.add_option("--threads", o.threads, "Worker threads; default every core")->check(CLI::Range(1, 1024));
  verb.add_option("--co", o.creation_options,
                  "GDAL creation option NAME=VALUE of both dates (-co as in GDAL), repeatable")
      ->expected(1)
      ->take_all();
  verb.add_flag("--overwrite", o.overwrite, "Replace existing files");
  verb.callback([a, &invocation] { invocation.run = [a, &invocation] { run(*a, invocation); }; });
}

}  // namespace groundshift::cli

// SPDX-License-Identifier: Apache-2.0
// groundshift bench
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "host/base/error.hpp"
#include "host/bench/bench_report.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/detect_arguments.hpp"
#include "host/cli/terminal.hpp"
#include "host/cli/verb.hpp"
#include "host/engine/decode_rates.hpp"
#include "host/io/output_file.hpp"
#include "host/products/detect_products.hpp"
#include "host/synth/synth_job.hpp"

namespace groundshift::cli {
namespace {

namespace fs = std::filesystem;

struct BenchArguments {
  DetectArguments job;
  std::vector<std::string> scene;
  std::string sizes = "4096", scene_bands = "4", jobs, folder, json;
  int runs = 5;
  bool keep = false;
};

/// Whole numbers between commas, each from `least` to `most`.
std::vector<std::int32_t> parse_list(const char* option, const std::string& text, double least, double most) {
  std::vector<std::int32_t> numbers;
  for (const std::string& word : split(text, ',')) {
    const double number = parse_number(option, word);
    if (!(number >= least && number <= most) || number != static_cast<std::int32_t>(number)) {
      throw UsageError(fmt::format("{} {}: whole numbers from {} to {} between commas", option, text, least, most));
    }
    numbers.push_back(static_cast<std::int32_t>(number));
  }
  return numbers;
}

/// The jobs that are compared with other programs, all statistics over every pixel.
/// irmad13 : thirteen full turns, as a reference without a warm start makes them
const std::vector<std::pair<std::string, void (*)(MethodArguments&)>>& known_jobs() {
  static const std::vector<std::pair<std::string, void (*)(MethodArguments&)>> jobs = {
      {"default", [](MethodArguments&) {}},
      {"cva",
       [](MethodArguments& m) {
         m.normalize = "regression";
         m.score = "cva";
         m.smooth = "1";
         m.fit_pixels = "all";
       }},
      {"mad",
       [](MethodArguments& m) {
         m.normalize = "none";
         m.score = "mad";
         m.smooth = "1";
         m.fit_pixels = "all";
       }},
      {"irmad",
       [](MethodArguments& m) {
         m.normalize = "none";
         m.score = "irmad";
         m.smooth = "1";
         m.fit_pixels = "all";
       }},
      {"irmad13", [](MethodArguments& m) {
         m.normalize = "none";
         m.score = "irmad";
         m.irmad = "canty";
         m.irmad_tolerance = "1e-12";
         m.irmad_passes = 13;
         m.smooth = "1";
         m.fit_pixels = "all";
       }}};
  return jobs;
}

std::vector<BenchJob> jobs_of(const BenchArguments& arguments) {
  if (arguments.jobs.empty()) return {{"job", arguments.job.options()}};
  std::vector<BenchJob> jobs;
  for (const std::string& word : split(lower(arguments.jobs), ',')) {
    const auto& known = known_jobs();
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == word; });
    if (found == known.end()) throw_unknown_choice("--jobs", word, "default, cva, mad, irmad, irmad13");
    for (const BenchJob& other : jobs) {
      if (other.name == word) throw UsageError(fmt::format("--jobs: {} is named twice", word));
    }
    DetectArguments job = arguments.job;
    job.method = {};
    found->second(job.method);
    jobs.push_back({word, job.options()});
  }
  return jobs;
}

/// The folder that was asked for, or one of its own in the present folder that goes with this object: the system's
/// temporary folder may lie in memory, which would not measure the storage.
class BenchFolder {
 public:
  explicit BenchFolder(const std::string& asked) : path_(asked), own_(asked.empty()) {
    if (own_) {
      std::string name = "groundshift-bench-XXXXXX";
      if (::mkdtemp(name.data()) == nullptr) {
        throw OutputError(fmt::format("{}: no folder can be made here ({}); give one with --folder",
                                      fs::current_path().string(), std::strerror(errno)));
      }
      path_ = fs::absolute(name);
    } else {
      check_output_path(path_ / "job.tif", true);
    }
  }
  ~BenchFolder() {
    std::error_code ignored;
    if (own_) fs::remove_all(path_, ignored);
  }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool own_;
};

/// A synth scene in the folder; one that an earlier bench finished there is taken again.
fs::path synth_scene(const fs::path& folder, std::int32_t side, std::int32_t bands, int threads,
                     const JobContext& context) {
  const fs::path scene = folder / fmt::format("synth-{}x{}", side, bands);
  const fs::path finished = scene / "finished";
  if (!fs::exists(finished)) {
    SynthOptions options;
    options.folder = scene;
    options.width = options.height = side;
    options.band_count = bands;
    options.threads = threads;
    options.overwrite = true;
    run_synth(options, context);
    write_text_file(finished, "made by groundshift bench\n");
  }
  return scene;
}

/// Where rates will be kept, found to be writable before anything is measured.
fs::path rates_file(std::size_t scene_count) {
  if (scene_count != 1)
    throw UsageError("--keep: wants one scene, to keep its rates; --synth and --synth-bands name more");
  const fs::path file = decode_rates_file();
  if (file.empty()) throw UsageError("--keep: set GROUNDSHIFT_RATES, XDG_CACHE_HOME or HOME to say where");
  prepare_decode_rates_file(file);
  return file;
}

void run(const BenchArguments& arguments, const Invocation& invocation) {
  const std::vector<BenchJob> jobs = jobs_of(arguments);
  const std::vector<std::int32_t> sides = parse_list("--synth", arguments.sizes, 64, 1 << 20);
  const std::vector<std::int32_t> bands = parse_list("--synth-bands", arguments.scene_bands, 1, 16);
  const bool to_stdout = arguments.json == "-";
  if (!arguments.json.empty() && !to_stdout) check_output_path(arguments.json, arguments.job.overwrite);
  const fs::path kept = arguments.keep ? rates_file(arguments.scene.empty() ? sides.size() * bands.size() : 1) : "";
  const BenchFolder folder(arguments.folder);
  JobConsole console(invocation);
  SilentProgress silent;
  JobContext context = console.context();
  context.progress = &silent;  // drawing would be timed
  BenchRequest request;
  request.folder = folder.path();
  request.jobs = jobs;
  request.runs = arguments.runs;
  request.decode_rates = arguments.keep;
  request.products = [](const DetectOptions& options) { return std::make_unique<DetectProducts>(options); };
  std::vector<BenchedScene> scenes;
  const auto bench = [&](const std::string& before, const std::string& after) {
    request.before = before;
    request.after = after;
    scenes.push_back(bench_scene(request, context));
    if (invocation.quiet || to_stdout) return;
    fmt::print("{}{}", scenes.size() == 1 ? machine_text() : "", scene_text(scenes.back()));
    std::fflush(stdout);
  };
  if (!arguments.scene.empty()) {
    bench(arguments.scene[0], arguments.scene[1]);
  } else {
    for (const std::int32_t side : sides) {
      for (const std::int32_t band_count : bands) {
        const fs::path scene = synth_scene(folder.path(), side, band_count, arguments.job.threads, console.context());
        bench((scene / "before.tif").string(), (scene / "after.tif").string());
      }
    }
  }
  if (arguments.keep) {
    keep_decode_rates(*scenes.back().decode_rates, kept);
    if (!invocation.quiet && !to_stdout) fmt::print("\ndecode rates kept in {}\n", kept.string());
  }
  const std::string json = bench_json(scenes).dump(2) + "\n";
  if (to_stdout) {
    fmt::print("{}", json);
  } else if (!arguments.json.empty()) {
    write_text_file(arguments.json, json);
  }
  console.print_warnings();
}

}  // namespace

void add_bench_verb(CLI::App& app, Invocation& invocation) {
  const auto a = std::make_shared<BenchArguments>();
  CLI::App& verb = *app.add_subcommand(
      "bench", "Throughput of whole jobs and of each stage, against limits of this machine measured in the same run");
  auto* const scene = verb.add_option("--scene", a->scene, "BEFORE AFTER: the pair to work on")->expected(2);
  verb.add_option("--synth", a->sizes, "Sides in pixels of pairs to make instead, one or several between commas")
      ->excludes(scene)
      ->capture_default_str();
  verb.add_option("--synth-bands", a->scene_bands, "Bands of the pairs to make, one or several between commas")
      ->excludes(scene)
      ->capture_default_str();
  auto* const jobs = verb.add_option("--jobs", a->jobs,
                                     "Several named jobs in turn instead of the one that the options below describe: "
                                     "default (detect without options), "
                                     "cva (regression + CVA), mad, irmad (warm start, to 1e-4), irmad13 (13 full "
                                     "turns); all but default on every pixel");
  verb.add_option("--runs", a->runs, "Timed runs of each job; one more before them does not count")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--folder", a->folder,
                  "Folder for made pairs (taken again by a later bench) and outputs; default one of its own in the "
                  "present folder, removed at the end");
  verb.add_flag("--keep", a->keep,
                "Keep the rates of decoding that this run measures, for predictions by plan and detect on this machine "
                "(in GROUNDSHIFT_RATES, default groundshift/decode-rates.json in the user's cache folder)");
  verb.add_option("--json", a->json, "File for the results as JSON, or - for standard output alone");
  declare_normalization(verb, a->job.method);
  declare_scores(verb, a->job.method);
  declare_output(verb, a->job, PairVerb::detect);
  declare_resources(verb, a->job);
  declare_decode(verb, a->job);
  for (const CLI::Option* option : verb.get_options()) {
    const std::string name = option->get_name();
    const char* const of_method[] = {"--preset", "--normalize", "--score", "--smooth", "--fit-pixels", "--irmad"};
    if (std::find(std::begin(of_method), std::end(of_method), name) != std::end(of_method)) {
      jobs->excludes(verb.get_option(name));
    }
  }
  verb.callback([a, &invocation] { invocation.run = [a, &invocation] { run(*a, invocation); }; });
}

}  // namespace groundshift::cli

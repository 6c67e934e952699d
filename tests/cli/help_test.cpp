// SPDX-License-Identifier: Apache-2.0
// What a user asks of the program itself: help, version, facts, the plan; options from a file and the environment.
#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"
#include "tests/support/detect_run.hpp"

namespace groundshift::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct VerbHelp {
  std::string verb;
  std::vector<std::string> names;
};

void PrintTo(const VerbHelp& row, std::ostream* out) { *out << row.verb; }

class Help : public ::testing::TestWithParam<VerbHelp> {};

TEST_P(Help, NamesEveryOptionOfTheVerb) {
  const ProgramRun run = run_groundshift({GetParam().verb, "--help"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.err, "");
  for (const std::string& name : GetParam().names) EXPECT_THAT(run.out, HasSubstr(name));
}

const std::vector<std::string> kPlanOptions = {"BEFORE",
                                               "AFTER",
                                               "--preset",
                                               "--pixel-size",
                                               "--normalize",
                                               "--score",
                                               "--smooth",
                                               "--texture",
                                               "--window",
                                               "--data-range",
                                               "--epsilon",
                                               "--weights",
                                               "--chronochrome",
                                               "--irmad",
                                               "--irmad-tolerance",
                                               "--irmad-passes",
                                               "--fit-pixels",
                                               "--tolerate-shift",
                                               "--local-contrast",
                                               "--threshold",
                                               "--null",
                                               "--products",
                                               "--hysteresis",
                                               "--icm",
                                               "--open",
                                               "--close",
                                               "--min-area",
                                               "--max-hole",
                                               "--connectivity",
                                               "--simplify",
                                               "--top",
                                               "--bands",
                                               "--before-bands",
                                               "--after-bands",
                                               "--src-nodata",
                                               "--scratch",
                                               "--backend",
                                               "--decode",
                                               "--threads",
                                               "--memory",
                                               "--tile",
                                               "--json",
                                               "--help",
                                               "--grid",
                                               "--te",
                                               "--tr",
                                               "--t_srs",
                                               "--tap",
                                               "--resampling",
                                               "--align",
                                               "--max-shift",
                                               "--mask",
                                               "--before-mask",
                                               "--after-mask",
                                               "--aoi",
                                               "--saturated"};
const std::vector<std::string> kAlignOptions = {"BEFORE", "AFTER", "OUT",     "--grid", "--te",        "--tr",
                                                "--mask", "--aoi", "--align", "--of",   "--max-shift", "--json"};
const std::vector<std::string> kNormalizeOptions = {
    "BEFORE",         "AFTER",        "OUT",       "--normalize", "--irmad",      "--irmad-tolerance",
    "--irmad-passes", "--fit-pixels", "--apply",   "--bands",     "--src-nodata", "--ot",
    "--of",           "--co",         "--scratch", "--overwrite", "--backend",    "--threads",
    "--memory",       "--decode",     "--json"};

std::vector<std::string> detect_options() {
  std::vector<std::string> all = kPlanOptions;
  all.insert(all.end(), {"OUT", "-ot", "-of", "-co", "--overwrite"});
  return all;
}

std::vector<std::string> batch_options() {
  std::vector<std::string> all = {"JOBS", "OUTDIR", "--resume", "--dry-run", "-ot", "-of", "-co", "--overwrite"};
  for (const std::string& name : kPlanOptions) {
    if (name.starts_with("--")) all.push_back(name);
  }
  return all;
}

const std::vector<std::string> kBenchOptions = {
    "--scene",     "--synth",  "--synth-bands", "--jobs",       "--runs", "--folder", "--json", "--preset",
    "--normalize", "--score",  "--smooth",      "--fit-pixels", "--ot",   "--of",     "--co",   "--backend",
    "--decode",    "--memory", "--threads",     "--scratch",    "--tile", "--help"};

INSTANTIATE_TEST_SUITE_P(
    Verbs, Help,
    ::testing::Values(
        VerbHelp{"detect", detect_options()}, VerbHelp{"batch", batch_options()}, VerbHelp{"plan", kPlanOptions},
        VerbHelp{"normalize", kNormalizeOptions}, VerbHelp{"align", kAlignOptions},
        VerbHelp{"evaluate",
                 {"HEATMAP", "TRUTH", "--threshold", "--changed", "--unchanged", "--band", "--curves", "--overwrite",
                  "--json", "--help"}},
        VerbHelp{"sites",
                 {"HEATMAP", "OUT", "--band", "--threshold", "--hysteresis", "--open", "--close", "--min-area",
                  "--max-hole", "--connectivity", "--simplify", "--top", "--class-out", "--scratch", "--memory",
                  "--threads", "--overwrite", "--json", "--help"}},
        VerbHelp{"report",
                 {"SUMMARY", "OUT", "--top", "--max-side", "--list", "--sites", "--title", "--overwrite", "--help"}},
        VerbHelp{"bench", kBenchOptions}, VerbHelp{"info", {"--hash", "--json", "--help"}},
        VerbHelp{"synth",
                 {"OUTDIR", "--size", "--width", "--height", "--bands", "--type", "--seed", "--contrast", "--shift",
                  "--clouds", "--nodata-border", "--season", "--noise", "--pixel-size", "--changes", "--threads", "-co",
                  "--overwrite", "--help"}}),
    [](const ::testing::TestParamInfo<VerbHelp>& row) { return row.param.verb; });

TEST(Program, HelpNamesEveryVerbAndGlobalOption) {
  const ProgramRun run = run_groundshift({"--help"});
  EXPECT_EQ(run.exit_code, 0);
  for (const char* word : {"detect", "batch", "plan", "normalize", "align", "sites", "report", "evaluate", "info",
                           "synth", "bench", "--quiet", "--verbose", "--version", "--config-file"}) {
    EXPECT_THAT(run.out, HasSubstr(word));
  }
}

TEST(Program, TellsItsVersion) {
  const ProgramRun run = run_groundshift({"--version"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, MatchesRegex("groundshift [0-9]+\\.[0-9]+\\.[0-9]+ \\(commit .+\\)\n"));
}

TEST(InfoVerb, PrintsFactsAsJson) {
  const ProgramRun run = run_groundshift({"info", "--json"});
  ASSERT_EQ(run.exit_code, 0);
  const json facts = json::parse(run.out);
  EXPECT_GE(facts.at("cpu").at("threads").get<int>(), 1);
  EXPECT_GT(facts.at("gdal").at("raster_drivers").get<int>(), 0);
  const auto& codecs = facts.at("gdal").at("tiff_codecs");
  EXPECT_NE(std::find(codecs.begin(), codecs.end(), "DEFLATE"), codecs.end());
  const bool usable = !facts.at("cuda").at("devices").empty();
  EXPECT_EQ(usable, facts.at("cuda").at("unusable_because") == "");
  EXPECT_THAT(run_groundshift({"info"}).out, HasSubstr("backend cpu   usable"));
}

TEST(InfoVerb, HashesWhatTheSummaryHashed) {
  const JobFolder folder;
  const json summary = detect(folder.before(), folder.after(), folder.out());
  const ProgramRun run = run_groundshift({"info", "--hash", folder.out(), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out).at("pixel_hash"), summary.at("products").at(0).at("pixel_hash"));
}

TEST(PlanVerb, PrintsWhatDetectWouldDoAndWritesNothing) {
  const JobFolder folder;
  const Listing before = folder.listing();
  const ProgramRun run = run_groundshift({"plan", folder.before(), folder.after(), "--json", "--tile", "256"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  const json plan = json::parse(run.out);
  EXPECT_EQ(plan.at("grid").at("size"), json({300, 280}));
  EXPECT_EQ(plan.at("plan").at("tile"), json({256, 256}));
  std::vector<std::string> passes;
  for (const json& pass : plan.at("plan").at("passes")) passes.push_back(pass.at("name"));
  EXPECT_EQ(passes, (std::vector<std::string>{"statistics", "irmad", "contextual", "score"}));  // of preset general
  EXPECT_EQ(plan.at("plan").at("passes").back().at("tiles"), 4);
  EXPECT_LE(plan.at("plan").at("memory_planned_bytes"), plan.at("plan").at("memory_budget_bytes"));
  EXPECT_TRUE(folder.listing() == before);
  EXPECT_THAT(run_groundshift({"plan", folder.before(), folder.after()}).out, HasSubstr("300 x 280"));
}

TEST(DetectVerb, PrintsTheSummaryAloneAsJson) {
  const JobFolder folder;
  const ProgramRun run = run_groundshift({"detect", folder.before(), folder.after(), folder.out(), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json printed = json::parse(run.out), written = json::parse(read_text(folder.out("change.json")));
  EXPECT_EQ(printed.at("products"), written.at("products"));
  EXPECT_EQ(printed.at("command"), written.at("command"));
  EXPECT_THAT(run.err, HasSubstr("100 - done"));
}

TEST(DetectVerb, SaysNothingWithQuiet) {
  const JobFolder folder;
  const ProgramRun run = run_groundshift({"detect", folder.before(), folder.after(), folder.out(), "--quiet"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out + run.err, "");
}

TEST(DetectVerb, DefaultsAreToldInTheSummary) {
  const JobFolder folder;
  const json options = detect(folder.before(), folder.after(), folder.out()).at("command").at("options");
  EXPECT_EQ(options.at("preset"), "general");  // 10 m, but 2 bands
  EXPECT_EQ(options.at("normalize"), "contextual");
  EXPECT_EQ(options.at("score"), "scva+mad");
  EXPECT_EQ(options.at("smooth"), (json{3, 9}));
  EXPECT_EQ(options.at("threshold"), "auto");
  EXPECT_EQ(options.at("fit_pixels"), 16777216);
  EXPECT_EQ(options.at("of"), "COG");
  EXPECT_EQ(options.at("ot"), "Float32");
}

TEST(DetectVerb, TakesOptionsFromAConfigFile) {
  const JobFolder folder;
  write_text(folder.in("job.toml"),
             "[detect]\nscore = \"difference\"\nnormalize = \"none\"\nsmooth = 5\nthreads = 1\n");
  const json options =
      detect(folder.before(), folder.after(), folder.out(), {"--config-file", folder.in("job.toml"), "--smooth", "7"})
          .at("command")
          .at("options");
  EXPECT_EQ(options.at("score"), "difference");
  EXPECT_EQ(options.at("normalize"), "none");
  EXPECT_EQ(options.at("smooth"), json{7}) << "the command line wins over the file";
  EXPECT_EQ(options.at("threads"), 1);
}

TEST(DetectVerb, TakesMemoryAndBackendFromTheEnvironment) {
  const JobFolder folder;
  RunSetup setup;
  setup.environment = {{"GROUNDSHIFT_MEMORY", "512MiB"}, {"GROUNDSHIFT_BACKEND", "cpu"}};
  const json summary = detect(folder.before(), folder.after(), folder.out(), {}, setup);
  EXPECT_EQ(summary.at("plan").at("memory_budget_bytes"), 512 << 20);
  EXPECT_EQ(summary.at("plan").at("backend").at("why"), "asked for");
}

TEST(DetectVerb, ChoosesBandsByNumberAndDescription) {
  const JobFolder folder;
  SceneSpec spec;
  spec.descriptions = {"red", "nir"};
  folder.scene("named.tif", spec, 2);
  const json by_name = detect(folder.before(), folder.in("named.tif"), folder.out("a.tif"),
                              {"--before-bands", "2", "--after-bands", "NIR"});
  const json by_number = detect(folder.before(), folder.in("named.tif"), folder.out("b.tif"), {"--bands", "2"});
  EXPECT_EQ(by_name.at("command").at("options").at("after_bands"), json({2}));
  EXPECT_EQ(by_name.at("products").at(0).at("pixel_hash"), by_number.at("products").at(0).at("pixel_hash"));
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// groundshift bench: keys of its results, what they must add up to, and what it leaves behind.
#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"

namespace groundshift::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// bench of the folder's pair; its JSON.
json bench(const JobFolder& folder, std::vector<std::string> options) {
  options.insert(options.begin(), {"bench", "--scene", folder.before(), folder.after(), "--runs", "2", "--folder",
                                   folder.out(""), "--json", "-", "--threads", "2"});
  const ProgramRun run = run_groundshift(options);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return json::parse(run.out);
}

TEST(BenchVerb, TellsTimesLimitsAndFloorOfEachJob) {
  const JobFolder folder;
  const json result = bench(folder, {"--jobs", "cva,mad"});
  EXPECT_EQ(result.at("format"), 1);
  for (const char* key : {"version", "commit", "build"}) EXPECT_TRUE(result.at("groundshift").contains(key));
  for (const char* key : {"cpu", "threads", "memory_bytes", "system", "devices"}) {
    EXPECT_TRUE(result.at("machine").contains(key)) << key;
  }
  const json& scene = result.at("scenes").at(0);
  EXPECT_EQ(scene.at("size"), json({300, 280}));
  EXPECT_EQ(scene.at("codec"), "deflate");
  EXPECT_EQ(scene.at("raw_bytes"), 300 * 280 * 2 * 2);
  EXPECT_THAT(scene.at("page_cache").get<std::string>(), HasSubstr("cached"));
  ASSERT_EQ(scene.at("jobs").size(), 2u);
  for (const json& job : scene.at("jobs")) {
    EXPECT_EQ(job.at("runs").size(), 2u);
    const double wall = job.at("median").at("wall_s"), floor = job.at("floor").at("seconds");
    EXPECT_GT(wall, 0.0);
    EXPECT_GT(floor, 0.0);
    EXPECT_NEAR(job.at("time_over_floor"), wall / floor, 1e-9);
    EXPECT_NEAR(job.at("mpixels_per_s"), 300 * 280 * 1e-6 / wall, 1e-9);
    EXPECT_GT(job.at("median").at("peak_memory_bytes"), 1 << 20);
    double largest = 0.0, cores = 0.0;
    for (const json& seconds : job.at("floor").at("resources_s")) largest = std::max<double>(largest, seconds);
    for (const json& seconds : job.at("floor").at("cores_s")) cores += seconds.get<double>();
    EXPECT_EQ(floor, largest);
    EXPECT_NEAR(job.at("floor").at("resources_s").at("cores"), cores, 1e-12);
    for (const char* rate : {"unpack_bytes_per_s", "decode_bytes_per_s", "pack_bytes_per_s", "triad_bytes_per_s",
                             "fresh_memory_bytes_per_s", "hash_bytes_per_s"}) {
      EXPECT_GT(job.at("limits").at(rate).at("all_threads"), 0.0) << rate;
    }
    for (const json& pass : job.at("passes")) EXPECT_TRUE(pass.contains("read_busy_s"));
  }
}

TEST(BenchVerb, RunsTheJobThatItsOptionsDescribeAndKeepsItsPixels) {
  const JobFolder folder;
  const std::vector<std::string> method = {"--score", "difference", "--normalize", "none", "--smooth", "1"};
  const json job = bench(folder, method).at("scenes").at(0).at("jobs").at(0);
  EXPECT_EQ(job.at("name"), "job");
  EXPECT_EQ(job.at("method"), "none, difference, smooth 1");
  std::vector<std::string> detect = {"detect", folder.before(), folder.after(), folder.out("own.tif"), "--json"};
  detect.insert(detect.end(), method.begin(), method.end());
  const json summary = json::parse(run_groundshift(detect).out);
  EXPECT_EQ(job.at("pixel_hash"), summary.at("products").at(0).at("pixel_hash"));
}

TEST(BenchVerb, MakesScenesOnceAndPrintsTables) {
  const JobFolder folder;
  const std::vector<std::string> words = {"bench", "--synth", "300", "--synth-bands", "1,4",         "--jobs",
                                          "cva",   "--runs",  "1",   "--folder",      folder.out("")};
  const ProgramRun first = run_groundshift(words);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  for (const char* word : {"300 x 300 x 1", "300 x 300 x 4", "limits", "x floor", "triad", "compute, statistics"}) {
    EXPECT_THAT(first.out, HasSubstr(word));
  }
  const auto made = std::filesystem::last_write_time(folder.out("synth-300x4/before.tif"));
  EXPECT_EQ(run_groundshift(words).exit_code, 0);
  EXPECT_EQ(std::filesystem::last_write_time(folder.out("synth-300x4/before.tif")), made);
}

TEST(BenchVerb, KeepsDecodeRatesForPlansWhereItIsAsked) {
  const JobFolder folder;
  const std::string rates = folder.out("cache/rates.json");
  RunSetup setup;
  setup.environment = {{"GROUNDSHIFT_RATES", rates}};
  const std::vector<std::string> words = {"bench",  "--scene", folder.before(), folder.after(), "--runs", "1",
                                          "--jobs", "cva",     "--folder",      folder.out(""), "--json", "-"};
  const auto plan = [&] { return run_groundshift({"plan", folder.before(), folder.after()}, setup).out; };
  EXPECT_THAT(plan(), HasSubstr("not predicted: no rates are kept for this machine"));
  ASSERT_EQ(run_groundshift(words, setup).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(rates)) << "not asked for";
  std::vector<std::string> keeping = words;
  keeping.push_back("--keep");
  const ProgramRun run = run_groundshift(keeping, setup);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json kept = json::parse(read_text(rates));
  EXPECT_EQ(kept, json::parse(run.out).at("scenes").at(0).at("decode_rates"));
  EXPECT_EQ(kept.at("content"), "deflate");
  EXPECT_GT(kept.at("cpu").at("one_thread_bytes_per_s"), 0.0);
  EXPECT_GE(kept.at("cpu").at("threads"), 1);
  EXPECT_TRUE(kept.at("device").is_null());  // the CPU backend
  EXPECT_THAT(plan(), HasSubstr("predicted, the pair once:"));
  EXPECT_THAT(plan(), HasSubstr("(rates of " + kept.at("taken").get<std::string>() + ")"));
  // The summary has them too, and a schema.
  const json summary =
      json::parse(run_groundshift({"detect", folder.before(), folder.after(), folder.out(), "--json"}, setup).out);
  EXPECT_GT(summary.at("plan").at("decode").at("prediction").at("cpu_s"), 0.0);
  json other = kept;
  other["cpu"]["model"] = "another";
  write_text(rates, other.dump());
  EXPECT_THAT(plan(), HasSubstr("another machine (another, "));
  write_text(rates, "no rates");
  EXPECT_THAT(plan(), HasSubstr("damaged"));
  ASSERT_EQ(run_groundshift(keeping, setup).exit_code, 0) << "over a damaged file";
  EXPECT_THAT(plan(), HasSubstr("predicted, the pair once:"));
}

TEST(BenchVerb, RefusesToKeepWhatItCannot) {
  const JobFolder folder;
  RunSetup setup;
  setup.environment = {{"GROUNDSHIFT_RATES", folder.in("before.tif/rates.json")}};
  const std::vector<std::string> bench = {"bench", "--folder", folder.out(""), "--keep", "--runs", "1"};
  const auto refused = [&](const std::vector<std::string>& more, int code, const std::vector<std::string>& says) {
    std::vector<std::string> words = bench;
    words.insert(words.end(), more.begin(), more.end());
    expect_refused(folder, words, code, says, setup);
  };
  refused({"--synth", "300,400"}, 2, {"--keep", "one scene"});
  refused({"--scene", folder.before(), folder.after()}, 4, {"before.tif", "GROUNDSHIFT_RATES"});
  setup.environment = {{"GROUNDSHIFT_RATES", ""}, {"XDG_CACHE_HOME", ""}, {"HOME", ""}};
  refused({"--scene", folder.before(), folder.after()}, 2, {"--keep", "XDG_CACHE_HOME"});
  SceneSpec zstd;
  zstd.creation_options = {"COMPRESS=ZSTD"};
  const std::string before = folder.scene("zstd.tif", zstd);
  setup.environment = {{"GROUNDSHIFT_RATES", folder.out("rates.json")}};
  const ProgramRun run = run_groundshift({"bench", "--folder", folder.out(""), "--keep", "--runs", "1", "--jobs", "cva",
                                          "--scene", before, folder.scene("other.tif", zstd, 4)},
                                         setup);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("packed by zstd, not DEFLATE"));
  EXPECT_FALSE(std::filesystem::exists(folder.out("rates.json")));
}

TEST(BenchVerb, RefusesWhatMakesNoSense) {
  const JobFolder folder;
  const auto refused = [&](std::vector<std::string> options, int code, const std::vector<std::string>& says) {
    options.insert(options.begin(), {"bench", "--folder", folder.out("")});
    expect_refused(folder, options, code, says);
  };
  refused({"--scene", folder.before()}, 2, {"--scene"});
  refused({"--scene", folder.before(), folder.after(), "--synth", "300"}, 2, {"--synth"});
  refused({"--jobs", "cva,fast"}, 2, {"--jobs fast", "irmad"});
  refused({"--jobs", "cva,cva"}, 2, {"twice"});
  refused({"--jobs", "cva", "--score", "mad"}, 2, {"--jobs"});
  refused({"--synth", "8"}, 2, {"--synth 8"});
  refused({"--synth", "300,many"}, 2, {"--synth", "many"});
  refused({"--synth-bands", "17"}, 2, {"--synth-bands 17"});
  refused({"--runs", "0"}, 2, {"--runs"});
  refused({"--rerun", "x.json"}, 2, {"--rerun", "not part of this version"});
  refused({"--scene", folder.in("nowhere.tif"), folder.after()}, 3, {"nowhere.tif"});
  refused({"--json", folder.out("no/where.json")}, 4, {"where.json"});
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// batch: good, failed and refused jobs in one run; what is kept, what is left, and the index that says so.
#include <csignal>

#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"
#include "tests/support/detect_run.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

/// in/jobs.csv beside the pair of JobFolder, and a date that shares no ground with it.
class Batch : public ::testing::Test {
 protected:
  Batch() {
    SceneSpec far;
    far.geotransform = {{900000, 10, 0, 5000000, 0, -10}};
    folder_.scene("far.tif", far);
  }
  void jobs(const std::string& text) const { write_text(folder_.in("jobs.csv"), text); }
  ProgramRun batch(const std::vector<std::string>& options = {}, const RunSetup& setup = {}) const {
    std::vector<std::string> all = {"batch", folder_.in("jobs.csv"), out()};
    all.insert(all.end(), options.begin(), options.end());
    return run_groundshift(all, setup);
  }
  std::string out(const std::string& name = "") const { return folder_.out("batch/" + name); }
  json index() const { return json::parse(read_text(out("batch.json"))); }
  std::vector<std::string> statuses() const {
    std::vector<std::string> all;
    const json whole = index();
    for (const json& job : whole.at("jobs")) all.push_back(job.at("status"));
    return all;
  }
  using Words = std::vector<std::string>;

  JobFolder folder_;
};

TEST_F(Batch, GoesOnAfterFailedJobsAndSaysWhichAndWhy) {
  jobs(
      "\xEF\xBB\xBF"
      "before,after,out,preset,products\r\n"
      "absent.tif,after.tif,lost.tif,,\r\n"
      "before.tif,far.tif,apart.tif,,\r\n"
      "before.tif,after.tif,,general,\"score,class\"\r\n");
  const ProgramRun run = batch({"--smooth", "5"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.err, HasSubstr("2 of 3 jobs failed"));
  EXPECT_THAT(run.err, HasSubstr("lost (exit code 3): " + folder_.in("absent.tif") + ": no such file"));
  EXPECT_THAT(run.err, HasSubstr("apart (exit code 3)"));
  EXPECT_EQ(statuses(), (Words{"failed", "failed", "done"}));
  const json index = this->index();
  EXPECT_EQ(index.at("exit_code"), 3);
  EXPECT_EQ(index.at("counts"), (json{{"done", 1}, {"kept", 0}, {"failed", 2}, {"left", 0}}));
  EXPECT_THAT(index.at("jobs")[0].at("why").get<std::string>(), HasSubstr("no such file"));
  EXPECT_TRUE(index.at("jobs")[0].at("heatmap").is_null());
  const json& good = index.at("jobs")[2];
  EXPECT_EQ(good.at("name"), "in") << "the folder's name, as its files are before and after";
  for (const char* key : {"heatmap", "summary", "quicklook"}) {
    EXPECT_TRUE(fs::exists(out(good.at(key)))) << key;
    EXPECT_THAT(read_text(out("index.html")), HasSubstr("\"" + good.at(key).get<std::string>() + "\""));
  }
  EXPECT_TRUE(fs::exists(out("in_class.tif")));
  EXPECT_EQ(summary_problem(out("in.json")), "");
  const json summary = json::parse(read_text(out("in.json")));
  EXPECT_EQ(summary.at("command").at("options").at("smooth"), json{5}) << "the command line's default";
  EXPECT_EQ(good.at("changed_fraction"), summary.at("thresholds").at("used").at("changed_fraction"));
  EXPECT_FALSE(fs::exists(out("lost.tif")) || fs::exists(out("apart.tif")));
}

TEST_F(Batch, GivesTheSamePixelsAsDetect) {
  jobs("before,after,out,smooth,threads\nbefore.tif,after.tif,a.tif,7,1\nafter.tif,before.tif,b.tif,,\n");
  ASSERT_EQ(batch({"--quiet"}).exit_code, 0);
  const json alone = detect(folder_.before(), folder_.after(), folder_.out("alone.tif"), {"--smooth", "7"});
  const json first = json::parse(read_text(out("a.json"))), second = json::parse(read_text(out("b.json")));
  EXPECT_EQ(first.at("products")[0].at("pixel_hash"), alone.at("products")[0].at("pixel_hash"));
  EXPECT_NE(second.at("products")[0].at("pixel_hash"), alone.at("products")[0].at("pixel_hash"));
  EXPECT_EQ(first.at("command").at("options").at("threads"), 1);
}

TEST_F(Batch, TheTableWinsOverTheLineAndTheLineOverTheEnvironment) {
  jobs("before,after,out,memory,overwrite\nbefore.tif,after.tif,a.tif,300MiB,yes\nbefore.tif,after.tif,b.tif,,\n");
  RunSetup setup;
  setup.environment = {{"GROUNDSHIFT_MEMORY", "512MiB"}};
  ASSERT_EQ(batch({"--memory", "400MiB", "-q"}, setup).exit_code, 0);
  const json a = json::parse(read_text(out("a.json"))), b = json::parse(read_text(out("b.json")));
  EXPECT_EQ(a.at("plan").at("memory_budget_bytes"), 300 << 20);
  EXPECT_EQ(b.at("plan").at("memory_budget_bytes"), 400 << 20);
  EXPECT_EQ(a.at("command").at("options").at("overwrite"), true);
  EXPECT_EQ(b.at("command").at("options").at("overwrite"), false);
}

TEST_F(Batch, EndsWithTheFirstFailedJobsCode) {
  jobs("before,after,out,memory\nbefore.tif,after.tif,small.tif,1MiB\nabsent.tif,after.tif,lost.tif,\n");
  EXPECT_EQ(batch().exit_code, 6);
  EXPECT_EQ(index().at("jobs")[1].at("exit_code"), 3);
}

TEST_F(Batch, RefusesAWrongTableBeforeTheFirstJob) {
  struct Row {
    const char *text, *word;
    int code;
  };
  const Row rows[] = {{"before,after,colour\nbefore.tif,after.tif,red\n", "unknown column 'colour'", 2},
                      {"before,after,smooth\nbefore.tif,after.tif,\nbefore.tif,far.tif,4\n", "line 3", 2},
                      {"before,after,json\nbefore.tif,after.tif,true\n", "unknown column 'json'", 2},
                      {"before,after,threads\nbefore.tif,after.tif,many\n", "threads", 2},
                      {"before,after\nbefore.tif,after.tif\nbefore.tif,after.tif\n", "both would write", 2},
                      {"before,after\n\"before.tif,after.tif\n", "closing quote", 3}};
  for (const Row& row : rows) {
    jobs(row.text);
    expect_refused(folder_, {"batch", folder_.in("jobs.csv"), out()}, row.code, {row.word});
  }
  expect_refused(folder_, {"batch", folder_.in("absent.csv"), out()}, 3, {"absent.csv"});
  jobs("before,after\nbefore.tif,after.tif\n");
  expect_refused(folder_, {"batch", folder_.in("jobs.csv"), folder_.out("no/such")}, 4, {"cannot be made"});
}

TEST_F(Batch, ListsJobsWithoutRunningThem) {
  jobs("before,after,te,tap\nbefore.tif,after.tif,500000 4999000 501000 5000000,yes\n");
  const Listing before = folder_.listing();
  const ProgramRun run = batch({"--dry-run"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("before " + folder_.before()));
  EXPECT_THAT(run.out, HasSubstr("--te 500000 4999000 501000 5000000"));
  EXPECT_TRUE(folder_.listing() == before);
}

TEST_F(Batch, FindsPairsInAFolder) {
  fs::create_directory(folder_.in("site"));
  fs::copy_file(folder_.before(), folder_.in("site/t1.tif"));
  fs::copy_file(folder_.after(), folder_.in("site/t2.tif"));
  const ProgramRun run = run_groundshift({"batch", folder_.folder() + "/in", out(), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out), index());
  EXPECT_EQ(statuses(), (Words{"done", "done"}));
  EXPECT_TRUE(fs::exists(out("in.tif")) && fs::exists(out("site.tif")));
}

TEST_F(Batch, ResumeKeepsWhatIsCompleteAndTheSame) {
  jobs("before,after,out\nbefore.tif,after.tif,a.tif\nabsent.tif,after.tif,b.tif\n");
  EXPECT_EQ(batch().exit_code, 3);
  const std::string heatmap = read_text(out("a.tif"));
  const auto written = fs::last_write_time(out("a.tif"));
  expect_refused(folder_, {"batch", folder_.in("jobs.csv"), out()}, 4, {"exists already"});
  fs::copy_file(folder_.before(), folder_.in("absent.tif"));
  EXPECT_EQ(batch({"--resume", "--threads", "1"}).exit_code, 0) << "threads change no pixel";
  EXPECT_EQ(statuses(), (Words{"kept", "done"}));
  EXPECT_EQ(fs::last_write_time(out("a.tif")), written);

  // Another option: refused, then replaced.
  EXPECT_EQ(batch({"--resume", "--smooth", "9"}).exit_code, 4);
  EXPECT_THAT(index().at("jobs")[0].at("why").get<std::string>(), HasSubstr("--smooth differs"));
  EXPECT_EQ(read_text(out("a.tif")), heatmap);
  EXPECT_EQ(batch({"--resume", "--smooth", "9", "--overwrite"}).exit_code, 0);
  EXPECT_EQ(statuses(), (Words{"done", "done"}));

  // A summary that never came, and a product that was lost.
  fs::remove(out("a.json"));
  fs::remove(out("b.png"));
  EXPECT_EQ(batch({"--resume", "--smooth", "9"}).exit_code, 4);
  EXPECT_EQ(statuses(), (Words{"done", "failed"}));
  EXPECT_THAT(index().at("jobs")[1].at("why").get<std::string>(), HasSubstr("b.png"));

  // Another input.
  folder_.scene("absent.tif", {}, 77);
  fs::last_write_time(folder_.in("absent.tif"), fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(batch({"--resume", "--smooth", "9"}).exit_code, 4);
  EXPECT_THAT(index().at("jobs")[1].at("why").get<std::string>(), HasSubstr("BEFORE differs"));
}

TEST_F(Batch, ResumeReplacesNoFileThatTheIndexDoesNotName) {
  jobs("before,after,out\nbefore.tif,after.tif,a.tif\n");
  fs::create_directory(out());
  write_text(out("a.tif"), "somebody's");
  EXPECT_EQ(batch({"--resume"}).exit_code, 4);
  EXPECT_EQ(read_text(out("a.tif")), "somebody's");
}

TEST_F(Batch, StopsAtTheNextTileAndSaysWhatIsLeft) {
  SceneSpec spec;
  spec.width = spec.height = 20000;
  spec.band_count = 1;
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"};
  write_sparse(folder_.in("long_before.tif"), spec);
  write_sparse(folder_.in("long_after.tif"), spec);
  jobs(
      "before,after,out\nbefore.tif,after.tif,a.tif\nlong_before.tif,long_after.tif,b.tif\n"
      "before.tif,after.tif,c.tif\n");
  RunSetup setup;
  setup.signal_to_send = SIGINT;
  setup.signal_when = [](const std::string& err) {
    const auto second = err.find("[2/3]");
    return second != std::string::npos && err.find("score: 0", second) != std::string::npos;
  };
  const ProgramRun run = batch({"--normalize", "none", "--score", "cva", "--memory", "256MiB"}, setup);
  EXPECT_EQ(run.exit_code, 130) << run.err;
  EXPECT_THAT(run.err, HasSubstr("2 of 3 jobs are left"));
  EXPECT_THAT(run.err, Not(HasSubstr("[3/3]")));
  EXPECT_EQ(statuses(), (Words{"done", "left", "left"}));
  EXPECT_THAT(index().at("jobs")[1].at("why").get<std::string>(), HasSubstr("stopped on request"));
  std::vector<std::string> names;
  for (const auto& [name, text] : listing_of(out())) names.push_back(fs::path(name).filename());
  EXPECT_EQ(names, (Words{"a.json", "a.png", "a.qml", "a.tif", "batch.json", "index.html"}));
}

}  // namespace
}  // namespace groundshift::test

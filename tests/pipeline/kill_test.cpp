// SPDX-License-Identifier: Apache-2.0
// Promise P3 under SIGKILL: at whatever moment a run dies, its output is whole or absent, and the next run cleans up.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/pipeline/left_files.hpp"
#include "tests/support/run_program.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

constexpr int kKills = 30, kMostTries = 90;

class KilledRuns {
 public:
  KilledRuns() { fs::create_directories(folder_.path() / "out"); }

  bool make_scene() const {
    return run_groundshift({"synth", folder_ / "scene", "--size", "4096", "--quiet"}, patient()).exit_code == 0;
  }

  fs::path out() const { return folder_.path() / "out"; }
  fs::path old() const { return folder_.path() / "old"; }

  static RunSetup patient() {
    RunSetup setup;
    setup.timeout = std::chrono::seconds(300);
    return setup;
  }

  std::vector<std::string> job(const std::vector<std::string>& options) const {
    std::vector<std::string> all = {"detect",
                                    folder_ / "scene/before.tif",
                                    folder_ / "scene/after.tif",
                                    (out() / "change.tif").string(),
                                    "--quiet",
                                    "--overwrite",
                                    "--backend",
                                    "cpu"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  /// Runs to the end; the wall time, or a negative number.
  double run_whole(const std::vector<std::string>& options) const {
    const ProgramRun run = run_groundshift(job(options), patient());
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.exit_code == 0 ? run.wall_s : -1.0;
  }

  /// True when the kill came before the end of the run; a run that ended tells how long it takes now, for a machine's
  /// load changes.
  bool run_killed_after(double fraction, double& seconds, const std::vector<std::string>& options) const {
    RunSetup setup = patient();
    const auto start = std::chrono::steady_clock::now();
    setup.signal_when = [start, after = fraction * seconds](const std::string&) {
      return Seconds(std::chrono::steady_clock::now() - start).count() >= after;
    };
    setup.signal_to_send = SIGKILL;
    const ProgramRun run = run_groundshift(job(options), setup);
    if (run.signal == SIGKILL) return true;
    seconds = std::min(seconds, run.wall_s);
    return false;
  }

  std::string hash_of_out() const { return hash_file((out() / "change.tif").string()); }

  void keep_as_old() const { fs::copy(out(), old()); }
  void put_old_back() const {
    clear();
    for (const auto& entry : fs::directory_iterator(old())) fs::copy(entry.path(), out() / entry.path().filename());
  }
  void clear() const {
    fs::remove_all(out());
    fs::create_directories(out());
  }

 private:
  TemporaryFolder folder_;
};

TEST(Kill, AtAnyMomentLeavesAWholeOutputOrNone) {
  KilledRuns runs;
  ASSERT_TRUE(runs.make_scene());
  runs.run_whole({"--normalize", "none", "--score", "cva", "--smooth", "1"});
  const std::string old_hash = runs.hash_of_out();
  runs.keep_as_old();

  // Three ways through the code: COG, GeoTIFF, integers out of kept scores.
  std::vector<std::vector<std::string>> forms = {
      {"-of", "COG", "--tile", "512"}, {"-of", "GTiff", "--threads", "2"}, {"-of", "COG", "-ot", "UInt16"}};
  for (auto& form : forms) form.insert(form.end(), {"--normalize", "orthogonal", "--score", "scva", "--smooth", "3"});
  std::vector<std::string> new_hashes;
  std::vector<double> seconds;
  for (const auto& form : forms) {
    runs.clear();
    seconds.push_back(runs.run_whole(form));
    ASSERT_GT(seconds.back(), 0.0);
    new_hashes.push_back(runs.hash_of_out());
  }
  EXPECT_EQ(new_hashes[0], new_hashes[1]);
  runs.clear();

  std::mt19937 random(20250101);
  int tries = 0, killed = 0, absent = 0, old_survived = 0, replaced = 0, siblings_seen = 0;
  for (; killed < kKills && tries < kMostTries; ++tries) {
    const int i = tries;
    const std::size_t form = static_cast<std::size_t>(i) % forms.size();
    const bool over_older = i % 2 == 1;
    // Two thirds anywhere in the run, the rest near its end, where files are renamed.
    const double fraction = std::uniform_real_distribution<double>(i % 3 == 2 ? 0.85 : 0.0, 1.05)(random);
    SCOPED_TRACE("kill " + std::to_string(i) + " at " + std::to_string(fraction) + " of form " + std::to_string(form));
    if (over_older) runs.put_old_back();
    if (!over_older && i % 4 == 0)
      runs.clear();  // every other time the dead siblings of the run before are still there
    const bool had_heatmap = fs::exists(runs.out() / "change.tif");
    killed += runs.run_killed_after(fraction, seconds[form], forms[form]) ? 1 : 0;
    const std::string hash = expect_complete_or_absent(runs.out(), {old_hash, new_hashes[0], new_hashes[2]});
    if (had_heatmap) {
      EXPECT_FALSE(hash.empty()) << "the older output is gone";
    }
    absent += hash.empty() ? 1 : 0;
    old_survived += hash == old_hash ? 1 : 0;
    replaced += hash == new_hashes[form] ? 1 : 0;
    siblings_seen += sibling_count(runs.out()) > 0 ? 1 : 0;
    if (HasFailure()) return;
  }
  std::printf("%d of %d killed: output absent %d, older kept %d, new complete %d; %d left temporary files\n", killed,
              tries, absent, old_survived, replaced, siblings_seen);
  EXPECT_EQ(killed, kKills);
  EXPECT_GT(absent, 0);
  EXPECT_GT(old_survived, 0);
  EXPECT_GT(siblings_seen, 0);

  // Die once more while each form writes, then one run that ends: nothing of the dead stays.
  for (std::size_t form = 0; form < forms.size(); ++form) {
    runs.clear();
    double fraction = 0.5;
    for (int tries_left = 20; sibling_count(runs.out()) == 0; fraction += 0.05) {
      ASSERT_GT(--tries_left, 0);
      if (!runs.run_killed_after(fraction, seconds[form], forms[form])) fraction = 0.5;
    }
  }
  EXPECT_GT(sibling_count(runs.out()), 0u);
  runs.run_whole(forms[0]);
  EXPECT_EQ(sibling_count(runs.out()), 0u);
  EXPECT_EQ(expect_complete_or_absent(runs.out(), {new_hashes[0]}), new_hashes[0]);
  EXPECT_TRUE(fs::exists(runs.out() / "change.json"));
}

}  // namespace
}  // namespace groundshift::test

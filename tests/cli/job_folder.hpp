// SPDX-License-Identifier: Apache-2.0
// Inputs that fit, an empty output folder, and the check that a refused run touched neither.
#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_program.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {

/// in/before.tif and in/after.tif: 300 x 280 x 2 u8, tiled 128, DEFLATE, EPSG:32633, every pixel valid; out/ is empty.
class JobFolder {
 public:
  JobFolder() {
    std::filesystem::create_directories(folder_.path() / "in");
    std::filesystem::create_directories(folder_.path() / "out");
    scene("before.tif", {}, 1);
    scene("after.tif", {}, 2);
  }

  std::string in(const std::string& name) const { return folder_ / ("in/" + name); }
  std::string out(const std::string& name = "change.tif") const { return folder_ / ("out/" + name); }
  std::string before() const { return in("before.tif"); }
  std::string after() const { return in("after.tif"); }
  std::string folder() const { return folder_.path().string(); }

  /// Writes a textured scene into in/ and returns its path.
  std::string scene(const std::string& name, const SceneSpec& spec, std::uint64_t seed = 3) const {
    write_scene(in(name), spec, [seed](int b, int x, int y) { return texture(seed, b, x, y); });
    return in(name);
  }

  /// Files of an older run, which a failing one must leave alone.
  void put_older_outputs() const {
    for (const char* name : {"change.tif", "change.json", "change.png", "change.qml"}) {
      write_text(out(name), std::string("older ") + name);
    }
  }

  Listing listing() const { return listing_of(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

/// The program refuses with this code, says every one of these words, and leaves the folder as it was.
inline void expect_refused(const JobFolder& folder, const std::vector<std::string>& arguments, int exit_code,
                           const std::vector<std::string>& words, const RunSetup& setup = {}) {
  const Listing before = folder.listing();
  const ProgramRun run = run_groundshift(arguments, setup);
  EXPECT_EQ(run.exit_code, exit_code) << "signal " << run.signal << ", said: " << run.err;
  for (const std::string& word : words) EXPECT_THAT(run.err, ::testing::HasSubstr(word));
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(folder.listing() == before) << "the run left traces, saying " << run.err;
}

}  // namespace groundshift::test

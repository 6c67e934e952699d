// SPDX-License-Identifier: Apache-2.0
// The hash that the program writes into its summary: the same for other cuts and formats, and what `info --hash` says.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

TEST(ProgramHash, IsTheSameForEveryCutAndFormat) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 777;
  spec.height = 601;
  spec.type = GDT_UInt16;
  spec.nodata = 0.0;
  for (const int date : {1, 2}) {
    write_scene(folder / (date == 1 ? "before.tif" : "after.tif"), spec, [date](int b, int x, int y) {
      return (x + y + date) % 97 == 0 ? 0.0 : 30.0 * texture(1, b, x / 3, y / 3) + texture(date, b, x, y);
    });
  }
  const auto hash = [&](const std::vector<std::string>& options) -> std::string {
    const std::string out = folder / "out.tif";
    std::vector<std::string> all = options;
    all.push_back("--overwrite");
    const nlohmann::json summary = detect(folder / "before.tif", folder / "after.tif", out, all);
    if (summary.is_null()) return "no summary";
    const std::string told = summary["products"][0]["pixel_hash"];
    const ProgramRun info = run_groundshift({"info", "--hash", out});
    EXPECT_EQ(info.exit_code, 0);
    EXPECT_THAT(info.out, ::testing::StartsWith(told + "  "));
    return told;
  };
  const std::string expected = hash({"--threads", "1", "--tile", "whole", "-of", "GTiff"});
  EXPECT_EQ(expected.size(), 64u);
  EXPECT_EQ(hash({}), expected);
  EXPECT_EQ(hash({"--threads", "4", "--tile", "256", "--memory", "24MiB"}), expected);
  EXPECT_EQ(hash({"--threads", "3", "--tile", "512", "-of", "GTiff", "-co", "COMPRESS=ZSTD", "-co", "TILED=NO"}),
            expected);
  const std::string integers = hash({"-ot", "UInt16", "--threads", "1"});
  EXPECT_NE(integers, expected);
  EXPECT_EQ(hash({"-ot", "UInt16", "--threads", "4", "--tile", "256", "-of", "GTiff"}), integers);
}

}  // namespace
}  // namespace groundshift::test

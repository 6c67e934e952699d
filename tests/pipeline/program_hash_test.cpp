// SPDX-License-Identifier: Apache-2.0
// The hash that the program writes into its summary: the same for other cuts and formats, and what `info --hash` says.
#include <cstdlib>
#include <string>
#include <vector>

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

/// A date of every codec and predictor that raw blocks are read of, and one that is left to GDAL.
TEST(ProgramHash, IsTheSameForEveryWayIn) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 777;
  spec.height = 601;
  spec.band_count = 3;
  spec.type = GDT_UInt16;
  spec.nodata = 0.0;
  const auto write = [&](const std::string& name, int date, const std::vector<std::string>& options) {
    spec.creation_options = options;
    write_scene(folder / name, spec, [date](int b, int x, int y) {
      return (x + y + date) % 97 == 0 ? 0.0 : 30.0 * texture(1, b, x / 3, y / 3) + texture(date, b, x, y);
    });
  };
  write("after.tif", 2, {"TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2"});
  const auto job = [&](const char* reader, const std::string& way) -> std::string {
    ::setenv("GROUNDSHIFT_READER", reader, 1);  // NOLINT(concurrency-mt-unsafe): this test has one thread
    const nlohmann::json summary = detect(folder / "before.tif", folder / "after.tif", folder / "out.tif",
                                          {"--normalize", "regression", "--score", "cva", "--smooth", "1", "--tile",
                                           "256", "-of", "GTiff", "--overwrite"});
    ::unsetenv("GROUNDSHIFT_READER");  // NOLINT(concurrency-mt-unsafe)
    if (summary.is_null()) return "no summary";
    EXPECT_EQ(summary["inputs"][0]["reader"]["way"], way);
    EXPECT_EQ(summary["inputs"][0]["reader"]["units_given_to_gdal"], 0);
    return summary["products"][0]["pixel_hash"];
  };
  write("before.tif", 1, {"TILED=YES"});
  const std::string expected = job("gdal", "gdal: asked for");
  EXPECT_EQ(job("auto", "tiff: raw blocks, uncompressed"), expected);
  write("before.tif", 1, {"COMPRESS=LZW", "INTERLEAVE=BAND"});
  EXPECT_EQ(job("auto", "tiff: raw blocks, LZW"), expected);
  write("before.tif", 1, {"TILED=YES", "COMPRESS=ZSTD", "PREDICTOR=2", "BIGTIFF=YES"});
  EXPECT_EQ(job("auto", "tiff: raw blocks, ZSTD"), expected);
  write("before.tif", 1, {"TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=DEFLATE", "ENDIANNESS=BIG"});
  EXPECT_EQ(job("auto", "tiff: raw blocks, DEFLATE"), expected);
  write("before.tif", 1, {"COMPRESS=PACKBITS"});
  EXPECT_EQ(job("auto", "gdal: compression PACKBITS"), expected);
}

}  // namespace
}  // namespace groundshift::test

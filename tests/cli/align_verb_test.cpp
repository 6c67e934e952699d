// SPDX-License-Identifier: Apache-2.0
// The verb align: what it writes, and that it writes nothing when it refuses.
#include <cmath>

#include <ogrsf_frmts.h>
#include <nlohmann/json.hpp>

#include "tests/cli/job_folder.hpp"
#include "tests/support/detect_run.hpp"

namespace groundshift::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// Waves that no window shows twice.
double waves(double x, double y) {
  return 120.0 + 50.0 * std::sin(0.21 * x + 0.013 * x * y / 20.0) + 40.0 * std::cos(0.17 * y - 0.0009 * x * x) +
         20.0 * std::sin(0.5 * x - 0.4 * y);
}

void write_waves(const std::string& path, double dx, double dy, const SceneSpec& spec = {}) {
  write_scene(path, spec, [=](int, int x, int y) { return std::floor(waves(x - dx, y - dy)); });
}

TEST(AlignVerb, TakesAShiftOutAndSaysWhatItFound) {
  const JobFolder folder;
  write_waves(folder.before(), 0.0, 0.0);
  write_waves(folder.after(), 3.0, -2.0);
  const ProgramRun run = run_groundshift(
      {"align", folder.before(), folder.after(), folder.out("moved.tif"), "--of", "GTiff", "--align", "global"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json summary = json::parse(read_text(folder.out("moved.json")));
  EXPECT_EQ(summary.at("command").at("verb"), "align");
  EXPECT_NEAR(summary.at("alignment").at("affine_x").at(0).get<double>(), 3.0, 0.1);
  EXPECT_NEAR(summary.at("alignment").at("affine_y").at(0).get<double>(), -2.0, 0.1);
  EXPECT_GT(summary.at("alignment").at("windows").at("accepted").get<int>(), 3);
  // What AFTER showed three pixels right and two up now lies where BEFORE shows it.
  const BandPixels before = read_band(folder.before(), 1), moved = read_band(folder.out("moved.tif"), 1);
  double worst = 0.0;
  for (int y = 40; y < 240; ++y) {
    for (int x = 40; x < 260; ++x) {
      const auto i = static_cast<std::size_t>(y * 300 + x);
      ASSERT_TRUE(moved.valid[i]);
      worst = std::max(worst, std::fabs(before.values[i] - moved.values[i]));
    }
  }
  EXPECT_LT(worst, 6.0);
  EXPECT_TRUE(open_quietly(folder.out("moved_shifts.png")) != nullptr);
  const OpenDataset points(GDALDataset::FromHandle(
      GDALOpenEx(folder.out("moved_shifts.gpkg").c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr)));
  ASSERT_TRUE(points != nullptr);
  EXPECT_EQ(points->GetLayer(0)->GetFeatureCount(), summary.at("alignment").at("windows").at("asked").get<int>());
}

TEST(AlignVerb, OnAnotherGridKeepsTypeAndWritesNodataWhereNothingIs) {
  const JobFolder folder;
  SceneSpec spec;
  (*spec.geotransform)[0] += 105.0;  // ten and a half pixels
  write_waves(folder.after(), 0.0, 0.0, spec);
  const ProgramRun run = run_groundshift({"align", folder.before(), folder.after(), folder.out(), "--align", "off",
                                          "--grid", folder.before(), "-of", "GTiff", "-r", "bilinear", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "null\n");
  const OpenDataset out = open_quietly(folder.out());
  ASSERT_TRUE(out != nullptr);
  EXPECT_EQ(out->GetRasterXSize(), 300);
  EXPECT_EQ(out->GetRasterBand(1)->GetRasterDataType(), GDT_Byte);
  EXPECT_EQ(out->GetRasterBand(1)->GetNoDataValue(), 255.0);
  const BandPixels band = read_band(*out, 1);
  EXPECT_FALSE(band.valid[9]);
  EXPECT_TRUE(band.valid[12]);
  EXPECT_NEAR(band.values[5 * 300 + 150], (std::floor(waves(139, 5)) + std::floor(waves(140, 5))) / 2, 0.51);
  EXPECT_FALSE(std::filesystem::exists(folder.out("change_shifts.png")));
}

TEST(AlignVerb, FourBandsOfBytesHaveNoAlpha) {
  const JobFolder folder;
  SceneSpec spec;
  spec.band_count = 4;
  spec.creation_options = {"PHOTOMETRIC=MINISBLACK"};
  folder.scene("before.tif", spec);
  folder.scene("after.tif", spec);
  for (const char* format : {"GTiff", "COG"}) {
    const ProgramRun run = run_groundshift(
        {"align", folder.before(), folder.after(), folder.out(), "--align", "off", "-of", format, "--overwrite"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const OpenDataset out = open_quietly(folder.out());
    EXPECT_NE(out->GetRasterBand(4)->GetColorInterpretation(), GCI_AlphaBand) << format;
  }
}

TEST(AlignVerb, RefusesWhatHasNothingInCommon) {
  const JobFolder folder;  // two textures of noise
  expect_refused(folder, {"align", folder.before(), folder.after(), folder.out()}, 3,
                 {"before.tif", "after.tif", "no common structure", "--align off"});
  write_waves(folder.before(), 0.0, 0.0);
  write_waves(folder.after(), 9.0, 0.0);
  expect_refused(folder, {"align", folder.before(), folder.after(), folder.out(), "--max-shift", "4"}, 3,
                 {"--align auto"});
}

}  // namespace
}  // namespace groundshift::test

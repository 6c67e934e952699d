// SPDX-License-Identifier: Apache-2.0
// Scores of any stored type.
#include "host/io/score_rows.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

class ScoreRowsOfType : public ::testing::TestWithParam<GDALDataType> {};

TEST_P(ScoreRowsOfType, AreTheValuesWithNanForNodata) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 71;
  spec.height = 40;
  spec.type = GetParam();
  spec.nodata = 7.0;
  write_scene(folder / "in.tif", spec, [](int b, int x, int y) { return double((x + 2 * y + 30 * b) % 120); });
  ScoreRows rows(folder / "in.tif", 2, 2);
  EXPECT_EQ(rows.grid().width, 71);
  std::vector<float> scores(71 * 30);
  EXPECT_EQ(rows.read(10, 30, scores), 0);
  for (int i = 0; i < 71 * 30; ++i) {
    const double value = (i % 71 + 2 * (10 + i / 71) + 30) % 120;
    if (value == 7.0) {
      ASSERT_TRUE(std::isnan(scores[static_cast<std::size_t>(i)])) << i;
    } else {
      ASSERT_EQ(double{scores[static_cast<std::size_t>(i)]}, value) << i;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Types, ScoreRowsOfType,
                         ::testing::Values(GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32,
                                           GDT_Float64),
                         [](const auto& row) { return std::string(GDALGetDataTypeName(row.param)); });

TEST(ScoreRows, AreScaled) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 3;
  spec.height = 1;
  spec.band_count = 1;
  spec.type = GDT_UInt16;
  spec.nodata = 65535.0;
  write_scene(folder / "in.tif", spec, [](int, int x, int) { return x == 2 ? 65535.0 : 100.0 * x; });
  {
    const OpenDataset file(GDALDataset::Open((folder / "in.tif").c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
    file->GetRasterBand(1)->SetScale(0.25);
    file->GetRasterBand(1)->SetOffset(-1.0);
  }
  ScoreRows rows(folder / "in.tif", 1, 1);
  std::vector<float> scores(3);
  EXPECT_EQ(rows.read(0, 1, scores), 0);
  EXPECT_EQ(scores[0], -1.0f);
  EXPECT_EQ(scores[1], 24.0f);
  EXPECT_TRUE(std::isnan(scores[2]));
}

TEST(ScoreRows, CountWhatFloatCannotHold) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 4;
  spec.height = 1;
  spec.band_count = 1;
  spec.type = GDT_Float64;
  const double infinity = std::numeric_limits<double>::infinity();
  write_scene(folder / "in.tif", spec, [&](int, int x, int) {
    return x == 0 ? 0.1 : x == 1 ? 0.5 : x == 2 ? infinity : std::nan("");
  });
  ScoreRows rows(folder / "in.tif", 1, 1);
  std::vector<float> scores(4);
  EXPECT_EQ(rows.read(0, 1, scores), 1);
  EXPECT_TRUE(std::isinf(scores[2]) && std::isnan(scores[3]));
}

TEST(ScoreRows, RefuseBandsThatAreNotThereAndComplexOnes) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.type = GDT_CFloat32;
  write_scene(folder / "in.tif", spec, [](int, int, int) { return 1.0; });
  EXPECT_THROW(ScoreRows(folder / "in.tif", 3, 1), InputError);
  EXPECT_THROW(ScoreRows(folder / "in.tif", 1, 1), InputError);
  EXPECT_THROW(ScoreRows(folder / "none.tif", 1, 1), InputError);
}

}  // namespace
}  // namespace groundshift::test

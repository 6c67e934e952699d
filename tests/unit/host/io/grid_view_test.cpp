// SPDX-License-Identifier: Apache-2.0
// Pixels of a raster on a grid: as they are, reduced, at an offset, warped, with holes.
#include "host/io/grid_view.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

using test::SceneSpec;
using test::TemporaryFolder;
using test::write_scene;

SceneSpec spec_of(int width, int height, int bands = 1) {
  SceneSpec spec;
  spec.width = width;
  spec.height = height;
  spec.band_count = bands;
  spec.type = GDT_Float32;
  spec.creation_options = {};
  return spec;
}

Grid grid_of_file(const std::string& path) { return describe_raster(path).grid; }

double ramp(int band, int x, int y) { return 1000.0 * band + 10.0 * y + x; }

TEST(GridView, ReadsItsOwnPixelsAndTheirMeans) {
  const TemporaryFolder folder;
  write_scene(folder / "a.tif", spec_of(8, 4, 2), ramp);
  const GridView view(folder / "a.tif", grid_of_file(folder / "a.tif"));
  EXPECT_FALSE(view.warped());
  const ViewPixels same = view.read({2, 1, 3, 2}, 3, 2, {2, 1});
  EXPECT_EQ(same.bands[0], (std::vector<float>{1012, 1013, 1014, 1022, 1023, 1024}));
  EXPECT_EQ(same.bands[1][0], 12.0f);
  const ViewPixels half = view.read({0, 0, 8, 4}, 4, 2, {1});
  EXPECT_FLOAT_EQ(half.bands[0][0], (0 + 1 + 10 + 11) / 4.0f);
  EXPECT_EQ(view.read({0, 0, 8, 4}, 4, 2, {1}, ViewSampling::nearest).bands[0][0], 11.0f);
}

TEST(GridView, TakesMeansOverBlocksAndHolesWithoutOverviews) {
  const TemporaryFolder folder;
  SceneSpec spec = spec_of(300, 280, 2);
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"};
  spec.nodata = 0.0;
  const auto value = [](int band, int x, int y) {
    return (x * 7 + y * 13) % 5 == 0 ? 0.0 : 1.0 + band + x % 11 + y % 3;
  };
  write_scene(folder / "a.tif", spec, value);
  const GridView view(folder / "a.tif", grid_of_file(folder / "a.tif"));
  const PixelRect window{7, 5, 290, 271};
  const ViewPixels pixels = view.read(window, 41, 30, {2, 1});
  for (const int x : {0, 1, 17, 40}) {
    for (const int y : {0, 9, 29}) {
      double sum = 0.0;
      int count = 0;
      for (int row = 0; row < window.height; ++row) {
        for (int column = 0; column < window.width; ++column) {
          if (column * 41 / window.width != x || row * 30 / window.height != y) continue;
          const double v = value(1, int(window.x) + column, int(window.y) + row);
          if (v == 0.0) continue;
          sum += v;
          ++count;
        }
      }
      ASSERT_GT(count, 0);
      EXPECT_NEAR(pixels.bands[0][std::size_t(y * 41 + x)], sum / count, 1e-4) << x << ", " << y;
    }
  }
}

TEST(GridView, FollowsAnOffsetAndLeavesWhatLiesOutsideEmpty) {
  const TemporaryFolder folder;
  write_scene(folder / "a.tif", spec_of(8, 4), ramp);
  Grid grid = grid_of_file(folder / "a.tif");
  grid.width = 10;
  ViewOptions options;
  options.offset = {-2, 1};
  const GridView view(folder / "a.tif", grid, options);
  const ViewPixels pixels = view.read({1, 1, 3, 1}, 3, 1, {1});
  EXPECT_TRUE(std::isnan(pixels.bands[0][0]));
  EXPECT_EQ(pixels.bands[0][1], 20.0f);  // grid (2, 1) is raster (0, 2)
  EXPECT_EQ(pixels.bands[0][2], 21.0f);
  EXPECT_TRUE(std::isnan(view.read({0, 3, 1, 1}, 1, 1, {1}).bands[0][0]));
}

TEST(GridView, DropsNodataOfTheFileOrOfTheCaller) {
  const TemporaryFolder folder;
  SceneSpec spec = spec_of(3, 1);
  spec.nodata = 1.0;
  write_scene(folder / "a.tif", spec, ramp);
  const Grid grid = grid_of_file(folder / "a.tif");
  const ViewPixels own = GridView(folder / "a.tif", grid).read({0, 0, 3, 1}, 3, 1, {1});
  EXPECT_EQ(own.bands[0][0], 0.0f);
  EXPECT_TRUE(std::isnan(own.bands[0][1]));
  ViewOptions options;
  options.nodata = {2.0};
  const ViewPixels other = GridView(folder / "a.tif", grid, options).read({0, 0, 3, 1}, 3, 1, {1});
  EXPECT_EQ(other.bands[0][1], 1.0f);
  EXPECT_TRUE(std::isnan(other.bands[0][2]));
}

TEST(GridView, DropsWhatAnAlphaBandHides) {
  const TemporaryFolder folder;
  SceneSpec spec = spec_of(2, 1, 4);
  spec.type = GDT_Byte;
  spec.creation_options = {"PHOTOMETRIC=RGB", "ALPHA=YES"};
  write_scene(folder / "a.tif", spec, [](int band, int x, int) { return band < 3 ? 7.0 : 255.0 * x; });
  const ViewPixels pixels =
      GridView(folder / "a.tif", grid_of_file(folder / "a.tif")).read({0, 0, 2, 1}, 2, 1, {1, 2, 3});
  EXPECT_TRUE(std::isnan(pixels.bands[2][0]));
  EXPECT_EQ(pixels.bands[2][1], 7.0f);
}

TEST(GridView, WarpsOntoAShiftedGrid) {
  const TemporaryFolder folder;
  write_scene(folder / "a.tif", spec_of(8, 8), ramp);
  Grid grid = grid_of_file(folder / "a.tif");
  (*grid.geotransform)[0] += 5.0;  // half a pixel to the east
  const GridView view(folder / "a.tif", grid);
  EXPECT_TRUE(view.warped());
  const ViewPixels pixels = view.read({2, 2, 2, 1}, 2, 1, {1});
  EXPECT_NEAR(pixels.bands[0][0], 22.5, 1e-3);
  EXPECT_NEAR(pixels.bands[0][1], 23.5, 1e-3);
  EXPECT_NEAR(view.read({2, 2, 4, 4}, 2, 2, {1}).bands[0][0], 28.0, 0.6) << "a mean around (3.5, 3.0)";
}

TEST(GridView, WarpsNodataToNothing) {
  const TemporaryFolder folder;
  SceneSpec spec = spec_of(6, 6);
  spec.nodata = -1.0;
  write_scene(folder / "a.tif", spec, [](int, int x, int) { return x < 3 ? -1.0 : 5.0; });
  Grid grid = grid_of_file(folder / "a.tif");
  (*grid.geotransform)[3] -= 2.5;
  const ViewPixels pixels = GridView(folder / "a.tif", grid).read({0, 1, 6, 1}, 6, 1, {1});
  EXPECT_TRUE(std::isnan(pixels.bands[0][0]));
  EXPECT_EQ(pixels.bands[0][5], 5.0f);
}

TEST(GridView, TellsTheScaleOfStoredScores) {
  const TemporaryFolder folder;
  SceneSpec spec = spec_of(2, 1);
  spec.type = GDT_Byte;
  write_scene(folder / "a.tif", spec, [](int, int x, int) { return 10.0 + x; });
  {
    const test::OpenDataset raster(GDALDataset::FromHandle(GDALOpen((folder / "a.tif").c_str(), GA_Update)));
    raster->GetRasterBand(1)->SetScale(0.5);
  }
  ViewOptions options;
  options.scaled = true;
  const Grid grid = grid_of_file(folder / "a.tif");
  EXPECT_EQ(GridView(folder / "a.tif", grid, options).read({0, 0, 2, 1}, 2, 1, {1}).bands[0][1], 5.5f);
  EXPECT_EQ(GridView(folder / "a.tif", grid).read({0, 0, 2, 1}, 2, 1, {1}).bands[0][1], 11.0f);
}

TEST(GridView, RefusesWhatCannotLieOnTheGrid) {
  const TemporaryFolder folder;
  SceneSpec spec = spec_of(4, 4);
  write_scene(folder / "grid.tif", spec, ramp);
  spec.geotransform.reset();
  spec.crs.clear();
  spec.width = 5;
  write_scene(folder / "a.tif", spec, ramp);
  const Grid grid = grid_of_file(folder / "grid.tif");
  EXPECT_THROW(GridView(folder / "a.tif", grid), InputError);
  EXPECT_THROW(GridView(folder / "none.tif", grid), InputError);
  EXPECT_THROW(GridView(folder / "grid.tif", grid).read({0, 0, 4, 4}, 4, 4, {2}), InputError);
}

}  // namespace
}  // namespace groundshift

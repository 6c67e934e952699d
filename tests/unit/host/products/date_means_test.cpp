// SPDX-License-Identifier: Apache-2.0
// Pictures of tiles that pass by against those read from the files, for every tiling, and when none is made.
#include "host/products/date_means.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "host/base/parallel_for.hpp"
#include "host/products/report_pictures.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int32_t kSide = 128;
constexpr std::int64_t kEnough = std::int64_t{1} << 30;

class DateMeansTest : public ::testing::Test {
 protected:
  DateMeansTest() {
    spec_.width = 530;
    spec_.height = 300;
    spec_.band_count = 4;
    spec_.type = GDT_UInt16;
    spec_.nodata = 3.0;
    options_.out = folder_ / "out.tif";
    options_.method.scores = {ScoreName::cva};
    options_.method.normalize = NormalizationKind::none;
    options_.resources = {BackendChoice::cpu, 0, 2, std::int64_t{1} << 30, kAutoTile};
    options_.before = date("before.tif", 1);
    options_.after = date("after.tif", 2);
  }

  static double pixel(int seed, int band, int x, int y) {
    // Nodata in one band alone, in blocks that fill whole picture pixels too.
    if (band == 1 && (x * 7 + y * 3 + seed) % 11 == 0) return 3.0;
    if (band == 2 && x > 100 && x < 140 && y > 50 && y < 90) return 3.0;
    return 40.0 * texture(static_cast<std::uint64_t>(seed), band, x, y);
  }
  std::string date(const std::string& name, int seed) {
    write_scene(folder_ / name, spec_, [seed](int b, int x, int y) { return pixel(seed, b, x, y); });
    return folder_ / name;
  }

  /// Both dates in tiles of this size, with a halo, on several threads.
  DateMeans seen(std::int32_t tile_side, std::int64_t most_bytes = kEnough, bool on_host = true) {
    Warnings warnings;
    const DetectPlan plan = plan_detect(options_, warnings);
    DateMeansMaker maker(plan, kSide, most_bytes);
    const auto &before_bands = plan.before.selection.bands, &after_bands = plan.after.selection.bands;
    std::vector<Window> tiles;
    for (std::int32_t y = 0; y < spec_.height; y += tile_side) {
      for (std::int32_t x = 0; x < spec_.width; x += tile_side) {
        tiles.push_back({x, y, std::min(tile_side, spec_.width - x), std::min(tile_side, spec_.height - y)});
      }
    }
    parallel_for(static_cast<std::int64_t>(tiles.size()), 3, {}, [&](std::int64_t i, int) {
      const Window& core = tiles[static_cast<std::size_t>(i)];
      constexpr std::int32_t kHalo = 2;
      PairTile tile;
      tile.type = plan.type;
      tile.width = core.width + 2 * kHalo;
      tile.height = core.height + 2 * kHalo;
      tile.band_count = plan.band_count;
      tile.row_pitch = tile.width + 5;
      tile.band_pitch = tile.row_pitch * tile.height;
      tile.core = {kHalo, kHalo, core.width, core.height};
      std::vector<std::uint16_t> before(static_cast<std::size_t>(tile.band_pitch * tile.band_count), 9), after = before;
      for (std::size_t b = 0; b < before_bands.size(); ++b) {
        for (std::int32_t y = 0; y < core.height; ++y) {
          for (std::int32_t x = 0; x < core.width; ++x) {
            const std::size_t at = b * static_cast<std::size_t>(tile.band_pitch) +
                                   static_cast<std::size_t>((y + kHalo) * tile.row_pitch + x + kHalo);
            before[at] = static_cast<std::uint16_t>(pixel(1, before_bands[b] - 1, core.x + x, core.y + y));
            after[at] = static_cast<std::uint16_t>(pixel(2, after_bands[b] - 1, core.x + x, core.y + y));
          }
        }
      }
      if (on_host) {
        tile.before = before.data();
        tile.after = after.data();
      }
      maker.see(core, tile);
    });
    return maker.take();
  }

  void expect_as_read(const std::optional<DateMeans::Date>& date, const std::string& path) {
    ASSERT_TRUE(date.has_value());
    const Grid grid = describe_raster(path).grid;
    const ViewPixels read =
        GridView(path, grid)
            .read({0, 0, grid.width, grid.height}, date->pixels.width, date->pixels.height, date->shown);
    ASSERT_EQ(read.bands.size(), date->pixels.bands.size());
    std::size_t holes = 0;
    for (std::size_t b = 0; b < read.bands.size(); ++b) {
      for (std::size_t i = 0; i < read.bands[b].size(); ++i) {
        const float want = read.bands[b][i], got = date->pixels.bands[b][i];
        ASSERT_TRUE(want == got || (std::isnan(want) && std::isnan(got))) << b << ", " << i;
        holes += std::isnan(want) ? 1 : 0;
      }
    }
    EXPECT_GT(holes, 0u);
  }

  TemporaryFolder folder_;
  SceneSpec spec_;
  DetectOptions options_;
};

TEST_F(DateMeansTest, AreThoseOfTheFilesForEveryTiling) {
  for (const std::int32_t side : {64, 97, 256, 1000}) {
    const DateMeans means = seen(side);
    ASSERT_TRUE(means.before.has_value());
    EXPECT_EQ(means.before->shown, (std::vector<std::int32_t>{1, 2, 3}));
    EXPECT_EQ(means.before->pixels.width, kSide);
    expect_as_read(means.before, options_.before);
    expect_as_read(means.after, options_.after);
  }
}

TEST_F(DateMeansTest, TakeTheBandsInTheOrderOfTheScore) {
  options_.before_bands = options_.after_bands = {"4", "2", "3"};
  const DateMeans means = seen(128);
  ASSERT_TRUE(means.after.has_value());
  EXPECT_EQ(means.after->shown, (std::vector<std::int32_t>{4, 2, 3}));
  expect_as_read(means.before, options_.before);
  expect_as_read(means.after, options_.after);
}

TEST_F(DateMeansTest, AreNotMadeWhereThePageReadsAnotherPicture) {
  EXPECT_FALSE(seen(256, 1000).before.has_value());            // no room
  EXPECT_FALSE(seen(256, kEnough, false).before.has_value());  // on a device alone
  spec_.band_count = 3;
  spec_.descriptions = {"nir", "green", "red"};
  date("after.tif", 2);
  options_.before_bands = options_.after_bands = {"2", "3"};
  EXPECT_TRUE(seen(256).after.has_value());  // one band each, as two are no picture
  {
    const OpenDataset file(GDALDataset::FromHandle(GDALOpen(options_.after.c_str(), GA_Update)));
    int levels[] = {2};
    ASSERT_EQ(file->BuildOverviews("AVERAGE", 1, levels, 0, nullptr, nullptr, nullptr), CE_None);
  }
  const DateMeans with_overviews = seen(256);
  EXPECT_TRUE(with_overviews.before.has_value());
  EXPECT_FALSE(with_overviews.after.has_value());
}

TEST_F(DateMeansTest, AreNotMadeOfFloats) {
  spec_.type = GDT_Float32;
  date("before.tif", 1);
  Warnings warnings;
  const DetectPlan plan = plan_detect(options_, warnings);
  EXPECT_FALSE(DateMeansMaker(plan, kSide, kEnough).take().before.has_value());
}

}  // namespace
}  // namespace groundshift::test

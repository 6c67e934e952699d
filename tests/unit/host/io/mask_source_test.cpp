// SPDX-License-Identifier: Apache-2.0
// Masks on the output grid: any grid, any window, dilation against brute force.
#include "host/io/mask_source.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/host/geo/grids.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

SceneSpec mask_scene(int width, int height, std::array<double, 6> transform, GDALDataType type = GDT_Byte) {
  SceneSpec spec;
  spec.width = width;
  spec.height = height;
  spec.band_count = 1;
  spec.type = type;
  spec.creation_options = {"COMPRESS=DEFLATE"};
  spec.geotransform = transform;
  return spec;
}

Grid output_grid(int width = 60, int height = 50) {
  return grid_on("EPSG:32633", width, height, {500000, 10, 0, 5000000, 0, -10});
}

struct Seen {
  std::vector<std::uint8_t> verdicts;
  MaskCounts counts;
};

Seen see(MaskSource& mask, const Window& w) {
  Seen seen;
  seen.verdicts.assign(static_cast<std::size_t>(pixel_count(w)), 9);
  seen.counts = mask.read(w, seen.verdicts.data(), w.width);
  return seen;
}

MaskSource mask_of(const std::string& text, const Grid& grid) {
  Warnings warnings;
  return MaskSource(parse_mask(text, "--mask"), grid, warnings);
}

TEST(MaskSource, ReadsHandListedPixelsOfItsOwnGrid) {
  const TemporaryFolder folder;
  const std::string path = folder / "scl.tif";
  const int values[3][4] = {{0, 4, 8, 11}, {5, 9, 10, 6}, {3, 7, 2, 1}};
  write_scene(path, mask_scene(4, 3, {500000, 10, 0, 5000000, 0, -10}),
              [&](int, int x, int y) { return values[y][x]; });
  MaskSource mask = mask_of(path + ":scl", output_grid(4, 3));
  EXPECT_EQ(mask.placement().relation, GridRelation::equal);
  const Seen seen = see(mask, {0, 0, 4, 3});
  EXPECT_EQ(seen.verdicts, (std::vector<std::uint8_t>{1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1}));
  EXPECT_EQ(seen.counts.masked, 6);
  EXPECT_EQ(seen.counts.uncovered, 0);
}

TEST(MaskSource, TakesTheNearestPixelOfAnotherGrid) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  // 20 m pixels from (500005, 5000005): output pixel i lies (10 i) / 20 into it, the half steps upwards.
  write_scene(path, mask_scene(40, 40, {500005, 20, 0, 4999995, 0, -20}),
              [](int, int x, int y) { return texture(3, 0, x, y) < 100 ? 0 : 255; });
  MaskSource mask = mask_of(path, output_grid());
  EXPECT_EQ(mask.placement().relation, GridRelation::resampled);
  const Seen seen = see(mask, {0, 0, 60, 50});
  std::int64_t masked = 0;
  for (int y = 0; y < 50; ++y) {
    for (int x = 0; x < 60; ++x) {
      // Corner-counted source position of the centre (10 x + 5 - 5) / 20.
      const bool want = texture(3, 0, x / 2, y / 2) < 100;
      masked += want;
      ASSERT_EQ(seen.verdicts[static_cast<std::size_t>(y) * 60 + x], want ? 1 : 0) << x << "," << y;
    }
  }
  EXPECT_EQ(seen.counts.masked, masked);
}

TEST(MaskSource, IsTheSameInEveryWindowThroughAReprojection) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  SceneSpec spec = mask_scene(300, 300, {14.99, 0.0001, 0, 45.155, 0, -0.0001});
  spec.crs = "EPSG:4326";
  write_scene(path, spec, [](int, int x, int y) { return texture(5, 0, x / 7, y / 5) < 40 ? 0 : 1; });
  MaskSource mask = mask_of(path + ":dilate=25m", output_grid(200, 180));
  EXPECT_EQ(mask.placement().relation, GridRelation::resampled);
  const Seen whole = see(mask, {0, 0, 200, 180});
  EXPECT_GT(whole.counts.masked, 1000);
  EXPECT_LT(whole.counts.masked, 36000);
  std::int64_t masked = 0, uncovered = 0;
  for (int y = 0; y < 180; y += 47) {
    for (int x = 0; x < 200; x += 61) {
      const Window w{x, y, std::min(61, 200 - x), std::min(47, 180 - y)};
      const Seen part = see(mask, w);
      masked += part.counts.masked;
      uncovered += part.counts.uncovered;
      for (int j = 0; j < w.height; ++j) {
        for (int i = 0; i < w.width; ++i) {
          ASSERT_EQ(part.verdicts[static_cast<std::size_t>(j) * w.width + i],
                    whole.verdicts[static_cast<std::size_t>(y + j) * 200 + x + i]);
        }
      }
    }
  }
  EXPECT_EQ(masked, whole.counts.masked);
  EXPECT_EQ(uncovered, whole.counts.uncovered);
}

TEST(MaskSource, SaysWhatItDoesNotCover) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  // Covers output columns 2 and 3 of 6, all rows; column 3 masked.
  write_scene(path, mask_scene(2, 3, {500020, 10, 0, 5000000, 0, -10}), [](int, int x, int) { return x == 1 ? 0 : 1; });
  MaskSource mask = mask_of(path, output_grid(6, 1));
  Seen seen = see(mask, {0, 0, 6, 1});
  EXPECT_EQ(seen.verdicts, (std::vector<std::uint8_t>{1, 1, 0, 1, 1, 1}));
  EXPECT_EQ(seen.counts.uncovered, 4);
  EXPECT_EQ(seen.counts.masked, 5);
  MaskSource open = mask_of(path + ":outside=clear", output_grid(6, 1));
  seen = see(open, {0, 0, 6, 1});
  EXPECT_EQ(seen.verdicts, (std::vector<std::uint8_t>{0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(seen.counts.uncovered, 4);
  // What is not covered does not grow, what is masked does, also past the file's edge.
  MaskSource grown = mask_of(path + ":dilate=1px:outside=clear", output_grid(6, 1));
  EXPECT_EQ(see(grown, {0, 0, 6, 1}).verdicts, (std::vector<std::uint8_t>{0, 0, 1, 1, 1, 0}));
  Warnings warnings;
  MaskSource elsewhere(parse_mask(path, "--mask"), grid_on("EPSG:32633", 6, 1, {600000, 10, 0, 5000000, 0, -10}),
                       warnings);
  ASSERT_EQ(warnings.list().size(), 1u);
  EXPECT_EQ(warnings.list()[0].code, "mask_elsewhere");
  EXPECT_EQ(see(elsewhere, {0, 0, 6, 1}).counts.uncovered, 6);
}

TEST(MaskSource, GrowsByDiscsAsBruteForceDoes) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  const auto is_masked = [](int x, int y) { return texture(11, 0, x, y) < 4; };
  write_scene(path, mask_scene(60, 50, {500000, 10, 0, 5000000, 0, -10}),
              [&](int, int x, int y) { return is_masked(x, y) ? 0 : 1; });
  for (const auto& [word, radius] :
       {std::pair{"1px", 1.0}, {"2.5px", 2.5}, {"3px", 3.0}, {"30m", 3.0}, {"7.2px", 7.2}, {"0px", 0.0}}) {
    MaskSource mask = mask_of(path + ":dilate=" + word, output_grid());
    const Seen seen = see(mask, {0, 0, 60, 50});
    for (int y = 0; y < 50; ++y) {
      for (int x = 0; x < 60; ++x) {
        bool want = false;
        for (int v = 0; v < 50; ++v) {
          for (int u = 0; u < 60; ++u) want |= is_masked(u, v) && std::hypot(u - x, v - y) <= radius;
        }
        ASSERT_EQ(seen.verdicts[static_cast<std::size_t>(y) * 60 + x], want) << word << " at " << x << "," << y;
      }
    }
  }
}

TEST(MaskSource, GrowsFromBeyondTheOutput) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  // One masked pixel, two columns left of the output.
  write_scene(path, mask_scene(20, 1, {499950, 10, 0, 5000000, 0, -10}),
              [](int, int x, int) { return x == 3 ? 0 : 1; });
  MaskSource mask = mask_of(path + ":dilate=3px", output_grid(5, 1));
  EXPECT_EQ(see(mask, {0, 0, 5, 1}).verdicts, (std::vector<std::uint8_t>{1, 1, 0, 0, 0}));
}

TEST(MaskSource, StretchesMetresOverUnequalPixels) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  write_scene(path, mask_scene(9, 9, {500000, 10, 0, 5000000, 0, -20}),
              [](int, int x, int y) { return x == 4 && y == 4 ? 0 : 1; });
  const Grid grid = grid_on("EPSG:32633", 9, 9, {500000, 10, 0, 5000000, 0, -20});
  MaskSource mask = mask_of(path + ":dilate=20m", grid);
  EXPECT_EQ(mask.margin_x(), 2);
  EXPECT_EQ(mask.margin_y(), 1);
  EXPECT_EQ(see(mask, {0, 0, 9, 9}).counts.masked, 7);  // 5 in its row, 1 above, 1 below
}

TEST(MaskSource, ReadsMuchFinerMasksInParts) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  // 3200 x 3000 pixels of 0.2 m under 64 x 60 of 10 m: more than are read at once.
  SceneSpec spec = mask_scene(3200, 3000, {500000, 0.2, 0, 5000000, 0, -0.2});
  write_scene(path, spec, [](int, int x, int y) { return (x / 50 + y / 50) % 3 == 0 ? 0 : 7; });
  MaskSource mask = mask_of(path, output_grid(64, 60));
  const Seen seen = see(mask, {0, 0, 64, 60});
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 64; ++x) ASSERT_EQ(seen.verdicts[static_cast<std::size_t>(y) * 64 + x], (x + y) % 3 == 0);
  }
}

TEST(MaskSource, RefusesWhatCannotBeJudged) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tif";
  write_scene(path, mask_scene(4, 4, {500000, 10, 0, 5000000, 0, -10}, GDT_Float32), [](int, int, int) { return 1; });
  const auto refusal = [&](const std::string& text, const Grid& grid) -> std::string {
    try {
      mask_of(text, grid);
    } catch (const InputError& e) {
      return describe(static_cast<const std::exception&>(e));
    } catch (const Error& e) {
      return e.kind() == ErrorKind::input ? describe(static_cast<const std::exception&>(e)) : "another kind";
    }
    return "not refused";
  };
  EXPECT_THAT(refusal(path + ":udm2", output_grid()), HasSubstr("band 8"));
  EXPECT_THAT(refusal(path + ":bits=1", output_grid()), HasSubstr("Float32"));
  EXPECT_THAT(refusal(folder / "none.tif", output_grid()), HasSubstr("no such file"));
  EXPECT_THAT(refusal(path + ":dilate=513px", output_grid()), HasSubstr("512"));
  Grid bare;
  bare.width = bare.height = 4;
  EXPECT_THAT(refusal(path, bare), HasSubstr("georeference"));
  const std::string plain = folder / "plain.tif";
  SceneSpec spec = mask_scene(4, 4, {0, 1, 0, 0, 0, 1});
  spec.geotransform.reset();
  spec.crs.clear();
  write_scene(plain, spec, [](int, int x, int) { return x; });
  EXPECT_THAT(refusal(plain, output_grid()), HasSubstr("georeference"));
  EXPECT_THAT(refusal(plain + ":dilate=10m", bare), HasSubstr("dilate=3px"));
  MaskSource pixels = mask_of(plain, bare);
  EXPECT_EQ(see(pixels, {0, 0, 2, 1}).verdicts, (std::vector<std::uint8_t>{1, 0}));
}

}  // namespace
}  // namespace groundshift::test

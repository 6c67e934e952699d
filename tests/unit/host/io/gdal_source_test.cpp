// SPDX-License-Identifier: Apache-2.0
// Decoding through GDAL: pixel types, layouts, the rules of validity, damage, many threads.
#include "host/io/raster_source.hpp"

#include <atomic>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

using ::testing::HasSubstr;

int value_at(int band, int x, int y) { return (x * 3 + y * 7 + band * 40) % 125; }
double scene_value(int band, int x, int y) { return value_at(band, x, y); }

struct Decoded {
  std::vector<float> pixels;
  std::vector<std::uint8_t> valid;
};

/// A window decoded as float32, bands one after the other.
Decoded decode(RasterSource& source, const Window& w, std::size_t band_count) {
  const auto count = static_cast<std::size_t>(pixel_count(w));
  Decoded d{std::vector<float>(count * band_count, -1.0f), std::vector<std::uint8_t>(count, 9)};
  source.decode(w, d.pixels.data(), w.width, static_cast<std::ptrdiff_t>(count), d.valid.data());
  return d;
}

std::unique_ptr<RasterSource> open(const std::string& path, const SourceSelection& selection, Warnings& warnings) {
  return make_gdal_source(describe_raster(path), selection, warnings);
}

SourceSelection as_float(std::vector<std::int32_t> bands) {
  return {std::move(bands), PixelType::f32, std::nullopt, false};
}

struct Layout {
  const char* name;
  std::vector<std::string> options;
};
class GdalSourceLayout : public ::testing::TestWithParam<Layout> {};

TEST_P(GdalSourceLayout, DecodesEveryTypeInAnyWindow) {
  for (const GDALDataType type : {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32, GDT_Float64}) {
    const TemporaryFolder folder;
    SceneSpec spec;
    spec.band_count = 3;
    spec.type = type;
    spec.creation_options = GetParam().options;
    write_scene(folder / "in.tif", spec, scene_value);
    Warnings warnings;
    const auto source = open(folder / "in.tif", as_float({3, 1}), warnings);
    std::mt19937 random(3);
    for (int i = 0; i < 8; ++i) {
      const auto x = static_cast<std::int32_t>(random() % 300), y = static_cast<std::int32_t>(random() % 280);
      const Window w{x, y, 1 + static_cast<std::int32_t>(random() % (300 - x)),
                     1 + static_cast<std::int32_t>(random() % (280 - y))};
      const Decoded d = decode(*source, w, 2);
      for (std::int32_t r = 0; r < w.height; ++r) {
        for (std::int32_t c = 0; c < w.width; ++c) {
          const std::size_t at = static_cast<std::size_t>(r) * w.width + c;
          ASSERT_EQ(d.pixels[at], value_at(2, x + c, y + r)) << GDALGetDataTypeName(type);
          ASSERT_EQ(d.pixels[d.valid.size() + at], value_at(0, x + c, y + r)) << GDALGetDataTypeName(type);
          ASSERT_EQ(d.valid[at], 1);
        }
      }
    }
    EXPECT_TRUE(warnings.list().empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, GdalSourceLayout,
                         ::testing::Values(Layout{"Strips", {}}, Layout{"TilesByPixel", {"TILED=YES", "COMPRESS=LZW"}},
                                           Layout{"TilesByBand",
                                                  {"TILED=YES", "INTERLEAVE=BAND", "BLOCKXSIZE=32", "BLOCKYSIZE=48"}}),
                         [](const auto& layout) { return layout.param.name; });

TEST(GdalSource, UnitsAreWholeBlocksOfAtLeastACell) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 1000;
  spec.height = 900;
  spec.band_count = 1;
  const auto units = [&](const std::vector<std::string>& options) {
    spec.creation_options = options;
    write_scene(folder / "in.tif", spec, scene_value);
    Warnings warnings;
    const auto source = open(folder / "in.tif", {{1}, PixelType::u8, std::nullopt, false}, warnings);
    return std::pair{source->unit_width(), source->unit_height()};
  };
  EXPECT_EQ(units({"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=96"}), (std::pair{256, 288}));
  EXPECT_EQ(units({"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512"}), (std::pair{512, 512}));
  EXPECT_EQ(units({"BLOCKYSIZE=3"}), (std::pair{1000, 258}));
  EXPECT_EQ(units({"BLOCKYSIZE=900", "COMPRESS=LZW"}), (std::pair{1000, 900}));
}

TEST(GdalSource, AnySelectedBandAtItsNodataMakesThePixelInvalid) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 64;
  spec.height = 16;
  spec.nodata = 3.0;
  spec.creation_options.clear();
  // Band 1 is 3 in column 5, band 2 in row 2.
  write_scene(folder / "in.tif", spec,
              [](int b, int x, int y) { return (b == 0 && x == 5) || (b == 1 && y == 2) ? 3.0 : 9.0; });
  Warnings warnings;
  const Window all{0, 0, 64, 16};
  const auto valid_of = [&](SourceSelection selection) {
    std::int64_t count = 0;
    for (const std::uint8_t v :
         decode(*open(folder / "in.tif", selection, warnings), all, selection.bands.size()).valid)
      count += v;
    return count;
  };
  constexpr std::int64_t kAll = 64 * 16;
  EXPECT_EQ(valid_of(as_float({1})), kAll - 16);
  EXPECT_EQ(valid_of(as_float({2})), kAll - 64);
  EXPECT_EQ(valid_of(as_float({1, 2})), kAll - 16 - 64 + 1);
  EXPECT_EQ(valid_of({{1, 2}, PixelType::f32, 9.0, false}), 1);  // another nodata replaces the file's: 3 is valid now
  EXPECT_EQ(valid_of({{1, 2}, PixelType::f32, std::nullopt, true}), kAll);
}

TEST(GdalSource, RespectsAlphaAndMaskBands) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 64;
  spec.height = 16;
  spec.band_count = 4;
  spec.creation_options = {"PHOTOMETRIC=RGB", "ALPHA=YES"};
  write_scene(folder / "alpha.tif", spec, [](int b, int x, int) { return b == 3 ? (x < 20 ? 0.0 : 255.0) : 50.0; });
  spec.band_count = 1;
  spec.creation_options.clear();
  write_scene(folder / "mask.tif", spec, scene_value);
  {
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    OpenDataset masked(GDALDataset::Open((folder / "mask.tif").c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
    ASSERT_EQ(masked->CreateMaskBand(GMF_PER_DATASET), CE_None);
    std::vector<std::uint8_t> mask(64 * 16, 255);
    std::fill_n(mask.begin(), 64, std::uint8_t{0});
    ASSERT_EQ(masked->GetRasterBand(1)->GetMaskBand()->RasterIO(GF_Write, 0, 0, 64, 16, mask.data(), 64, 16, GDT_Byte,
                                                                0, 0, nullptr),
              CE_None);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", nullptr);
  }
  Warnings warnings;
  const Window all{0, 0, 64, 16};
  const Decoded alpha = decode(*open(folder / "alpha.tif", as_float({1, 2, 3}), warnings), all, 3);
  const Decoded mask = decode(*open(folder / "mask.tif", as_float({1}), warnings), all, 1);
  for (int i = 0; i < 64 * 16; ++i) {
    ASSERT_EQ(alpha.valid[i], i % 64 < 20 ? 0 : 1) << i;
    ASSERT_EQ(mask.valid[i], i < 64 ? 0 : 1) << i;
  }
}

TEST(GdalSource, TellsOfRoundedValuesOnceABand) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = spec.height = 600;
  spec.band_count = 2;
  spec.type = GDT_Float64;
  write_scene(folder / "in.tif", spec, [](int b, int x, int) { return b == 0 ? 0.1 * x : 0.5 * x; });
  Warnings warnings;
  const auto source = open(folder / "in.tif", as_float({1, 2}), warnings);
  for (int y = 0; y < 600; y += 200) decode(*source, {0, y, 600, 200}, 2);
  const std::vector<Warning> list = warnings.list();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].code, "inexact_values");
  EXPECT_THAT(list[0].message, HasSubstr("band 1"));
}

TEST(GdalSource, NamesBandAndBlockOfDamage) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = spec.height = 512;
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128", "COMPRESS=DEFLATE", "INTERLEAVE=BAND"};
  write_scene(folder / "in.tif", spec, [](int b, int x, int y) { return texture(1, b, x, y); });
  corrupt_block(folder / "in.tif", 2, 3, 1);
  Warnings warnings;
  const auto source = open(folder / "in.tif", {{1, 2}, PixelType::u8, std::nullopt, false}, warnings);
  std::vector<std::uint8_t> pixels(2 * 512 * 512), valid(512 * 512);
  try {
    source->decode({0, 0, 512, 512}, pixels.data(), 512, 512 * 512, valid.data());
    FAIL() << "damage was not seen";
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("in.tif"));
    EXPECT_THAT(e.what(), HasSubstr("band 2"));
    EXPECT_THAT(e.what(), HasSubstr("block (3,1)"));
  }
  EXPECT_NO_THROW(source->decode({0, 256, 512, 256}, pixels.data(), 512, 512 * 512, valid.data()));
}

TEST(GdalSource, GivesManyThreadsTheSamePixels) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.type = GDT_UInt16;
  write_scene(folder / "in.tif", spec, scene_value);
  Warnings warnings;
  const auto source = open(folder / "in.tif", as_float({1, 2}), warnings);
  const Decoded expected = decode(*source, {0, 0, 300, 280}, 2);
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 5; ++k) {
          const Decoded d = decode(*source, {0, 0, 300, 280}, 2);
          right += d.pixels == expected.pixels && d.valid == expected.valid ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 30);
}

}  // namespace
}  // namespace groundshift::test

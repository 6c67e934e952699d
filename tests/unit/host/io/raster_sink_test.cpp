// SPDX-License-Identifier: Apache-2.0
// What is written is what is read back: pixels of every type, georeference, metadata, options; or no file at all.
#include "host/io/raster_sink.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/pixel_hash.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kWidth = 333, kHeight = 271;
constexpr std::array<double, 6> kRotated = {400000.5, 1.75, 0.5, 5200000.25, 0.5, -1.75};

int value_at(int band, int x, int y) { return (x * 3 + y * 5 + band * 50) % 200; }

RasterSinkSpec spec_for(const std::string& path, PixelType type, std::int32_t bands, RasterFormat format) {
  RasterSinkSpec spec;
  spec.path = path;
  spec.format = format;
  spec.grid.width = kWidth;
  spec.grid.height = kHeight;
  spec.type = type;
  spec.band_count = bands;
  spec.threads = 2;
  return spec;
}

/// Writes value_at in windows of 100 x 64, the last ones first, from a buffer with padding.
void write_pixels(RasterSink& sink, PixelType type, std::int32_t bands) {
  for (std::int32_t y = (kHeight - 1) / 64 * 64; y >= 0; y -= 64) {
    for (std::int32_t x = (kWidth - 1) / 100 * 100; x >= 0; x -= 100) {
      const Window w{x, y, std::min(100, kWidth - x), std::min(64, kHeight - y)};
      with_pixel_type(type, [&](auto tag) {
        using T = typename decltype(tag)::type;
        const std::ptrdiff_t row_pitch = w.width + 3, band_pitch = row_pitch * w.height + 1;
        std::vector<T> pixels(static_cast<std::size_t>(band_pitch) * bands);
        for (int b = 0; b < bands; ++b) {
          for (int r = 0; r < w.height; ++r) {
            for (int c = 0; c < w.width; ++c)
              pixels[b * band_pitch + r * row_pitch + c] = static_cast<T>(value_at(b, x + c, y + r));
          }
        }
        sink.write(w, pixels.data(), row_pitch, band_pitch);
      });
    }
  }
}

std::size_t entry_count(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

using Form = std::tuple<PixelType, int, RasterFormat>;
class RasterSinkForm : public ::testing::TestWithParam<Form> {};

TEST_P(RasterSinkForm, IsReadBackAsWritten) {
  const auto [type, bands, format] = GetParam();
  const TemporaryFolder folder;
  {
    const auto sink = make_raster_sink(spec_for(folder / "out.tif", type, bands, format));
    write_pixels(*sink, type, bands);
    EXPECT_FALSE(fs::exists(folder / "out.tif"));
    const std::int64_t bytes = sink->commit();
    EXPECT_EQ(bytes, static_cast<std::int64_t>(fs::file_size(folder / "out.tif")));
  }
  EXPECT_EQ(entry_count(folder.path()), 1u);

  const OpenDataset back = open_quietly(folder / "out.tif");
  ASSERT_NE(back, nullptr);
  ASSERT_EQ(back->GetRasterCount(), bands);
  const std::string expected_type = name_of(type) == std::string("UInt8") ? "Byte" : name_of(type);
  for (int b = 0; b < bands; ++b) {
    EXPECT_EQ(GDALGetDataTypeName(back->GetRasterBand(b + 1)->GetRasterDataType()), expected_type);
    const BandPixels pixels = read_band(*back, b + 1);
    ASSERT_EQ(pixels.width, kWidth);
    ASSERT_EQ(pixels.height, kHeight);
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        ASSERT_EQ(pixels.values[static_cast<std::size_t>(y) * kWidth + x], value_at(b, x, y))
            << b << " " << x << "," << y;
      }
    }
  }
}

std::string name_of_form(const ::testing::TestParamInfo<Form>& form) {
  const auto [type, bands, format] = form.param;
  return std::string(name_of(type)) + "x" + std::to_string(bands) + (format == RasterFormat::cog ? "Cog" : "GTiff");
}
INSTANTIATE_TEST_SUITE_P(
    Forms, RasterSinkForm,
    ::testing::Combine(::testing::Values(PixelType::u8, PixelType::u16, PixelType::i16, PixelType::f32),
                       ::testing::Values(1, 3, 5), ::testing::Values(RasterFormat::cog, RasterFormat::gtiff)),
    name_of_form);

class RasterSinkFormat : public ::testing::TestWithParam<RasterFormat> {};
INSTANTIATE_TEST_SUITE_P(Formats, RasterSinkFormat, ::testing::Values(RasterFormat::cog, RasterFormat::gtiff));

TEST_P(RasterSinkFormat, KeepsGeoreferenceNodataAndMetadata) {
  const TemporaryFolder folder;
  SceneSpec scene;  // a rotated grid in UTM 33 to take the CRS from
  scene.geotransform = kRotated;
  write_scene(folder / "like.tif", scene, [](int, int, int) { return 1.0; });
  RasterSinkSpec spec = spec_for(folder / "out.tif", PixelType::f32, 1, GetParam());
  {
    const OpenDataset like = open_quietly(folder / "like.tif");
    const Grid grid = grid_of(*like);
    spec.grid.crs_wkt = grid.crs_wkt;
    spec.grid.geotransform = grid.geotransform;
  }
  spec.grid.pixel_is_point = true;
  spec.nodata = std::numeric_limits<double>::quiet_NaN();
  spec.band_descriptions = {"cva score"};
  spec.metadata = {{"GROUNDSHIFT_SCORE", "cva"}, {"GROUNDSHIFT_FIT_1", "gain=1.5 offset=-3"}};
  const auto sink = make_raster_sink(spec);
  write_pixels(*sink, PixelType::f32, 1);
  sink->set_statistics(1, {0.0, 199.0, 99.5, 57.25, 90000});
  sink->set_scale(1, 0.5, 2.0);
  sink->commit();

  const OpenDataset back = open_quietly(folder / "out.tif");
  const Grid grid = grid_of(*back);
  std::string why;
  EXPECT_TRUE(same_grid(grid, spec.grid, &why)) << why;
  EXPECT_EQ(grid.geotransform, spec.grid.geotransform);
  EXPECT_TRUE(grid.pixel_is_point);
  GDALRasterBand& band = *back->GetRasterBand(1);
  EXPECT_TRUE(std::isnan(band.GetNoDataValue()));
  EXPECT_STREQ(band.GetDescription(), "cva score");
  EXPECT_STREQ(back->GetMetadataItem("GROUNDSHIFT_SCORE"), "cva");
  EXPECT_STREQ(back->GetMetadataItem("GROUNDSHIFT_FIT_1"), "gain=1.5 offset=-3");
  EXPECT_STREQ(band.GetMetadataItem("STATISTICS_MINIMUM"), "0");
  EXPECT_STREQ(band.GetMetadataItem("STATISTICS_MAXIMUM"), "199");
  EXPECT_STREQ(band.GetMetadataItem("STATISTICS_MEAN"), "99.5");
  EXPECT_STREQ(band.GetMetadataItem("STATISTICS_STDDEV"), "57.25");
  // 90000 of 333 x 271 = 90243 pixels: 99.73 %.
  EXPECT_STREQ(band.GetMetadataItem("STATISTICS_VALID_PERCENT"), "99.73");
  EXPECT_EQ(band.GetScale(), 0.5);
  EXPECT_EQ(band.GetOffset(), 2.0);
  EXPECT_EQ(band.GetColorInterpretation(), GCI_GrayIndex);
}

TEST_P(RasterSinkFormat, NoCrsStaysNoCrs) {
  const TemporaryFolder folder;
  const auto sink = make_raster_sink(spec_for(folder / "out.tif", PixelType::u8, 1, GetParam()));
  write_pixels(*sink, PixelType::u8, 1);
  sink->commit();
  const OpenDataset back = open_quietly(folder / "out.tif");
  const Grid grid = grid_of(*back);
  EXPECT_EQ(grid.crs_wkt, "");
  EXPECT_EQ(grid.geotransform, std::nullopt);
  EXPECT_FALSE(grid.pixel_is_point);
}

TEST_P(RasterSinkFormat, WithoutCommitNothingStaysAndTheOldFileSurvives) {
  const TemporaryFolder folder;
  write_text(folder / "out.tif", "old");
  RasterSinkSpec spec = spec_for(folder / "out.tif", PixelType::u16, 1, GetParam());
  spec.overwrite = true;
  {
    const auto sink = make_raster_sink(spec);
    write_pixels(*sink, PixelType::u16, 1);
  }
  EXPECT_EQ(read_text(folder / "out.tif"), "old");
  EXPECT_EQ(entry_count(folder.path()), 1u);
}

TEST_P(RasterSinkFormat, ReplacesAnOldFileAndItsSidecar) {
  const TemporaryFolder folder;
  write_text(folder / "out.tif", "old");
  write_text(folder / "out.tif.aux.xml", "statistics of the old file");
  RasterSinkSpec spec = spec_for(folder / "out.tif", PixelType::u8, 1, GetParam());
  EXPECT_THROW(make_raster_sink(spec), OutputError);
  spec.overwrite = true;
  {
    const auto sink = make_raster_sink(spec);
    write_pixels(*sink, PixelType::u8, 1);
    sink->commit();
  }
  EXPECT_NE(open_quietly(folder / "out.tif"), nullptr);
  EXPECT_EQ(entry_count(folder.path()), 1u);
}

std::string structure(const std::string& path, const char* item) {
  const OpenDataset back = open_quietly(path);
  const char* text = back->GetMetadataItem(item, "IMAGE_STRUCTURE");
  return text == nullptr ? "" : text;
}

TEST_P(RasterSinkFormat, CreationOptionsOfTheUserWin) {
  const TemporaryFolder folder;
  const auto written = [&](const std::string& name, const std::vector<std::string>& options) {
    RasterSinkSpec spec = spec_for(folder / name, PixelType::u16, 1, GetParam());
    spec.creation_options = options;
    const auto sink = make_raster_sink(spec);
    write_pixels(*sink, PixelType::u16, 1);
    sink->commit();
    return folder / name;
  };
  EXPECT_EQ(structure(written("default.tif", {}), "COMPRESSION"), "DEFLATE");
  EXPECT_EQ(structure(folder / "default.tif", "PREDICTOR"), "2");
  EXPECT_EQ(structure(written("lzw.tif", {"COMPRESS=LZW"}), "COMPRESSION"), "LZW");
  EXPECT_EQ(structure(written("zstd.tif", {"compress=zstd"}), "COMPRESSION"), "ZSTD");
  EXPECT_EQ(structure(written("none.tif", {"COMPRESS=NONE"}), "COMPRESSION"), "");
  EXPECT_EQ(hash_file(folder / "none.tif"), hash_file(folder / "default.tif"));
  EXPECT_EQ(hash_file(folder / "zstd.tif"), hash_file(folder / "lzw.tif"));
}

TEST(RasterSink, AStopEndsTheCogCopyWithoutAFile) {
  const TemporaryFolder folder;
  std::stop_source stop;
  RasterSinkSpec spec = spec_for(folder / "out.tif", PixelType::u8, 1, RasterFormat::cog);
  spec.stop = stop.get_token();
  {
    const auto sink = make_raster_sink(spec);
    write_pixels(*sink, PixelType::u8, 1);
    stop.request_stop();
    try {
      sink->commit();
      FAIL() << "the stop was not heard";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::interrupted);
    }
  }
  EXPECT_EQ(entry_count(folder.path()), 0u);
}

TEST(RasterSink, MakesACogWithOverviews) {
  const TemporaryFolder folder;
  RasterSinkSpec spec = spec_for(folder / "out.tif", PixelType::f32, 1, RasterFormat::cog);
  spec.grid.width = spec.grid.height = 1100;
  {
    const auto sink = make_raster_sink(spec);
    const std::vector<float> pixels(1100 * 1100, 2.5f);
    sink->write({0, 0, 1100, 1100}, pixels.data(), 1100, 0);
    sink->commit();
  }
  const OpenDataset back = open_quietly(folder / "out.tif");
  EXPECT_STREQ(back->GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG");
  ASSERT_GE(back->GetRasterBand(1)->GetOverviewCount(), 2);
  EXPECT_EQ(back->GetRasterBand(1)->GetOverview(0)->GetXSize(), 550);
}

TEST(RasterSink, SaysWhatItCannotDo) {
  const TemporaryFolder folder;
  const RasterSinkSpec good = spec_for(folder / "out.tif", PixelType::u8, 1, RasterFormat::gtiff);
  RasterSinkSpec spec = good;
  spec.creation_options = {"COMPRESS"};
  EXPECT_THROW(make_raster_sink(spec), UsageError);
  spec.creation_options = {"COMPRESS=NO_SUCH_CODEC"};
  EXPECT_THROW(make_raster_sink(spec), UsageError);
  spec = good;
  spec.path = folder / "missing/out.tif";
  EXPECT_THROW(make_raster_sink(spec), OutputError);
  EXPECT_EQ(entry_count(folder.path()), 0u);
}

}  // namespace
}  // namespace groundshift::test

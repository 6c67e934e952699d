// SPDX-License-Identifier: Apache-2.0
// Files written in one pass: valid COGs, GDAL's metadata and overviews, and the same bytes however the pixels come.
#include "host/io/tiff_sink.hpp"

#include <gdal_utils.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "host/geo/gdal_owners.hpp"
#include "host/io/gdal_sink.hpp"
#include "host/io/pixel_hash.hpp"
#include "host/io/tiff_header.hpp"
#include "tests/support/detect_run.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Planes of numbers with a hole, one behind the other.
template <class T>
std::vector<T> pixels_of(std::int32_t width, std::int32_t height, std::int32_t bands, double nodata) {
  std::mt19937 random(11);
  std::vector<T> out(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                     static_cast<std::size_t>(bands));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto x = static_cast<std::int32_t>(i % static_cast<std::size_t>(width));
    const bool hole = x > width / 3 && x < width / 2;
    out[i] = hole || random() % 16 == 0 ? static_cast<T>(nodata) : static_cast<T>(random() % 200);
  }
  return out;
}

RasterSinkSpec spec_of(const std::string& path, std::int32_t width, std::int32_t height, PixelType type,
                       std::int32_t bands, RasterFormat format, double nodata) {
  RasterSinkSpec spec;
  spec.path = path;
  spec.format = format;
  spec.grid.width = width;
  spec.grid.height = height;
  spec.grid.geotransform = std::array<double, 6>{500000.0, 10.0, 0.0, 5000000.0, 0.0, -10.0};
  spec.type = type;
  spec.band_count = bands;
  spec.nodata = nodata;
  spec.threads = 2;
  spec.metadata = {{"TIFFTAG_SOFTWARE", "groundshift"}, {"GROUNDSHIFT_SCORE", "cva"}};
  for (std::int32_t b = 0; b < bands; ++b) spec.band_descriptions.push_back("band " + std::to_string(b));
  return spec;
}

/// Windows of side x side pixels from `threads` threads, the last ones first in each.
template <class T>
void write_windows(RasterSink& sink, const std::vector<T>& pixels, std::int32_t width, std::int32_t height,
                   std::int32_t side, int threads) {
  std::vector<Window> windows;
  for (std::int32_t y = 0; y < height; y += side) {
    for (std::int32_t x = 0; x < width; x += side) {
      windows.push_back({x, y, std::min(side, width - x), std::min(side, height - y)});
    }
  }
  std::vector<std::jthread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (std::size_t i = windows.size(); i-- > 0;) {
        if (static_cast<int>(i) % threads != t) continue;
        const Window& w = windows[i];
        sink.write(w, pixels.data() + std::ptrdiff_t{w.y} * width + w.x, width, std::ptrdiff_t{width} * height);
      }
    });
  }
}

void write_any(RasterSink& sink, const RasterSinkSpec& spec, std::int32_t side, int threads) {
  with_pixel_type(spec.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    write_windows(sink, pixels_of<T>(spec.grid.width, spec.grid.height, spec.band_count, *spec.nodata), spec.grid.width,
                  spec.grid.height, side, threads);
  });
}

/// What gdalinfo -json says, without the file's name.
nlohmann::json info_of(const std::string& path) {
  const OpenDataset file = open_quietly(path);
  char* arguments[] = {const_cast<char*>("-json"), nullptr};
  GDALInfoOptions* options = GDALInfoOptionsNew(arguments, nullptr);
  char* text = GDALInfo(GDALDataset::ToHandle(file.get()), options);
  nlohmann::json info = nlohmann::json::parse(text);
  CPLFree(text);
  GDALInfoOptionsFree(options);
  info.erase("description");
  info.erase("files");
  return info;
}

struct Form {
  const char* name;
  PixelType type;
  std::int32_t bands, width, height;
  double nodata;
  std::vector<std::string> options;
};
std::ostream& operator<<(std::ostream& out, const Form& form) { return out << form.name; }

const std::vector<Form> kForms = {
    {"Float32", PixelType::f32, 1, 1025, 700, kNan, {"COMPRESS=DEFLATE", "PREDICTOR=NO"}},
    {"Float32Predicted", PixelType::f32, 1, 1025, 513, kNan, {"COMPRESS=DEFLATE", "PREDICTOR=YES"}},
    {"UInt16", PixelType::u16, 1, 1300, 513, 65535.0, {"COMPRESS=DEFLATE", "PREDICTOR=YES"}},
    {"UInt8", PixelType::u8, 1, 511, 513, 255.0, {"COMPRESS=DEFLATE", "PREDICTOR=YES"}},
    {"Int16", PixelType::i16, 1, 600, 600, -32768.0, {"COMPRESS=DEFLATE", "PREDICTOR=NO"}},
    {"TwoBands", PixelType::f32, 2, 700, 513, kNan, {"COMPRESS=DEFLATE", "PREDICTOR=YES"}},
    {"FourBands", PixelType::u16, 4, 530, 600, 0.0, {"COMPRESS=DEFLATE", "PREDICTOR=STANDARD"}},
    {"FourSmallBands", PixelType::u8, 4, 513, 300, 255.0, {"COMPRESS=DEFLATE", "PREDICTOR=NO"}},
    {"ThirteenBands", PixelType::u16, 13, 530, 300, 65535.0, {"COMPRESS=DEFLATE", "PREDICTOR=STANDARD"}},
    {"BigTiff", PixelType::f32, 1, 1100, 600, kNan, {"COMPRESS=DEFLATE", "PREDICTOR=NO", "BIGTIFF=YES"}},
    {"Zstd", PixelType::f32, 1, 1100, 600, kNan, {"COMPRESS=ZSTD", "LEVEL=1", "PREDICTOR=YES"}},
    {"None", PixelType::u16, 1, 600, 513, 65535.0, {"COMPRESS=NONE"}},
    {"OnePixel", PixelType::f32, 1, 1, 1, kNan, {"COMPRESS=DEFLATE", "PREDICTOR=NO"}},
    {"Flat", PixelType::f32, 1, 2000, 3, kNan, {"COMPRESS=DEFLATE", "PREDICTOR=NO"}},
    {"SmallBlocks", PixelType::u8, 3, 300, 200, 255.0, {"COMPRESS=DEFLATE", "PREDICTOR=NO", "BLOCKSIZE=128"}},
};

class TiffSinkForm : public ::testing::TestWithParam<Form> {};
INSTANTIATE_TEST_SUITE_P(Forms, TiffSinkForm, ::testing::ValuesIn(kForms),
                         [](const auto& form) { return form.param.name; });

TEST_P(TiffSinkForm, IsAValidCogOfGdalsPixelsAndMetadata) {
  const Form& form = GetParam();
  const TemporaryFolder folder;
  RasterSinkSpec spec =
      spec_of(folder / "ours.tif", form.width, form.height, form.type, form.bands, RasterFormat::cog, form.nodata);
  spec.creation_options = form.options;
  ASSERT_EQ(gdal_writes_because(spec), "");
  RasterSinkSpec gdals = spec;
  gdals.path = folder / "gdals.tif";
  const auto ours = make_raster_sink(spec), theirs = make_gdal_sink(gdals);
  EXPECT_TRUE(ours->concurrent());
  EXPECT_FALSE(theirs->concurrent());
  write_any(*ours, spec, 256, 2);
  write_any(*theirs, spec, 512, 1);
  for (const auto& sink : {ours.get(), theirs.get()}) {
    sink->set_statistics(1, {1.0, 199.0, 99.5, 57.25, 1000});
    sink->set_scale(1, 0.25, 1.0);
    sink->commit();
  }
  const ProgramRun valid = run_python("check_cog.py", {folder / "ours.tif"});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
  EXPECT_EQ(hash_file(folder / "ours.tif"), hash_file(folder / "gdals.tif"));
  EXPECT_EQ(info_of(folder / "ours.tif"), info_of(folder / "gdals.tif"));
}

TEST_P(TiffSinkForm, ItsBytesAreThoseOfThePixels) {
  const Form& form = GetParam();
  const TemporaryFolder folder;
  std::string expected;
  for (const RasterFormat format : {RasterFormat::cog, RasterFormat::gtiff}) {
    RasterSinkSpec spec =
        spec_of(folder / "out.tif", form.width, form.height, form.type, form.bands, format, form.nodata);
    if (format == RasterFormat::cog) spec.creation_options = form.options;
    spec.overwrite = true;
    expected.clear();
    for (const std::int32_t side : {256, 512, 1024, 333, 4096}) {
      for (const auto& [memory, threads] : {std::pair{std::int64_t{0}, 3}, {std::int64_t{32} << 20, 1}}) {
        spec.memory_bytes = memory;
        spec.threads = threads;
        const auto sink = make_raster_sink(spec);
        write_any(*sink, spec, side, threads);
        sink->commit();
        const std::string bytes = read_text(folder / "out.tif");
        if (expected.empty()) expected = bytes;
        ASSERT_TRUE(bytes == expected) << side << ", " << memory << " bytes, " << threads << " threads";
      }
    }
  }
}

/// Overview 0 of a COG of ours, and what gdaladdo makes of the same pixels.
struct Overviews {
  std::vector<double> ours, gdals;
};

Overviews overviews_of(PixelType type, const char* rule, double nodata) {
  const TemporaryFolder folder;
  RasterSinkSpec spec = spec_of(folder / "ours.tif", 1024, 1536, type, 1, RasterFormat::cog, nodata);
  spec.creation_options = {std::string("OVERVIEW_RESAMPLING=") + rule};
  const auto sink = make_raster_sink(spec);
  write_any(*sink, spec, 256, 2);
  sink->commit();
  const OpenDataset file = open_quietly(folder / "ours.tif");
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("GTiff");
  const OpenDataset copy(
      memory->CreateCopy((folder / "copy.tif").c_str(), file.get(), FALSE, nullptr, nullptr, nullptr));
  const int factor = 2;
  EXPECT_EQ(copy->BuildOverviews(rule, 1, &factor, 0, nullptr, nullptr, nullptr), CE_None);
  Overviews out;
  for (auto [from, to] : {std::pair{file.get(), &out.ours}, {copy.get(), &out.gdals}}) {
    GDALRasterBand& band = *from->GetRasterBand(1)->GetOverview(0);
    EXPECT_EQ(band.GetXSize(), 512);
    EXPECT_EQ(band.GetYSize(), 768);
    to->resize(512 * 768);
    EXPECT_EQ(band.RasterIO(GF_Read, 0, 0, 512, 768, to->data(), 512, 768, GDT_Float64, 0, 0), CE_None);
  }
  return out;
}

TEST(TiffSinkOverviews, AreGdalsMeans) {
  for (const auto& [type, nodata] :
       {std::pair{PixelType::f32, kNan}, {PixelType::u16, 65535.0}, {PixelType::u8, 255.0}}) {
    const Overviews all = overviews_of(type, "AVERAGE", nodata);
    std::int64_t valid = 0;
    for (std::size_t i = 0; i < all.ours.size(); ++i) {
      ASSERT_EQ(std::isnan(all.ours[i]), std::isnan(all.gdals[i])) << i;
      if (std::isnan(all.ours[i])) continue;
      ASSERT_EQ(all.ours[i], all.gdals[i]) << name_of(type) << " " << i;
      valid += all.ours[i] != nodata ? 1 : 0;
    }
    EXPECT_GT(valid, 200000);
  }
}

TEST(TiffSinkOverviews, NearestIsGdals) {
  const Overviews all = overviews_of(PixelType::u16, "NEAREST", 65535.0);
  EXPECT_EQ(all.ours, all.gdals);
}

TEST(HalvePixels, CountsOnlyValidPixels) {
  const std::vector<float> from = {1.0f,        3.0f, float(kNan), 5.0f,        7.0f,
                                   float(kNan), 2.0f, float(kNan), float(kNan), 9.0f};
  std::vector<float> to(3);
  halve_pixels(OverviewRule::average, PixelType::f32, kNan, {from.data(), 5, 2, 5}, to.data(), 3, 1, 3);
  EXPECT_EQ(to, (std::vector<float>{2.0f, 5.0f, 8.0f}));
  const std::vector<float> none(4, float(kNan));
  halve_pixels(OverviewRule::average, PixelType::f32, kNan, {none.data(), 2, 2, 2}, to.data(), 1, 1, 1);
  EXPECT_TRUE(std::isnan(to[0]));
  halve_pixels(OverviewRule::average, PixelType::f32, -1.0, {none.data(), 2, 2, 2}, to.data(), 1, 1, 1);
  EXPECT_EQ(to[0], -1.0f);
}

TEST(HalvePixels, RoundsIntegersHalfUp) {
  std::int16_t to = 0;
  const auto mean = [&](std::vector<std::int16_t> from) {
    halve_pixels(OverviewRule::average, PixelType::i16, -32768.0, {from.data(), 2, 2, 2}, &to, 1, 1, 1);
    return to;
  };
  EXPECT_EQ(mean({1, 2, 1, 2}), 2);       // 1.5
  EXPECT_EQ(mean({-1, -2, -1, -2}), -1);  // -1.5
  EXPECT_EQ(mean({-1, -2, -2, -2}), -2);  // -1.75
  EXPECT_EQ(mean({-32768, -32768, -32768, 5}), 5);
  EXPECT_EQ(mean({-32768, -32768, -32768, -32768}), -32768);
  EXPECT_EQ(mean({32767, 32767, 32767, 32767}), 32767);
}

TEST(HalvePixels, TakesTheCommonestAndOfSeveralTheSmallest) {
  std::uint8_t to = 0;
  const auto mode = [&](std::vector<std::uint8_t> from) {
    halve_pixels(OverviewRule::mode, PixelType::u8, 255.0, {from.data(), 2, 2, 2}, &to, 1, 1, 1);
    return int{to};
  };
  EXPECT_EQ(mode({1, 2, 2, 3}), 2);
  EXPECT_EQ(mode({3, 3, 1, 1}), 1);
  EXPECT_EQ(mode({9, 8, 7, 6}), 6);
  EXPECT_EQ(mode({255, 255, 255, 4}), 4);
  EXPECT_EQ(mode({255, 255, 255, 255}), 255);
}

TEST(TiffSink, KeepsPaletteAndCommonestOverviews) {
  const TemporaryFolder folder;
  RasterSinkSpec spec = spec_of(folder / "ours.tif", 700, 600, PixelType::u8, 1, RasterFormat::cog, 255.0);
  spec.categories = {{0, "unchanged", 10, 20, 30}, {1, "changed", 200, 0, 0}};
  spec.creation_options = {"PREDICTOR=NO"};
  RasterSinkSpec gdals = spec;
  gdals.path = folder / "gdals.tif";
  const auto ours = make_raster_sink(spec), theirs = make_gdal_sink(gdals);
  std::vector<std::uint8_t> classes(700 * 600);
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = i / 70 % 3 == 0 ? 1 : 0;
  for (const auto& sink : {ours.get(), theirs.get()}) {
    sink->write({0, 0, 700, 600}, classes.data(), 700, 0);
    sink->commit();
  }
  EXPECT_EQ(info_of(folder / "ours.tif"), info_of(folder / "gdals.tif"));
  const OpenDataset file = open_quietly(folder / "ours.tif");
  EXPECT_NE(file->GetRasterBand(1)->GetOverview(0)->GetColorTable(), nullptr);
}

TEST(TiffSink, LeavesToGdalWhatItDoesNotKnow) {
  RasterSinkSpec spec;
  for (const char* option : {"COMPRESS=LZW", "COMPRESS=LERC", "TILED=NO", "INTERLEAVE=BAND", "SPARSE_OK=TRUE",
                             "BLOCKXSIZE=100", "ZLEVEL=13", "PREDICTOR=7"}) {
    spec.format = RasterFormat::gtiff;
    spec.creation_options = {option};
    EXPECT_EQ(gdal_writes_because(spec), option);
  }
  spec.creation_options = {"compress=zstd", "zstd_level=3", "predictor=2", "NUM_THREADS=4", "BIGTIFF=IF_NEEDED"};
  EXPECT_EQ(gdal_writes_because(spec), "");
  spec.format = RasterFormat::cog;
  spec.creation_options = {"OVERVIEW_RESAMPLING=CUBIC"};
  EXPECT_EQ(gdal_writes_because(spec), "OVERVIEW_RESAMPLING=CUBIC");
}

TEST(TiffSink, RefusesAFileWithPixelsMissing) {
  const TemporaryFolder folder;
  const RasterSinkSpec spec = spec_of(folder / "out.tif", 600, 600, PixelType::u8, 1, RasterFormat::gtiff, 255.0);
  {
    const auto sink = make_raster_sink(spec);
    const std::vector<std::uint8_t> pixels(512 * 512);
    sink->write({0, 0, 512, 512}, pixels.data(), 512, 0);
    EXPECT_ANY_THROW(sink->commit());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(TiffHeader, CountsBeyondWhatClassicOffsetsHold) {
  // 3 blocks of 2 GB each: the third begins beyond 4 GiB.
  const TiffLevel level{{}, {2000000000u, 2000000000u, 2000000000u}};
  const TiffEnds ends = lay_out_around(level, {16, 2000000016, 4000000016}, 6000000017, true);
  EXPECT_EQ(ends.directory_start, 6000000018);  // even
  std::uint64_t link = 0, last = 0;
  ASSERT_EQ(ends.header.size(), static_cast<std::size_t>(kTiffStart));
  std::memcpy(&link, ends.header.data() + 8, 8);
  EXPECT_EQ(link, 6000000018u);
  // Offsets, then 3 sizes of 4 bytes.
  std::memcpy(&last, ends.directory.data() + ends.directory.size() - 12 - 8, 8);
  EXPECT_EQ(last, 4000000016u);
}

TEST(TiffHeader, RefusesWhatIsNoBigTiff) {
  EXPECT_THROW(tags_of_bigtiff({}), OutputError);
  const std::vector<std::byte> zeros(64);
  EXPECT_THROW(tags_of_bigtiff(zeros), OutputError);
}

template <class T>
void expect_integer_means(PixelType type, std::optional<double> nodata) {
  std::mt19937 random(3);
  constexpr std::int32_t kWidth = 2 * 517, kHeight = 2 * 40;
  std::vector<T> from(std::size_t{kWidth} * kHeight), to(from.size() / 4);
  for (T& v : from) {  // nodata, its neighbours and both ends often enough to meet
    const auto kind = random() % 4;
    const double near = nodata.value_or(5.0) + static_cast<double>(random() % 3) - 1.0;
    v = kind == 0 ? static_cast<T>(near) : static_cast<T>(random());
    if (kind == 1) v = random() % 2 != 0 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
  }
  halve_pixels(OverviewRule::average, type, nodata, {from.data(), kWidth, kHeight, kWidth}, to.data(), kWidth / 2,
               kHeight / 2, kWidth / 2);
  for (std::int32_t y = 0; y < kHeight / 2; ++y) {
    for (std::int32_t x = 0; x < kWidth / 2; ++x) {
      std::int64_t sum = 0, count = 0;
      for (const std::int32_t at : {0, 1, kWidth, kWidth + 1}) {
        const T v = from[static_cast<std::size_t>(2 * y * kWidth + 2 * x + at)];
        if (nodata && static_cast<double>(v) == *nodata) continue;
        sum += v;
        ++count;
      }
      std::int64_t want = 0;
      if (count > 0) {
        want = static_cast<std::int64_t>(std::floor(static_cast<double>(2 * sum + count) / double(2 * count)));
        if (nodata && double(want) == *nodata) want += want == std::numeric_limits<T>::max() ? -1 : 1;
      } else {
        want = static_cast<std::int64_t>(*nodata);
      }
      ASSERT_EQ(to[static_cast<std::size_t>(y * (kWidth / 2) + x)], want) << x << ", " << y;
    }
  }
}

TEST(HalvePixels, RoundsMeansOfIntegersHalfUpAndOffNodata) {
  expect_integer_means<std::uint8_t>(PixelType::u8, std::nullopt);
  expect_integer_means<std::uint8_t>(PixelType::u8, 255.0);
  expect_integer_means<std::uint16_t>(PixelType::u16, 0.0);
  expect_integer_means<std::uint16_t>(PixelType::u16, 65535.0);
  expect_integer_means<std::int16_t>(PixelType::i16, -32768.0);
  expect_integer_means<std::int16_t>(PixelType::i16, std::nullopt);
}

}  // namespace
}  // namespace groundshift::test

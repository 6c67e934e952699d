// SPDX-License-Identifier: Apache-2.0
// Every form of GeoTIFF that raw blocks are read of: bit for bit what GDAL reads.
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/host/io/both_readers.hpp"

namespace groundshift::test {
namespace {

struct Sample {
  const char* name;
  GDALDataType type;
  bool signed_byte = false;
};
struct Packing {
  const char* name;
  std::vector<std::string> options;
};
struct Blocks {
  const char* name;
  std::vector<std::string> options;
};

const Sample kIntegers[] = {{"u8", GDT_Byte},    {"i8", GDT_Byte, true}, {"u16", GDT_UInt16}, {"i16", GDT_Int16},
                            {"u32", GDT_UInt32}, {"i32", GDT_Int32},     {"u64", GDT_UInt64}, {"i64", GDT_Int64}};
const Sample kFloats[] = {{"f32", GDT_Float32}, {"f64", GDT_Float64}};
const Packing kPackings[] = {{"none", {"COMPRESS=NONE"}},
                             {"lzw", {"COMPRESS=LZW"}},
                             {"lzw2", {"COMPRESS=LZW", "PREDICTOR=2"}},
                             {"deflate", {"COMPRESS=DEFLATE"}},
                             {"deflate2", {"COMPRESS=DEFLATE", "PREDICTOR=2"}},
                             {"zstd", {"COMPRESS=ZSTD", "ZSTD_LEVEL=1"}},
                             {"zstd2", {"COMPRESS=ZSTD", "ZSTD_LEVEL=1", "PREDICTOR=2"}}};
const Packing kFloatPackings[] = {{"lzw3", {"COMPRESS=LZW", "PREDICTOR=3"}},
                                  {"deflate3", {"COMPRESS=DEFLATE", "PREDICTOR=3"}},
                                  {"zstd3", {"COMPRESS=ZSTD", "ZSTD_LEVEL=1", "PREDICTOR=3"}}};
// 83 x 61 pixels: tiles reach over both edges, the last strip is short.
const Blocks kBlocks[] = {{"tiles", {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"}},
                          {"rows", {"BLOCKYSIZE=1"}},
                          {"strips", {"BLOCKYSIZE=7"}}};

/// Values over the whole range of a type, with what floats have beyond.
double value_of(const Sample& sample, int band, int x, int y) {
  const double t = texture(11, band, x, y);
  const bool odd = (x * 31 + y * 17 + band) % 41 == 0;
  switch (sample.type) {
    case GDT_Byte: return std::floor(t);
    case GDT_UInt16: return std::floor(t * 262.0);
    case GDT_Int16: return std::floor((t - 125.0) * 262.0);
    case GDT_UInt32: return std::floor(t * 1.7e7);
    case GDT_Int32: return std::floor((t - 125.0) * 1.7e7);
    case GDT_UInt64: return std::floor(t * 7.3e16);
    case GDT_Int64: return std::floor((t - 125.0) * 7.3e16);
    default:
      if (odd && x % 3 == 0) return std::numeric_limits<double>::quiet_NaN();
      if (odd && x % 3 == 1) return std::numeric_limits<double>::infinity();
      return sample.type == GDT_Float64 && odd ? 1e300 : (t - 125.0) * std::pow(10.0, band % 5);
  }
}

Window random_window(std::mt19937& random, const SceneSpec& spec) {
  const auto x = static_cast<std::int32_t>(random() % spec.width),
             y = static_cast<std::int32_t>(random() % spec.height);
  return {x, y, 1 + static_cast<std::int32_t>(random() % (spec.width - x)),
          1 + static_cast<std::int32_t>(random() % (spec.height - y))};
}

/// Reads the whole raster and a part of it by both ways, for the bands given.
void compare(const std::string& path, const SceneSpec& spec, const std::vector<std::int32_t>& bands, PixelType type,
             std::mt19937& random) {
  const RasterDescription description = describe_raster(path);
  const SourceSelection selection{bands, type, std::nullopt, false};
  Warnings heard_fast, heard_gdal;
  const auto fast = make_raster_source(description, selection, heard_fast, ReaderChoice::automatic);
  const auto gdal = make_raster_source(description, selection, heard_gdal, ReaderChoice::gdal);
  ASSERT_TRUE(fast->way_in().starts_with("tiff: raw blocks, ")) << fast->way_in();
  ASSERT_EQ(gdal->way_in(), "gdal: asked for");
  for (const Window& w : {Window{0, 0, spec.width, spec.height}, random_window(random, spec)}) {
    const ReadResult ours = read_window(*fast, selection, w), theirs = read_window(*gdal, selection, w);
    ASSERT_EQ(ours.error, "");
    ASSERT_TRUE(same_reads(ours, theirs)) << w.x << "," << w.y << " " << w.width << " x " << w.height;
    ASSERT_TRUE(ours.guards_untouched(w, byte_count(type), bands.size()));
  }
  ASSERT_EQ(fast->units_given_to_gdal(), 0);
  ASSERT_EQ(heard_fast.list().size(), heard_gdal.list().size());
  for (std::size_t i = 0; i < heard_fast.list().size(); ++i) {
    EXPECT_EQ(heard_fast.list()[i].message, heard_gdal.list()[i].message);
  }
}

class ReadMatrix : public ::testing::TestWithParam<std::tuple<Sample, Packing>> {};

TEST_P(ReadMatrix, EveryLayoutReadsAsByGdal) {
  const auto& [sample, packing] = GetParam();
  const TemporaryFolder folder;
  std::mt19937 random(5);
  int file = 0;
  for (const int band_count : {1, 3, 4, 13}) {
    for (const char* interleave : {"PIXEL", "BAND"}) {
      for (const char* order : {"LITTLE", "BIG"}) {
        for (const Blocks& blocks : kBlocks) {
          SceneSpec spec;
          spec.width = 83;
          spec.height = 61;
          spec.band_count = band_count;
          spec.type = sample.type;
          spec.creation_options = blocks.options;
          spec.creation_options.insert(spec.creation_options.end(), packing.options.begin(), packing.options.end());
          spec.creation_options.push_back(fmt::format("INTERLEAVE={}", interleave));
          spec.creation_options.push_back(fmt::format("ENDIANNESS={}", order));
          spec.creation_options.push_back(++file % 3 == 0 ? "BIGTIFF=YES" : "BIGTIFF=NO");
          if (sample.signed_byte) spec.creation_options.push_back("PIXELTYPE=SIGNEDBYTE");
          if (file % 2 == 0) spec.nodata = value_of(sample, 0, 5, 7);  // odd() is false there
          const std::string path = folder / fmt::format("{}.tif", file);
          write_scene(path, spec, [&](int b, int x, int y) { return value_of(sample, b, x, y); });
          SCOPED_TRACE(fmt::format("{} {} {} bands {} {} {}", sample.name, packing.name, band_count, interleave, order,
                                   blocks.name));
          std::vector<std::int32_t> all, some = {band_count};
          for (int b = 1; b <= band_count; ++b) all.push_back(b);
          if (band_count > 2) some.push_back(2);
          const PixelType own = describe_raster(path).bands.front().pixel_type;
          compare(path, spec, all, own, random);
          if (HasFatalFailure()) return;
          compare(path, spec, some, PixelType::f32, random);
          if (HasFatalFailure()) return;
          std::filesystem::remove(path);
        }
      }
    }
  }
}

std::string name_of_cell(const ::testing::TestParamInfo<ReadMatrix::ParamType>& cell) {
  return fmt::format("{}_{}", std::get<0>(cell.param).name, std::get<1>(cell.param).name);
}

INSTANTIATE_TEST_SUITE_P(Integers, ReadMatrix,
                         ::testing::Combine(::testing::ValuesIn(kIntegers), ::testing::ValuesIn(kPackings)),
                         name_of_cell);
INSTANTIATE_TEST_SUITE_P(Floats, ReadMatrix,
                         ::testing::Combine(::testing::ValuesIn(kFloats), ::testing::ValuesIn(kPackings)),
                         name_of_cell);
INSTANTIATE_TEST_SUITE_P(FloatPredictor, ReadMatrix,
                         ::testing::Combine(::testing::ValuesIn(kFloats), ::testing::ValuesIn(kFloatPackings)),
                         name_of_cell);

}  // namespace
}  // namespace groundshift::test

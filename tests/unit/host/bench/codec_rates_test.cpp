// SPDX-License-Identifier: Apache-2.0
// Stored blocks, unpacked by the yardstick's own loops, hold the pixels that GDAL wrote.
#include "host/bench/codec_rates.hpp"

#include <cstring>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

using test::SceneSpec;

struct Form {
  std::string name;
  GDALDataType type;
  int bands;
  std::vector<std::string> options;  ///< beside blocks of 128 or strips
  std::string text;
};
void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class StoredForms : public ::testing::TestWithParam<Form> {};

double pixel(int band, int x, int y) { return test::texture(7, band, x, y); }

/// The file of a form, 256 x 256 so that every block is whole.
std::string file_of(const test::TemporaryFolder& folder, const Form& form) {
  SceneSpec spec;
  spec.width = spec.height = 256;
  spec.band_count = form.bands;
  spec.type = form.type;
  spec.creation_options = form.options;
  test::write_scene(folder / "scene.tif", spec, pixel);
  return folder / "scene.tif";
}

double sample(const StoredBlocks& blocks, GDALDataType type, const std::vector<std::byte>& planes, std::int64_t i) {
  const std::byte* at = planes.data() + i * blocks.sample_bytes;
  const auto as = [&](auto value) {
    std::memcpy(&value, at, sizeof value);
    return static_cast<double>(value);
  };
  switch (type) {
    case GDT_Byte: return as(std::uint8_t{});
    case GDT_UInt16: return as(std::uint16_t{});
    case GDT_Float64: return as(double{});
    default: return as(float{});
  }
}

TEST_P(StoredForms, UnpackToThePixels) {
  const test::TemporaryFolder folder;
  const Form& form = GetParam();
  const auto blocks = stored_blocks(file_of(folder, form), std::int64_t{1} << 30);
  ASSERT_TRUE(blocks);
  EXPECT_EQ(blocks->text(), form.text);
  const std::int64_t across = 256 / blocks->width, down = 256 / blocks->height;
  ASSERT_EQ(static_cast<std::int64_t>(blocks->packed.size()) * blocks->lanes, across * down * form.bands);
  std::vector<std::byte> scratch(static_cast<std::size_t>(blocks->block_bytes())), planes = scratch;
  const std::int64_t plane = std::int64_t{blocks->width} * blocks->height;
  std::int64_t wrong = 0;
  for (std::size_t b = 0; b < blocks->packed.size(); ++b) {
    unpack_blocks(*blocks, b, b + 1, scratch, planes);
    const auto place = static_cast<std::int64_t>(b) % (across * down);
    const auto first_band = static_cast<int>(static_cast<std::int64_t>(b) / (across * down));
    for (std::int64_t i = 0; i < plane * blocks->lanes; ++i) {
      const auto x = static_cast<int>(place % across * blocks->width + i % plane % blocks->width);
      const auto y = static_cast<int>(place / across * blocks->height + i % plane / blocks->width);
      wrong += sample(*blocks, form.type, planes, i) != pixel(first_band + static_cast<int>(i / plane), x, y);
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST_P(StoredForms, HaveRates) {
  const test::TemporaryFolder folder;
  const auto blocks = stored_blocks(file_of(folder, GetParam()), std::int64_t{1} << 30);
  ASSERT_TRUE(blocks);
  const Rates unpack = unpack_rates(*blocks, 2), pack = pack_rates(*blocks, 2);
  for (const double rate : {unpack.one, unpack.all, pack.one, pack.all}) EXPECT_GT(rate, 0.0);
}

std::vector<std::string> tiles(std::vector<std::string> more) {
  more.insert(more.end(), {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=64"});
  return more;
}

INSTANTIATE_TEST_SUITE_P(
    Files, StoredForms,
    ::testing::Values(
        Form{"None", GDT_UInt16, 2, tiles({}), "none"},
        Form{"Deflate", GDT_Byte, 1, tiles({"COMPRESS=DEFLATE"}), "deflate"},
        Form{"DeflatePredictor", GDT_UInt16, 4, tiles({"COMPRESS=DEFLATE", "PREDICTOR=2"}), "deflate, predictor 2"},
        Form{"SixBands", GDT_Byte, 6, tiles({"COMPRESS=DEFLATE", "PREDICTOR=2"}), "deflate, predictor 2"},
        Form{"ThirteenBands", GDT_UInt16, 13, tiles({"COMPRESS=ZSTD", "PREDICTOR=2"}), "zstd, predictor 2"},
        Form{"BandBlocks", GDT_UInt16, 3, tiles({"COMPRESS=ZSTD", "INTERLEAVE=BAND"}), "zstd"},
        Form{"Floats", GDT_Float32, 1, tiles({"COMPRESS=DEFLATE", "PREDICTOR=3"}), "deflate, predictor 3"},
        Form{"DoublesOfThree", GDT_Float64, 3, tiles({"COMPRESS=ZSTD", "PREDICTOR=3"}), "zstd, predictor 3"},
        Form{"Strips", GDT_UInt16, 3, {"COMPRESS=DEFLATE", "PREDICTOR=2", "BLOCKYSIZE=16"}, "deflate, predictor 2"}),
    [](const auto& row) { return row.param.name; });

TEST(StoredBlocks, OfOtherFilesAreAbsent) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(stored_blocks(file_of(folder, {"Lzw", GDT_Byte, 1, tiles({"COMPRESS=LZW"}), ""}), 1 << 20));
  EXPECT_FALSE(stored_blocks(file_of(folder, {"Big", GDT_UInt16, 1, tiles({"COMPRESS=DEFLATE", "ENDIANNESS=BIG"}), ""}),
                             1 << 20));
  EXPECT_FALSE(stored_blocks(folder / "nowhere.tif", 1 << 20));
  EXPECT_FALSE(stored_blocks(folder.path().string(), 1 << 20));
  test::write_text(folder / "text.tif", "not a TIFF");
  EXPECT_FALSE(stored_blocks(folder / "text.tif", 1 << 20));
  test::write_sparse(folder / "sparse.tif", {});
  EXPECT_FALSE(stored_blocks(folder / "sparse.tif", 1 << 20)) << "no block of it is stored";
}

TEST(StoredBlocks, TakeNoMoreThanAsked) {
  const test::TemporaryFolder folder;
  const std::string file = file_of(folder, {"Some", GDT_UInt16, 2, tiles({"COMPRESS=DEFLATE"}), ""});
  EXPECT_EQ(stored_blocks(file, 3 * 128 * 64 * 4)->packed.size(), 3u);
  EXPECT_EQ(stored_blocks(file, 1)->packed.size(), 1u);
}

TEST(StoredBlocks, OfACutFileAreAnInputError) {
  const test::TemporaryFolder folder;
  const std::string file = file_of(folder, {"Cut", GDT_UInt16, 2, tiles({}), ""});
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_THROW(stored_blocks(file, std::int64_t{1} << 30), InputError);
}

TEST(UnpackBlock, OfDamagedBytesIsAnInputError) {
  const test::TemporaryFolder folder;
  for (const char* codec : {"COMPRESS=DEFLATE", "COMPRESS=ZSTD"}) {
    auto blocks = stored_blocks(file_of(folder, {"Damaged", GDT_UInt16, 1, tiles({codec}), ""}), 1);
    ASSERT_TRUE(blocks);
    std::vector<std::byte> scratch(static_cast<std::size_t>(blocks->block_bytes())), planes = scratch;
    blocks->packed[0].resize(blocks->packed[0].size() / 2);
    EXPECT_THROW(unpack_blocks(*blocks, 0, 1, scratch, planes), InputError) << codec;
  }
}

}  // namespace
}  // namespace groundshift

// SPDX-License-Identifier: Apache-2.0
// Raw blocks of GeoTIFF files: when they are read, masks and alpha, absent blocks, threads, what is left to GDAL.
#include "host/io/tiff_source.hpp"

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/io/tiff_blocks.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/host/io/both_readers.hpp"

namespace groundshift::test {
namespace {

using ::testing::StartsWith;

double scene_value(int band, int x, int y) { return texture(21, band, x, y); }

SourceSelection all_bands(const RasterDescription& d, PixelType type) {
  SourceSelection selection{{}, type, std::nullopt, false};
  for (std::size_t b = 1; b <= d.bands.size(); ++b) selection.bands.push_back(static_cast<std::int32_t>(b));
  return selection;
}

/// Both ways over the whole raster; returns the raw blocks' source for further questions.
std::unique_ptr<RasterSource> expect_same(const std::string& path, const SourceSelection& selection,
                                          Warnings& warnings) {
  const RasterDescription d = describe_raster(path);
  const Window w{0, 0, d.grid.width, d.grid.height};
  auto fast = make_raster_source(d, selection, warnings, ReaderChoice::automatic);
  const auto gdal = make_raster_source(d, selection, warnings, ReaderChoice::gdal);
  EXPECT_THAT(fast->way_in(), StartsWith("tiff: "));
  const ReadResult ours = read_window(*fast, selection, w), theirs = read_window(*gdal, selection, w);
  EXPECT_EQ(ours.error, "");
  EXPECT_TRUE(same_reads(ours, theirs));
  EXPECT_EQ(fast->units_given_to_gdal(), 0);
  return fast;
}

std::string way_in(const std::string& path) {
  Warnings warnings;
  const RasterDescription d = describe_raster(path);
  return make_raster_source(d, all_bands(d, PixelType::f32), warnings, ReaderChoice::automatic)->way_in();
}

TEST(TiffSource, SaysWhyAFileIsLeftToGdal) {
  const TemporaryFolder folder;
  SceneSpec spec;
  const auto way_of = [&](const std::vector<std::string>& options) {
    spec.creation_options = options;
    write_scene(folder / "in.tif", spec, scene_value);
    return way_in(folder / "in.tif");
  };
  EXPECT_EQ(way_of({"COMPRESS=DEFLATE"}), "tiff: raw blocks, DEFLATE");
  EXPECT_EQ(way_of({"COMPRESS=PACKBITS"}), "gdal: compression PACKBITS");
  EXPECT_EQ(way_of({"NBITS=4"}), "gdal: samples of 4 bits");
  EXPECT_EQ(way_of({"COMPRESS=LZW", "TILED=YES"}), "tiff: raw blocks, LZW");
}

TEST(TiffSource, TheEnvironmentChooses) {
  const auto choice_of = [](const char* value) {
    ::setenv("GROUNDSHIFT_READER", value, 1);
    return reader_choice();
  };
  const char* before = std::getenv("GROUNDSHIFT_READER");
  const std::string kept = before != nullptr ? before : "";
  EXPECT_EQ(choice_of("gdal"), ReaderChoice::gdal);
  EXPECT_EQ(choice_of("auto"), ReaderChoice::automatic);
  EXPECT_THROW(choice_of("fastest"), UsageError);
  ::setenv("GROUNDSHIFT_READER", kept.c_str(), 1);
}

TEST(TiffSource, AlphaComesOutOfTheSameBlocks) {
  for (const GDALDataType type : {GDT_Byte, GDT_UInt16}) {
    for (const char* interleave : {"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"}) {
      const TemporaryFolder folder;
      SceneSpec spec;
      spec.band_count = 4;
      spec.type = type;
      spec.creation_options = {"TILED=YES",   "BLOCKXSIZE=64", "BLOCKYSIZE=64",   "COMPRESS=DEFLATE",
                               "PREDICTOR=2", "ALPHA=YES",     "PHOTOMETRIC=RGB", interleave};
      write_scene(folder / "in.tif", spec, [](int b, int x, int y) {
        return b < 3 ? scene_value(b, x, y) : (x + y) % 5 == 0 ? 0.0 : (x % 3) + 1;
      });
      const PixelType own = type == GDT_Byte ? PixelType::u8 : PixelType::u16;
      for (const PixelType as : {own, PixelType::f32}) {
        Warnings warnings;
        const SourceSelection selection{{1, 2, 3}, as, std::nullopt, false};
        const auto source = expect_same(folder / "in.tif", selection, warnings);
        const ReadResult read = read_window(*source, selection, {0, 0, 10, 1});
        EXPECT_EQ(read.valid[ReadResult::kMargin], 0);
        EXPECT_EQ(read.valid[ReadResult::kMargin + 1], 1);
      }
    }
  }
}

TEST(TiffSource, OtherMasksComeThroughGdal) {
  for (const char* inside : {"YES", "NO"}) {
    const TemporaryFolder folder;
    SceneSpec spec;
    write_scene(folder / "in.tif", spec, scene_value);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", inside);
    {
      const OpenDataset file(GDALDataset::Open((folder / "in.tif").c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
      ASSERT_EQ(file->CreateMaskBand(GMF_PER_DATASET), CE_None);
      std::vector<std::uint8_t> mask(static_cast<std::size_t>(spec.width) * spec.height, 255);
      for (int x = 40; x < 90; ++x) mask[static_cast<std::size_t>(spec.width) * 30 + x] = 0;
      ASSERT_EQ(file->GetRasterBand(1)->GetMaskBand()->RasterIO(GF_Write, 0, 0, spec.width, spec.height, mask.data(),
                                                                spec.width, spec.height, GDT_Byte, 0, 0, nullptr),
                CE_None);
    }
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", nullptr);
    Warnings warnings;
    const SourceSelection selection{{1, 2}, PixelType::u8, std::nullopt, false};
    const auto source = expect_same(folder / "in.tif", selection, warnings);
    const ReadResult read = read_window(*source, selection, {39, 30, 3, 1});
    EXPECT_EQ(read.valid[ReadResult::kMargin], 1);
    EXPECT_EQ(read.valid[ReadResult::kMargin + 1], 0);
  }
}

TEST(TiffSource, AbsentBlocksHoldNodataOrZero) {
  for (const GDALDataType type : {GDT_Byte, GDT_Int16, GDT_Float32, GDT_Float64, GDT_Int64}) {
    for (const bool nodata : {false, true}) {
      const TemporaryFolder folder;
      SceneSpec spec;
      spec.type = type;
      spec.creation_options = {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "SPARSE_OK=TRUE", "COMPRESS=DEFLATE"};
      if (nodata) spec.nodata = 7.0;
      write_sparse(folder / "in.tif", spec);
      {
        const OpenDataset file(GDALDataset::Open((folder / "in.tif").c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE));
        std::vector<float> part(64 * 64, 3.0f);  // one block of nine is stored
        ASSERT_EQ(
            file->GetRasterBand(2)->RasterIO(GF_Write, 64, 64, 64, 64, part.data(), 64, 64, GDT_Float32, 0, 0, nullptr),
            CE_None);
      }
      Warnings warnings;
      const RasterDescription d = describe_raster(folder / "in.tif");
      for (const PixelType as : {d.bands.front().pixel_type, PixelType::f32}) {
        const auto source = expect_same(folder / "in.tif", {{1, 2}, as, std::nullopt, false}, warnings);
        const ReadResult read = read_window(*source, {{1, 2}, as, std::nullopt, false}, {0, 0, 1, 1});
        EXPECT_EQ(read.valid[ReadResult::kMargin], nodata ? 0 : 1);
      }
    }
  }
}

TEST(TiffSource, LargeUncompressedBlocksAreReadInPieces) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 500;
  spec.height = 700;
  spec.type = GDT_UInt16;
  for (const char* interleave : {"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"}) {
    spec.creation_options = {"TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", interleave};  // 1 MiB, 512 KiB
    write_scene(folder / "in.tif", spec, scene_value);
    Warnings warnings;
    const SourceSelection selection{{2, 1}, PixelType::u16, std::nullopt, false};
    const auto fast = expect_same(folder / "in.tif", selection, warnings);
    const auto gdal = make_raster_source(describe_raster(folder / "in.tif"), selection, warnings, ReaderChoice::gdal);
    for (const Window& w : {Window{3, 500, 490, 30}, {0, 127, 500, 2}, {499, 0, 1, 700}, {7, 511, 9, 1}}) {
      EXPECT_TRUE(same_reads(read_window(*fast, selection, w), read_window(*gdal, selection, w)));
    }
    EXPECT_EQ(fast->units_given_to_gdal(), 0);
  }
}

TEST(TiffSource, NodataOfTheCallerReplacesTheFiles) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.nodata = 3.0;
  write_scene(folder / "in.tif", spec, [](int b, int x, int y) { return (x + y + b) % 9; });
  for (const auto& selection :
       {SourceSelection{{1, 2}, PixelType::u8, std::nullopt, false}, SourceSelection{{1, 2}, PixelType::u8, 5.0, false},
        SourceSelection{{2}, PixelType::u16, std::nullopt, true}}) {
    Warnings warnings;
    expect_same(folder / "in.tif", selection, warnings);
  }
}

/// Blocks of 64 x 64 pixels, of which (2, 1) of the first plane is damaged, and both ways to read them.
struct DamagedFile {
  struct Readers {
    SourceSelection selection;
    std::unique_ptr<RasterSource> fast, gdal;
  };
  TemporaryFolder folder;
  Warnings warnings;
  Readers both;

  DamagedFile() {
    SceneSpec spec;
    spec.creation_options = {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"};
    write_scene(folder / "in.tif", spec, scene_value);
    corrupt_block(folder / "in.tif", 1, 2, 1);
    const RasterDescription d = describe_raster(folder / "in.tif");
    both.selection = all_bands(d, PixelType::u8);
    both.fast = make_raster_source(d, both.selection, warnings, ReaderChoice::automatic);
    both.gdal = make_raster_source(d, both.selection, warnings, ReaderChoice::gdal);
  }
};

TEST(TiffSource, OneDamagedBlockOfManyGivesGdalsWordsAndTheOthersStay) {
  DamagedFile file;
  const auto& [selection, fast, gdal] = file.both;
  const Window bad{100, 40, 100, 100}, good{192, 0, 108, 280};
  const ReadResult ours = read_window(*fast, selection, bad), theirs = read_window(*gdal, selection, bad);
  EXPECT_THAT(ours.error, ::testing::HasSubstr("block (2,1)"));
  EXPECT_TRUE(same_reads(ours, theirs));
  EXPECT_EQ(fast->units_given_to_gdal(), 1);
  EXPECT_TRUE(same_reads(read_window(*fast, selection, good), read_window(*gdal, selection, good)));
  EXPECT_EQ(fast->units_given_to_gdal(), 1);
}

// Beside each other, apart, over the same blocks, the same window twice; few and many blocks, in strips and in tiles.
TEST(TiffSource, WindowsAtOnceAreWindowsOneByOne) {
  const TemporaryFolder folder;
  const std::vector<std::vector<std::string>> forms = {
      {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE", "PREDICTOR=2"},
      {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE", "INTERLEAVE=BAND"},
      {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=LZW"},
      {"BLOCKYSIZE=7", "COMPRESS=ZSTD"},
      {"TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=64"}};
  const std::vector<std::vector<Window>> choices = {{{0, 0, 128, 128}, {128, 0, 128, 128}},
                                                    {{192, 128, 64, 64}, {0, 64, 64, 64}},
                                                    {{10, 20, 100, 90}, {40, 70, 130, 100}},
                                                    {{64, 0, 64, 64}, {64, 0, 64, 64}},
                                                    {{3, 3, 1, 1}, {0, 0, 256, 256}, {200, 5, 40, 200}}};
  for (const std::vector<std::string>& form : forms) {
    SceneSpec spec;
    spec.creation_options = form;
    write_scene(folder / "in.tif", spec, scene_value);
    const RasterDescription d = describe_raster(folder / "in.tif");
    const SourceSelection selection = all_bands(d, PixelType::u8);
    Warnings warnings;
    const auto fast = make_raster_source(d, selection, warnings, ReaderChoice::automatic);
    const auto gdal = make_raster_source(d, selection, warnings, ReaderChoice::gdal);
    for (const std::vector<Window>& windows : choices) {
      const std::vector<ReadResult> got = read_windows(*fast, selection, windows);
      for (std::size_t i = 0; i < windows.size(); ++i) {
        EXPECT_TRUE(same_reads(got[i], read_window(*gdal, selection, windows[i]))) << form.back() << ", window " << i;
        EXPECT_TRUE(got[i].guards_untouched(windows[i], 1, selection.bands.size()));
      }
    }
    EXPECT_EQ(fast->units_given_to_gdal(), 0);
  }
}

TEST(TiffSource, ADamagedWindowLeavesTheOneBesideItAlone) {
  DamagedFile file;
  const auto& [selection, fast, gdal] = file.both;
  const Window bad{128, 64, 64, 64}, good{192, 64, 64, 64};
  std::vector<ReadResult> got = read_windows(*fast, selection, {good, bad});
  EXPECT_EQ(got[0].error, read_window(*gdal, selection, bad).error);
  EXPECT_EQ(fast->units_given_to_gdal(), 1);
  got[0].error.clear();  // the call's, which is the other window's
  EXPECT_TRUE(same_reads(got[0], read_window(*gdal, selection, good)));
}

TEST(TiffSource, ManyThreadsReadTheirWindows) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 500;
  spec.height = 400;
  spec.creation_options = {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=LZW", "PREDICTOR=2"};
  write_scene(folder / "in.tif", spec, scene_value);
  const RasterDescription d = describe_raster(folder / "in.tif");
  const SourceSelection selection = all_bands(d, PixelType::u8);
  Warnings warnings;
  const auto fast = make_raster_source(d, selection, warnings, ReaderChoice::automatic);
  const auto gdal = make_raster_source(d, selection, warnings, ReaderChoice::gdal);
  std::vector<Window> windows;
  for (std::int32_t y = 0; y < 400; y += 100) {
    for (std::int32_t x = 0; x < 500; x += 100) windows.push_back({x, y, 100, 100});
  }
  std::vector<ReadResult> expected(windows.size()), got(windows.size());
  for (std::size_t i = 0; i < windows.size(); ++i) expected[i] = read_window(*gdal, selection, windows[i]);
  {
    std::vector<std::jthread> readers;
    for (std::size_t t = 0; t < 4; ++t) {
      readers.emplace_back([&, t] {
        for (std::size_t i = t; i < windows.size(); i += 4) got[i] = read_window(*fast, selection, windows[i]);
      });
    }
  }
  for (std::size_t i = 0; i < windows.size(); ++i) EXPECT_TRUE(same_reads(got[i], expected[i])) << i;
  EXPECT_EQ(fast->units_given_to_gdal(), 0);
}

TEST(LzwDecoder, IsNotSpoiltByABlockOfOldCodes) {
  // 9-bit codes, most significant bit first: clear (256), 65, 66, end (257).
  const std::vector<std::byte> packed = {std::byte{0x80}, std::byte{0x10}, std::byte{0x48}, std::byte{0x50},
                                         std::byte{0x10}};
  std::vector<std::byte> old = packed, to(2);
  old[0] = std::byte{0};
  old[1] = std::byte{1};
  LzwDecoder decoder(2, 1);
  EXPECT_EQ(decoder.unpack(old, to), BlockStatus::bad_data);
  ASSERT_EQ(decoder.unpack(packed, to), BlockStatus::ok);
  EXPECT_EQ(to[0], std::byte{65});
  EXPECT_EQ(to[1], std::byte{66});
  EXPECT_EQ(decoder.unpack(std::span(packed).first(2), to), BlockStatus::bad_data);
  LzwDecoder longer(3, 1);
  std::vector<std::byte> three(3);
  EXPECT_NE(longer.unpack(packed, three), BlockStatus::ok);  // one byte short
}

TEST(TiffBlocks, NeighboursAreReadTogether) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.creation_options = {"BLOCKYSIZE=1", "COMPRESS=DEFLATE"};
  write_scene(folder / "in.tif", spec, scene_value);
  const std::string path = folder / "in.tif";
  TiffDirectory directory = read_tiff_directory(describe_raster(path));
  ASSERT_TRUE(directory.layout) << directory.refusal;
  const TiffBlocks blocks(path, std::move(*directory.layout));
  std::vector<std::int64_t> wanted;
  for (std::int64_t b = 255; b >= 0; --b) wanted.push_back(b);
  std::vector<BlockRun> runs;
  blocks.make_runs(wanted, runs);
  ASSERT_EQ(runs.size(), 1u);  // 256 strips of some 600 bytes
  EXPECT_EQ(runs.front().end, 256u);
  std::vector<std::byte> bytes(blocks.run_capacity());
  ASSERT_TRUE(blocks.read(runs.front(), bytes));
  TiffBlockDecoder decoder(blocks.layout());
  std::vector<std::byte> row(static_cast<std::size_t>(blocks.unpacked_bytes(0)));
  for (const std::int64_t b : wanted) {
    Unpacking block{blocks.of_run(runs.front(), bytes, b), row};
    decoder.unpack({&block, 1});
    ASSERT_EQ(block.status, BlockStatus::ok);
    ASSERT_EQ(static_cast<int>(row[2 * 10]),
              static_cast<int>(static_cast<std::uint8_t>(scene_value(0, 10, static_cast<int>(b)) + 0.5)));
  }
}

}  // namespace
}  // namespace groundshift::test

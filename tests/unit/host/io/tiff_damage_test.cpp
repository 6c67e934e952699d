// SPDX-License-Identifier: Apache-2.0
// Damaged GeoTIFF files read as raw blocks: GDAL's pixels or GDAL's words, no byte outside the planes, and an error
// where GDAL takes a damaged stream for pixels.
#include <libdeflate.h>
#include <tiffio.h>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_data.hpp"
#include "tests/unit/host/io/both_readers.hpp"

namespace groundshift::test {
namespace {

/// What a reading of a damaged file came to; both ways must agree on it, but where GDAL takes what is damaged.
struct Counts {
  int unopened = 0, failed = 0, read = 0, by_raw_blocks = 0;
  int taken_by_gdal = 0, taken_wrong = 0;  ///< damaged streams; and not with the pixels that were stored
};

bool tells_of_a_stream(const std::string& error) { return error.find("DEFLATE stream") != std::string::npos; }

/// stored : the pixels before the damage, if they are known
void read_by_both(const std::string& path, Counts& counts, const ReadResult* stored = nullptr) {
  RasterDescription description;
  try {
    description = describe_raster(path);
  } catch (const Error&) {
    ++counts.unopened;
    return;
  }
  const Window w{0, 0, description.grid.width, description.grid.height};
  if (w.width > 2000 || w.height > 2000 || description.bands.size() > 50 || description.bands.front().complex) return;
  SourceSelection selection{{}, description.bands.front().pixel_type, std::nullopt, false};
  for (std::size_t b = 1; b <= description.bands.size(); ++b) {
    selection.bands.push_back(static_cast<std::int32_t>(b));
    selection.type = common_type(selection.type, description.bands[b - 1].pixel_type);
  }
  Warnings warnings;
  const auto fast = make_raster_source(description, selection, warnings, ReaderChoice::automatic);
  const auto gdal = make_raster_source(description, selection, warnings, ReaderChoice::gdal);
  const ReadResult ours = read_window(*fast, selection, w), theirs = read_window(*gdal, selection, w);
  const bool taken = tells_of_a_stream(ours.error) && theirs.error.empty();
  if (taken) {
    ++counts.taken_by_gdal;
    counts.taken_wrong += stored != nullptr && theirs.pixels != stored->pixels ? 1 : 0;
  } else {
    ASSERT_TRUE(same_reads(ours, theirs)) << fast->way_in();
  }
  ASSERT_TRUE(ours.guards_untouched(w, byte_count(selection.type), selection.bands.size()));
  counts.failed += ours.error.empty() ? 0 : 1;
  counts.read += ours.error.empty() ? 1 : 0;
  counts.by_raw_blocks += fast->way_in().starts_with("tiff") && fast->units_given_to_gdal() == 0 ? 1 : 0;
}

struct Form {
  const char* name;
  std::vector<std::string> options;
};
class DamagedTiff : public ::testing::TestWithParam<Form> {};

TEST_P(DamagedTiff, IsReadOrRefusedAsByGdal) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = 70;
  spec.height = 50;
  spec.band_count = 3;
  spec.type = GDT_UInt16;
  spec.creation_options = GetParam().options;
  write_scene(folder / "whole.tif", spec, [](int b, int x, int y) { return texture(3, b, x, y) * 20; });
  const std::string whole = read_text(folder / "whole.tif");
  const SourceSelection selection{{1, 2, 3}, PixelType::u16, std::nullopt, false};
  Warnings warnings;
  const ReadResult stored =
      read_window(*make_raster_source(describe_raster(folder / "whole.tif"), selection, warnings, ReaderChoice::gdal),
                  selection, {0, 0, spec.width, spec.height});
  std::mt19937 random(17);
  Counts counts;
  for (int i = 0; i < 600; ++i) {
    std::string bytes = whole;
    const auto near = [&](std::size_t most) { return random() % most; };
    switch (i % 4) {
      case 0:  // a byte anywhere: mostly packed pixels
        bytes[near(bytes.size())] = static_cast<char>(random());
        break;
      case 1:  // a bit of what lies in front: directory, offsets, counts
        bytes[near(std::min<std::size_t>(bytes.size(), 700))] ^= static_cast<char>(1u << (random() % 8));
        break;
      case 2:  // the end is missing
        bytes.resize(near(bytes.size()));
        break;
      default:  // a run of bytes of another place
        for (std::size_t k = 0, from = near(bytes.size()), to = near(bytes.size()); k < 16; ++k) {
          bytes[(to + k) % bytes.size()] = whole[(from + k) % whole.size()];
        }
    }
    const std::string path = folder / fmt::format("{}.tif", i);  // GDAL may remember files by name
    write_text(path, bytes);
    SCOPED_TRACE(fmt::format("mutation {}", i));
    read_by_both(path, counts, &stored);
    if (HasFatalFailure()) return;
    std::filesystem::remove(path);
  }
  // Each kind of outcome was met, or the test tests less than it says.
  EXPECT_GT(counts.unopened, 5);
  EXPECT_GT(counts.failed, 20);
  EXPECT_GT(counts.by_raw_blocks, 5);
  // What is told beyond GDAL's errors is wrong pixels, but for a stream whose last symbol alone is hit.
  EXPECT_LE(counts.taken_by_gdal, 2 * counts.taken_wrong);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, DamagedTiff,
    ::testing::Values(Form{"Deflate",
                           {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=DEFLATE", "PREDICTOR=2"}},
                      Form{"Lzw", {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=LZW", "PREDICTOR=2"}},
                      Form{"ZstdByBand", {"COMPRESS=ZSTD", "BLOCKYSIZE=9", "INTERLEAVE=BAND"}},
                      Form{"None", {"BLOCKYSIZE=9"}},
                      Form{"BigTiff", {"COMPRESS=DEFLATE", "BLOCKYSIZE=9", "BIGTIFF=YES", "ENDIANNESS=BIG"}}),
    [](const auto& form) { return form.param.name; });

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

/// A file of one band of bytes, 40 x 10, in strips of 8 rows, whose second holds what is given.
void write_strips(const std::string& path, const std::vector<std::uint8_t>& second) {
  const std::unique_ptr<TIFF, TiffCloser> tiff(TIFFOpen(path.c_str(), "w"));
  ASSERT_NE(tiff, nullptr);
  TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, 40);
  TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, 10);
  TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, 8);
  TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  std::vector<std::uint8_t> first(320, 9);
  ASSERT_EQ(TIFFWriteEncodedStrip(tiff.get(), 0, first.data(), 320), 320);
  std::vector<std::uint8_t> packed = second;
  const auto size = static_cast<tmsize_t>(packed.size());
  ASSERT_EQ(TIFFWriteRawStrip(tiff.get(), 1, packed.data(), size), size);
}

std::vector<std::uint8_t> packed_rows(int rows) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(40 * rows));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * i / 7);
  std::vector<std::uint8_t> out(2000);
  libdeflate_compressor* packer = libdeflate_alloc_compressor(6);
  out.resize(libdeflate_zlib_compress(packer, pixels.data(), pixels.size(), out.data(), out.size()));
  libdeflate_free_compressor(packer);
  return out;
}

ReadResult read_strips(const std::string& path, ReaderChoice choice) {
  const SourceSelection selection{{1}, PixelType::u8, std::nullopt, false};
  Warnings warnings;
  return read_window(*make_raster_source(describe_raster(path), selection, warnings, choice), selection,
                     {0, 0, 40, 10});
}

/// Odd writers fill the last strip up with rows that the image does not have.
TEST(DamagedTiff, ALastStripWithAllRowsIsNone) {
  const TemporaryFolder folder;
  const std::string path = folder / "padded.tif";
  write_strips(path, packed_rows(8));
  const ReadResult ours = read_strips(path, ReaderChoice::automatic);
  EXPECT_EQ(ours.error, "");
  EXPECT_TRUE(same_reads(ours, read_strips(path, ReaderChoice::gdal)));
}

/// The same bytes without the stream's end: longer than the strip, so libtiff does not see that it breaks off.
TEST(DamagedTiff, AStreamThatOutgrowsItsBlockWithoutAnEndIsToldThoughGdalTakesIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "cut.tif";
  std::vector<std::uint8_t> packed = packed_rows(8);
  packed.resize(packed.size() - 5);
  write_strips(path, packed);
  const ReadResult theirs = read_strips(path, ReaderChoice::gdal);
  if (!theirs.error.empty()) GTEST_SKIP() << "this GDAL refuses it itself: " << theirs.error;
  const ReadResult ours = read_strips(path, ReaderChoice::automatic);
  EXPECT_NE(ours.error.find("cut.tif, band 1, block (0,1) of 40 x 8 pixels: its DEFLATE stream breaks off"),
            std::string::npos)
      << ours.error;
}

TEST(DamagedTiff, AwkwardFilesReadAsByGdal) {
  const std::filesystem::path folder = test_data() / "awkward";
  GS_NEEDS(folder);
  Counts counts;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".tsv") continue;
    ++files;
    SCOPED_TRACE(entry.path().filename().string());
    read_by_both(entry.path().string(), counts);
  }
  EXPECT_GT(files, 40);
  EXPECT_GT(counts.by_raw_blocks, 10);
  EXPECT_GT(counts.failed, 3);
}

}  // namespace
}  // namespace groundshift::test

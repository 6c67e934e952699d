// SPDX-License-Identifier: Apache-2.0
// DEFLATE tiles and strips of real files: the bytes of zlib, the pixels of libtiff.
#include <gtest/gtest.h>
#include <tiffio.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/codec/inflate_runs.hpp"
#include "tests/support/codec/unpredict_runs.hpp"
#include "tests/support/test_data.hpp"

namespace groundshift {
namespace {

using codec::BlockLayout;
using codec::DecodeStatus;
using codec::SampleType;

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, TiffCloser>;

std::uint16_t short_field(TIFF* tiff, std::uint32_t tag) {
  std::uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}
std::uint32_t long_field(TIFF* tiff, std::uint32_t tag) {
  std::uint32_t value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

/// The type that has this width; nothing for widths that no warp takes.
bool sample_type(int bits, bool is_float, SampleType& type) {
  switch (bits) {
    case 8: type = SampleType::u8; return !is_float;
    case 16: type = SampleType::u16; return !is_float;
    case 32: type = is_float ? SampleType::f32 : SampleType::u32; return true;
    case 64: type = is_float ? SampleType::f64 : SampleType::u64; return true;
    default: return false;
  }
}

struct Seen {
  int blocks = 0;
  int refused_by_both = 0;
  int pixels_compared = 0;
  int most_work_percent = 0;  // of the limit
};

/// One block of an open file: inflated by lanes and by zlib, then un-predicted by lanes and by libtiff.
void check_block(TIFF* tiff, std::uint32_t number, const std::string& name, Seen& seen) {
  const std::uint64_t packed_byte_count = TIFFGetStrileByteCount(tiff, number);
  if (packed_byte_count == 0 || packed_byte_count > 1u << 26) return;  // sparse, or a lie
  test::Bytes packed(static_cast<std::size_t>(packed_byte_count));
  const bool tiled = TIFFIsTiled(tiff) != 0;
  const auto size = static_cast<tmsize_t>(packed.size());
  const tmsize_t got =
      tiled ? TIFFReadRawTile(tiff, number, packed.data(), size) : TIFFReadRawStrip(tiff, number, packed.data(), size);
  if (got != size) return;  // the file ends before
  tmsize_t raw_size = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
  BlockLayout layout;
  layout.width = static_cast<std::int32_t>(long_field(tiff, tiled ? TIFFTAG_TILEWIDTH : TIFFTAG_IMAGEWIDTH));
  if (!tiled) {
    const std::uint32_t rows = std::min(long_field(tiff, TIFFTAG_ROWSPERSTRIP), long_field(tiff, TIFFTAG_IMAGELENGTH));
    const std::uint32_t strips = (long_field(tiff, TIFFTAG_IMAGELENGTH) + rows - 1) / rows;
    const std::uint32_t first = number % strips * rows;
    raw_size = TIFFVStripSize(tiff, std::min(rows, long_field(tiff, TIFFTAG_IMAGELENGTH) - first));
  }
  if (raw_size <= 0 || raw_size >= tmsize_t{1} << 26) return;
  const auto raw_byte_count = static_cast<std::size_t>(raw_size);
  ++seen.blocks;
  const test::Inflated inflated = test::inflate_by_lanes(packed, raw_byte_count);
  const auto expected = test::inflate_by_zlib(packed, raw_byte_count);
  ASSERT_EQ(inflated.status == DecodeStatus::ok, expected.has_value()) << name << ": " << name_of(inflated.status);
  if (!expected) {
    ++seen.refused_by_both;
    return;
  }
  ASSERT_TRUE(inflated.bytes == *expected) << name;
  const auto limit =
      codec::inflate_work_limit(static_cast<std::uint32_t>(packed.size()), static_cast<std::uint32_t>(raw_byte_count));
  codec::StepCounts counts;
  const DecodeStatus limited =
      test::inflate_by_lanes(packed, raw_byte_count, codec::LaneOrder::forward, limit, &counts).status;
  EXPECT_EQ(limited, DecodeStatus::ok) << name << ": a device would leave it to the CPU: " << name_of(limited);
  using codec::Step;
  const std::uint64_t work = counts[Step::block] * codec::kCodedBlockWork + counts[Step::window] * codec::kWindowWork +
                             counts[Step::round] * codec::kRoundWork;
  seen.most_work_percent = std::max(seen.most_work_percent, static_cast<int>(100 * work / limit));

  layout.sample_count =
      short_field(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_CONTIG ? short_field(tiff, TIFFTAG_SAMPLESPERPIXEL) : 1;
  layout.predictor = static_cast<BlockPredictor>(std::max<int>(1, short_field(tiff, TIFFTAG_PREDICTOR)));
  const bool is_float = short_field(tiff, TIFFTAG_SAMPLEFORMAT) == SAMPLEFORMAT_IEEEFP;
  if (TIFFIsByteSwapped(tiff) || !sample_type(short_field(tiff, TIFFTAG_BITSPERSAMPLE), is_float, layout.type)) return;
  if (layout.row_byte_count() == 0 || raw_size % layout.row_byte_count() != 0) return;
  layout.height = static_cast<std::int32_t>(raw_size / layout.row_byte_count());
  std::vector<std::byte> decoded(raw_byte_count);
  const tmsize_t decoded_size = tiled ? TIFFReadEncodedTile(tiff, number, decoded.data(), raw_size)
                                      : TIFFReadEncodedStrip(tiff, number, decoded.data(), raw_size);
  ASSERT_EQ(decoded_size, raw_size) << name;
  std::vector<std::byte> raw(raw_byte_count);
  std::memcpy(raw.data(), inflated.bytes.data(), raw_byte_count);
  std::vector<codec::SampleTarget> all;
  for (std::int32_t s = 0; s < layout.sample_count; ++s) all.push_back({s, s, s == 0, 0});
  codec::PackedBlock whole;
  whole.width = layout.width;
  whole.height = layout.height;
  BlockLayout plain = layout;
  plain.predictor = BlockPredictor::none;
  ++seen.pixels_compared;
  EXPECT_TRUE(test::unpredict_by_lanes(raw, layout, whole, all, codec::LaneOrder::forward) ==
              test::unpredict_plainly(decoded, plain, whole, all))
      << name;
}

/// At most eight blocks of each image, spread over it.
Seen check_files(const std::filesystem::path& folder) {
  TIFFSetWarningHandler(nullptr);
  TIFFSetErrorHandler(nullptr);
  Seen seen;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".tif" || extension == ".TIF" || extension == ".tiff") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const Tiff tiff(TIFFOpen(file.c_str(), "r"));
    if (!tiff) continue;
    for (int image = 0; image < 4 && TIFFSetDirectory(tiff.get(), static_cast<tdir_t>(image)) != 0; ++image) {
      const std::uint16_t compression = short_field(tiff.get(), TIFFTAG_COMPRESSION);
      if (compression != COMPRESSION_ADOBE_DEFLATE && compression != COMPRESSION_DEFLATE) continue;
      const std::uint32_t count =
          TIFFIsTiled(tiff.get()) ? TIFFNumberOfTiles(tiff.get()) : TIFFNumberOfStrips(tiff.get());
      const std::uint32_t step = std::max(1u, count / 8);
      for (std::uint32_t number = 0; number < count; number += step) {
        check_block(tiff.get(), number,
                    file.filename().string() + ", image " + std::to_string(image) + ", block " + std::to_string(number),
                    seen);
      }
    }
  }
  testing::Test::RecordProperty("blocks", seen.blocks);
  testing::Test::RecordProperty("refused_by_both", seen.refused_by_both);
  testing::Test::RecordProperty("pixels_compared", seen.pixels_compared);
  testing::Test::RecordProperty("most_work_percent", seen.most_work_percent);
  return seen;
}

TEST(TiffTiles, OfThePairs) {
  GS_NEEDS(test::test_data() / "pairs");
  const Seen seen = check_files(test::test_data() / "pairs");
  EXPECT_GE(seen.blocks, 30);
  EXPECT_GE(seen.pixels_compared, 30);
  EXPECT_EQ(seen.refused_by_both, 0);
}

TEST(TiffTiles, OfTheAwkwardFiles) {
  GS_NEEDS(test::test_data() / "awkward");
  const Seen seen = check_files(test::test_data() / "awkward");
  EXPECT_GE(seen.blocks, 3);
  EXPECT_GE(seen.pixels_compared, 1);
}

}  // namespace
}  // namespace groundshift

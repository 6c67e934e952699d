// SPDX-License-Identifier: Apache-2.0
// Predictors undone, bands taken apart, parts cut out, validity: against plain loops and against libtiff.
#include <gtest/gtest.h>
#include <tiffio.h>

#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/support/codec/inflate_runs.hpp"
#include "tests/support/codec/unpredict_runs.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift {
namespace {

using codec::BlockLayout;
using codec::LaneOrder;
using codec::PackedBlock;
using codec::SampleTarget;
using codec::SampleType;

constexpr SampleType kTypes[] = {SampleType::u8,  SampleType::i8,  SampleType::u16, SampleType::i16, SampleType::u32,
                                 SampleType::i32, SampleType::u64, SampleType::i64, SampleType::f32, SampleType::f64};

bool is_float(SampleType type) { return type == SampleType::f32 || type == SampleType::f64; }

std::vector<BlockPredictor> predictors_of(SampleType type) {
  std::vector<BlockPredictor> all = {BlockPredictor::none, BlockPredictor::horizontal};
  if (is_float(type)) all.push_back(BlockPredictor::floating_point);
  return all;
}

std::string name_of_case(const BlockLayout& l, const PackedBlock& b) {
  return "type " + std::to_string(static_cast<int>(l.type)) + ", " + std::to_string(l.sample_count) + " samples, " +
         std::to_string(l.width) + " x " + std::to_string(l.height) + ", predictor " +
         std::to_string(static_cast<int>(l.predictor)) + ", part " + std::to_string(b.x) + " " + std::to_string(b.y) +
         " " + std::to_string(b.width) + " x " + std::to_string(b.height);
}

std::vector<std::byte> random_bytes(std::size_t count, std::mt19937_64& random) {
  std::vector<std::byte> bytes(count);
  for (auto& b : bytes) b = static_cast<std::byte>(random() % 16 == 0 ? random() : random() % 3);
  return bytes;
}

void expect_plain(const std::vector<std::byte>& raw, const BlockLayout& layout, const PackedBlock& block,
                  const std::vector<SampleTarget>& targets) {
  const test::CutPlanes expected = test::unpredict_plainly(raw, layout, block, targets);
  for (const LaneOrder order : {LaneOrder::forward, LaneOrder::reversed}) {
    const test::CutPlanes cut = test::unpredict_by_lanes(raw, layout, block, targets, order);
    ASSERT_TRUE(cut.samples == expected.samples) << name_of_case(layout, block);
    ASSERT_EQ(cut.valid, expected.valid) << name_of_case(layout, block);
  }
}

PackedBlock part(std::int32_t x, std::int32_t y, std::int32_t width, std::int32_t height) {
  PackedBlock block;
  block.x = x;
  block.y = y;
  block.width = width;
  block.height = height;
  return block;
}

TEST(Unpredict, EveryTypeBandCountAndCut) {
  std::mt19937_64 random(31);
  for (const SampleType type : kTypes) {
    for (const BlockPredictor predictor : predictors_of(type)) {
      for (const std::int32_t samples : {1, 3, 4, 13}) {
        for (const std::int32_t width : {1, 31, 32, 33, 100}) {
          const BlockLayout layout{width, 5, samples, type, predictor};
          const auto raw = random_bytes(static_cast<std::size_t>(layout.row_byte_count() * layout.height), random);
          std::vector<SampleTarget> all;
          for (std::int32_t s = 0; s < samples; ++s) all.push_back({s, s, false, 0});
          expect_plain(raw, layout, part(0, 0, width, 5), all);
          expect_plain(raw, layout, part(width / 2, 1, width - width / 2, 3), all);
          expect_plain(raw, layout, part(0, 4, (width + 2) / 3, 1), all);
          expect_plain(raw, layout, part(width - 1, 0, 1, 5), {{samples - 1, 0, true, 2}});
          expect_plain(raw, layout, part(width / 3, 2, (width + 1) / 2, 2),
                       {{samples - 1, 1, true, 1}, {0, 0, true, 0}});
        }
      }
    }
  }
}

TEST(Unpredict, NodataNanAndInfinityAreInvalid) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {1.0f, -9999.0f, nan, infinity, -infinity, 0.0f, -0.0f, 3.4e38f, 1e-45f};
  std::vector<std::byte> raw(values.size() * sizeof(float));
  std::memcpy(raw.data(), values.data(), raw.size());
  const auto count = static_cast<std::int32_t>(values.size());
  const BlockLayout layout{count, 1, 1, SampleType::f32, BlockPredictor::none};
  const auto bits = [](float v) {
    std::uint32_t word;
    std::memcpy(&word, &v, sizeof(word));
    return std::uint64_t{word};
  };
  const auto valid = [&](SampleTarget target) {
    return test::unpredict_by_lanes(raw, layout, part(0, 0, count, 1), {target}, LaneOrder::forward).valid;
  };
  using Valid = std::vector<std::uint8_t>;
  EXPECT_EQ(valid({0, 0, false, 0}), (Valid{1, 1, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(valid({0, 0, true, bits(-9999.0f)}), (Valid{1, 0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(valid({0, 0, true, bits(0.0f)}), (Valid{1, 1, 0, 0, 0, 0, 0, 1, 1})) << "-0 equals 0";
  EXPECT_EQ(valid({0, 0, true, bits(nan)}), (Valid{1, 1, 0, 0, 0, 1, 1, 1, 1}));
}

// One band's nodata makes the pixel invalid, whatever the others say.
TEST(Unpredict, ValidityIsOfAllWantedSamples) {
  const std::vector<std::byte> raw = {std::byte{7}, std::byte{0}, std::byte{1},
                                      std::byte{7}, std::byte{2}, std::byte{3}};
  const BlockLayout layout{3, 1, 2, SampleType::u8, BlockPredictor::none};
  const std::vector<SampleTarget> both = {{0, 0, true, 7}, {1, 1, true, 7}};
  const auto cut = test::unpredict_by_lanes(raw, layout, part(0, 0, 3, 1), both, LaneOrder::forward);
  EXPECT_EQ(cut.valid, (std::vector<std::uint8_t>{0, 0, 1}));
  const auto second = test::unpredict_by_lanes(raw, layout, part(0, 0, 3, 1), {{1, 0, true, 7}}, LaneOrder::forward);
  EXPECT_EQ(second.valid, (std::vector<std::uint8_t>{1, 0, 1}));
}

struct TiffCloser {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, TiffCloser>;

// What libtiff packs with its predictors comes back, from its own raw tiles.
TEST(Unpredict, UndoesWhatLibtiffWrites) {
  const test::TemporaryFolder folder;
  std::mt19937_64 random(32);
  constexpr std::uint32_t kSide = 48;
  for (const SampleType type : kTypes) {
    for (const BlockPredictor predictor : predictors_of(type)) {
      for (const std::int32_t samples : {1, 3, 4, 13}) {
        const BlockLayout layout{kSide, kSide, samples, type, predictor};
        const BlockLayout plain{kSide, kSide, samples, type, BlockPredictor::none};
        const auto byte_count = static_cast<std::size_t>(layout.row_byte_count() * layout.height);
        const auto original = random_bytes(byte_count, random);
        const std::string path = (folder.path() / "tile.tif").string();
        {
          const Tiff tiff(TIFFOpen(path.c_str(), "w"));
          ASSERT_TRUE(tiff);
          TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, kSide);
          TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, kSide);
          TIFFSetField(tiff.get(), TIFFTAG_TILEWIDTH, kSide);
          TIFFSetField(tiff.get(), TIFFTAG_TILELENGTH, kSide);
          TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 8 * codec::sample_byte_count(type));
          TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, samples);
          TIFFSetField(tiff.get(), TIFFTAG_SAMPLEFORMAT, is_float(type) ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
          TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
          TIFFSetField(tiff.get(), TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
          const std::vector<std::uint16_t> extra(static_cast<std::size_t>(samples - 1), EXTRASAMPLE_UNSPECIFIED);
          if (samples > 1) TIFFSetField(tiff.get(), TIFFTAG_EXTRASAMPLES, samples - 1, extra.data());
          TIFFSetField(tiff.get(), TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
          TIFFSetField(tiff.get(), TIFFTAG_PREDICTOR, static_cast<int>(predictor));
          auto copy = original;
          ASSERT_EQ(TIFFWriteEncodedTile(tiff.get(), 0, copy.data(), static_cast<tmsize_t>(copy.size())),
                    static_cast<tmsize_t>(copy.size()));
        }
        const Tiff tiff(TIFFOpen(path.c_str(), "r"));
        ASSERT_TRUE(tiff);
        test::Bytes packed(static_cast<std::size_t>(TIFFGetStrileByteCount(tiff.get(), 0)));
        ASSERT_GT(TIFFReadRawTile(tiff.get(), 0, packed.data(), static_cast<tmsize_t>(packed.size())), 0);
        const test::Inflated inflated = test::inflate_by_lanes(packed, byte_count);
        ASSERT_EQ(inflated.status, codec::DecodeStatus::ok);
        std::vector<std::byte> raw(byte_count);
        std::memcpy(raw.data(), inflated.bytes.data(), byte_count);
        std::vector<SampleTarget> all;
        for (std::int32_t s = 0; s < samples; ++s) all.push_back({s, s, true, 1});
        for (const PackedBlock& block : {part(0, 0, kSide, kSide), part(5, 7, 40, 30)}) {
          EXPECT_TRUE(test::unpredict_by_lanes(raw, layout, block, all, LaneOrder::reversed) ==
                      test::unpredict_plainly(original, plain, block, all))
              << name_of_case(layout, block);
        }
      }
    }
  }
}

}  // namespace
}  // namespace groundshift

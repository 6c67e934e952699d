// SPDX-License-Identifier: Apache-2.0
// What is packed is unpacked to the same bytes by the codecs' own libraries, and predictors are undone by their rule.
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

#include "kernels/codec/apply_predictor.hpp"
#include "kernels/codec/block_decoder.hpp"
#include "kernels/codec/block_encoder.hpp"
#include "kernels/codec/run_deflate.hpp"

namespace groundshift::test {
namespace {

using Bytes = std::vector<std::byte>;

Bytes noise(std::size_t count, unsigned values) {
  std::mt19937 random(7);
  Bytes bytes(count);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random() % values);
  return bytes;
}

Bytes unpacked(BlockCodec codec, const Bytes& packed, std::size_t count) {
  Bytes out(count);
  if (codec == BlockCodec::none) return packed;
  if (codec == BlockCodec::zstd) {
    EXPECT_EQ(ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size()), count);
    return out;
  }
  libdeflate_decompressor* inflate = libdeflate_alloc_decompressor();
  std::size_t got = 0;
  EXPECT_EQ(libdeflate_zlib_decompress(inflate, packed.data(), packed.size(), out.data(), out.size(), &got),
            LIBDEFLATE_SUCCESS);
  EXPECT_EQ(got, count);
  libdeflate_free_decompressor(inflate);
  return out;
}

Bytes packed(BlockEncoder& encoder, const Bytes& from) {
  Bytes to(static_cast<std::size_t>(encoder.bound(static_cast<std::int64_t>(from.size()))));
  to.resize(static_cast<std::size_t>(encoder.pack(from, to)));
  return to;
}

TEST(BlockEncoder, PacksWhatItsLibraryUnpacks) {
  constexpr BlockContents kAny = BlockContents::samples, kDifferences = BlockContents::differences;
  const std::vector<std::tuple<BlockCodec, int, BlockContents>> forms = {
      {BlockCodec::none, 1, kAny},     {BlockCodec::deflate, 1, kAny}, {BlockCodec::deflate, 1, kDifferences},
      {BlockCodec::deflate, 2, kAny},  {BlockCodec::deflate, 6, kAny}, {BlockCodec::deflate, 6, kDifferences},
      {BlockCodec::deflate, 12, kAny}, {BlockCodec::zstd, 1, kAny},    {BlockCodec::zstd, 9, kAny}};
  for (const auto& [codec, level, contents] : forms) {
    BlockEncoder encoder(codec, level, contents);
    for (const std::size_t count : {1u, 2u, 255u, 4096u, 300000u}) {
      for (const unsigned values : {1u, 3u, 256u}) {  // constant, compressible, not compressible at all
        const Bytes raw = noise(count, values);
        const Bytes first = packed(encoder, raw);
        EXPECT_EQ(unpacked(codec, first, count), raw) << static_cast<int>(codec) << " level " << level << ", " << count;
        EXPECT_EQ(packed(encoder, raw), first) << "the same bytes again";
      }
    }
  }
}

/// Bytes of one of several kinds: what differences are, and what they are not.
Bytes bytes_of_kind(int kind, std::size_t count, std::mt19937& random) {
  std::normal_distribution<double> noise_of_differences(0.0, 9.0);
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    int value = 0;
    switch (kind) {
      case 0: value = static_cast<int>(random()); break;
      case 1: break;  // one run
      case 2: value = random() % 40 == 0 || i == 0 ? static_cast<int>(random()) : static_cast<int>(bytes[i - 1]); break;
      case 3: value = static_cast<int>(random() % 3); break;
      case 4: value = static_cast<int>(std::lround(noise_of_differences(random))); break;
      case 5: value = i / 300 % 2 != 0 ? static_cast<int>(random()) : 7; break;
      case 6: value = i % 1000 < 255 + count % 9 ? 1 : static_cast<int>(random() % 2); break;  // runs about 258 long
      default: value = std::countr_zero(random() | 0x40000000u); break;  // counts that ask for codes beyond 12 bits
    }
    bytes[i] = static_cast<std::byte>(value);
  }
  return bytes;
}

TEST(RunDeflate, StreamsUnpackToWhatWentIn) {
  std::mt19937 random(11);
  codec::RunDeflate packer;
  BlockDecoder decoder;
  for (int turn = 0; turn < 600; ++turn) {
    const int kind = turn % 8;
    const std::size_t most = turn % 50 < 8 ? 3 * codec::RunDeflate::kPartBytes : 5000;
    const Bytes raw = bytes_of_kind(kind, random() % most, random);
    Bytes stream(codec::RunDeflate::bound(raw.size()));
    stream.resize(packer.pack(raw, stream));
    ASSERT_EQ(unpacked(BlockCodec::deflate, stream, raw.size()), raw) << "kind " << kind << ", " << raw.size();
    if (raw.empty()) continue;
    Bytes by_reader(raw.size());
    ASSERT_EQ(decoder.unpack(BlockCodec::deflate, stream, by_reader), BlockStatus::ok) << "kind " << kind;
    ASSERT_EQ(by_reader, raw);
  }
}

TEST(RunDeflate, HoldsItsBoundAndPacksRunsAndNoise) {
  std::mt19937 random(5);
  codec::RunDeflate packer;
  const std::size_t count = std::size_t{2} << 20;
  const auto size_of = [&](int kind) {
    const Bytes raw = bytes_of_kind(kind, count, random);
    Bytes stream(codec::RunDeflate::bound(count));
    return packer.pack(raw, stream);
  };
  EXPECT_LT(size_of(0), count + 1000);                                          // not compressible: stored
  EXPECT_LT(size_of(1), 10000u);                                                // one run
  EXPECT_NEAR(double(size_of(4)), 0.65 * double(count), 0.02 * double(count));  // entropy of sigma 9: 5.2 bits
}

TEST(BlockEncoder, MakesConstantBlocksSmall) {
  for (const BlockCodec codec : {BlockCodec::deflate, BlockCodec::zstd}) {
    BlockEncoder encoder(codec, 1);
    EXPECT_LT(packed(encoder, Bytes(1 << 20)).size(), 10000u);
  }
}

TEST(BlockEncoder, RefusesLevelsThatDoNotExist) {
  EXPECT_THROW(BlockEncoder(BlockCodec::deflate, 0), std::invalid_argument);
  EXPECT_THROW(BlockEncoder(BlockCodec::deflate, 13), std::invalid_argument);
  EXPECT_THROW(BlockEncoder(BlockCodec::zstd, 23), std::invalid_argument);
}

template <class T>
std::vector<T> predicted(BlockPredictor predictor, std::vector<T> row, std::int32_t samples) {
  const SampleRow shape{static_cast<std::int32_t>(row.size()) / samples, samples, sizeof(T)};
  std::vector<T> out(row.size()), scratch(row.size());
  apply_predictor(predictor, shape, reinterpret_cast<const std::byte*>(row.data()),
                  reinterpret_cast<std::byte*>(out.data()), reinterpret_cast<std::byte*>(scratch.data()));
  return out;
}

TEST(ApplyPredictor, TakesTheNeighbourOfTheSameBandAway) {
  EXPECT_EQ(predicted<std::uint8_t>(BlockPredictor::horizontal, {5, 7, 4, 250, 3}, 1),
            (std::vector<std::uint8_t>{5, 2, 253, 246, 9}));
  EXPECT_EQ(predicted<std::uint16_t>(BlockPredictor::horizontal, {10, 1000, 13, 900, 12, 65535}, 2),
            (std::vector<std::uint16_t>{10, 1000, 3, 65436, 65535, 64635}));
  EXPECT_EQ(predicted<std::uint32_t>(BlockPredictor::horizontal, {7, 5}, 1),
            (std::vector<std::uint32_t>{7, 0xfffffffe}));
  EXPECT_EQ(predicted<std::uint16_t>(BlockPredictor::none, {7, 5}, 1), (std::vector<std::uint16_t>{7, 5}));
  EXPECT_EQ(predicted<std::uint16_t>(BlockPredictor::horizontal, {7}, 1), (std::vector<std::uint16_t>{7}));
}

TEST(ApplyPredictor, TakesFloatsApartByTheirBytes) {
  // 1.0f = 3f800000, 2.0f = 40000000: planes 3f 40 | 80 00 | 00 00 | 00 00, then each minus the byte before.
  const std::vector<float> out = predicted<float>(BlockPredictor::floating_point, {1.0f, 2.0f}, 1);
  std::array<unsigned char, 8> bytes{};
  std::memcpy(bytes.data(), out.data(), bytes.size());
  EXPECT_EQ(bytes, (std::array<unsigned char, 8>{0x3f, 0x01, 0x40, 0x80, 0x00, 0x00, 0x00, 0x00}));
}

TEST(ApplyPredictor, FloatsOfTwoBandsAreUndone) {
  std::mt19937 random(3);
  std::vector<float> row(2 * 37);
  for (float& v : row) v = static_cast<float>(random()) * 1e-5f;
  const std::vector<float> out = predicted<float>(BlockPredictor::floating_point, row, 2);
  std::vector<unsigned char> bytes(row.size() * 4);
  std::memcpy(bytes.data(), out.data(), bytes.size());
  for (std::size_t i = 2; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(bytes[i] + bytes[i - 2]);
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::uint32_t bits = 0, expected = 0;
    for (std::size_t plane = 0; plane < 4; ++plane) bits = bits << 8 | bytes[plane * row.size() + i];
    std::memcpy(&expected, &row[i], 4);
    ASSERT_EQ(bits, expected) << i;
  }
}

}  // namespace
}  // namespace groundshift::test

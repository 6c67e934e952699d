// SPDX-License-Identifier: Apache-2.0
// Packed bytes to an exact size: what is taken, what is refused, and that nothing outside is written.
#include "kernels/codec/block_decoder.hpp"

#include <libdeflate.h>
#include <zstd.h>
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift::test {
namespace {

using Bytes = std::vector<std::byte>;

/// Bytes with some order in them, so that packing finds matches and literals.
Bytes pixels_of(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  Bytes out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>((i / 7 + (random() % 4)) & 0xff);
  return out;
}

Bytes packed_with(BlockCodec codec, const Bytes& from) {
  if (codec == BlockCodec::none) return from;
  Bytes out(from.size() + 1024);
  std::size_t size = 0;
  if (codec == BlockCodec::deflate) {
    libdeflate_compressor* packer = libdeflate_alloc_compressor(6);
    size = libdeflate_zlib_compress(packer, from.data(), from.size(), out.data(), out.size());
    libdeflate_free_compressor(packer);
  } else {
    size = ZSTD_compress(out.data(), out.size(), from.data(), from.size(), 3);
  }
  out.resize(size);
  return out;
}

/// Unpacks into a buffer with guards; the status, and the bytes when it is ok.
BlockStatus unpack(BlockDecoder& decoder, BlockCodec codec, const Bytes& packed, std::size_t size,
                   Bytes* bytes = nullptr) {
  constexpr std::size_t kGuard = 64;
  Bytes room(size + 2 * kGuard, std::byte{0xa5});
  const BlockStatus status = decoder.unpack(codec, packed, std::span(room).subspan(kGuard, size));
  for (std::size_t i = 0; i < kGuard; ++i) {
    EXPECT_EQ(room[i], std::byte{0xa5});
    EXPECT_EQ(room[room.size() - 1 - i], std::byte{0xa5});
  }
  if (bytes != nullptr) bytes->assign(room.begin() + kGuard, room.end() - kGuard);
  return status;
}

class Codecs : public ::testing::TestWithParam<BlockCodec> {};

TEST_P(Codecs, GivesBackEverySize) {
  BlockDecoder decoder;
  for (const std::size_t size : {1u, 2u, 255u, 4096u, 65536u, 300001u}) {
    const Bytes from = pixels_of(size, 3);
    Bytes back;
    ASSERT_EQ(unpack(decoder, GetParam(), packed_with(GetParam(), from), size, &back), BlockStatus::ok) << size;
    EXPECT_EQ(back, from);
  }
}

TEST_P(Codecs, IgnoresWhatFollowsTheStream) {
  BlockDecoder decoder;
  const Bytes from = pixels_of(5000, 4);
  Bytes packed = packed_with(GetParam(), from);
  for (int i = 0; i < 9; ++i) packed.push_back(std::byte{0x5a});
  Bytes back;
  ASSERT_EQ(unpack(decoder, GetParam(), packed, from.size(), &back), BlockStatus::ok);
  EXPECT_EQ(back, from);
}

TEST_P(Codecs, RefusesAnotherSizeAndGoesOnAfterIt) {
  BlockDecoder decoder;
  const Bytes from = pixels_of(5000, 5), packed = packed_with(GetParam(), from);
  EXPECT_NE(unpack(decoder, GetParam(), packed, from.size() + 1), BlockStatus::ok);
  if (GetParam() != BlockCodec::none) {
    EXPECT_NE(unpack(decoder, GetParam(), packed, from.size() - 1), BlockStatus::ok);
  }
  EXPECT_NE(unpack(decoder, GetParam(), {}, from.size()), BlockStatus::ok);
  Bytes back;
  ASSERT_EQ(unpack(decoder, GetParam(), packed, from.size(), &back), BlockStatus::ok);
  EXPECT_EQ(back, from);
}

TEST_P(Codecs, EveryTruncationIsRefused) {
  BlockDecoder decoder;
  const Bytes from = pixels_of(700, 6), packed = packed_with(GetParam(), from);
  for (std::size_t kept = 0; kept < packed.size(); ++kept) {
    const Bytes cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(kept));
    ASSERT_NE(unpack(decoder, GetParam(), cut, from.size()), BlockStatus::ok) << kept;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Codecs, ::testing::Values(BlockCodec::none, BlockCodec::deflate, BlockCodec::zstd),
                         [](const auto& codec) {
                           return codec.param == BlockCodec::none      ? "None"
                                  : codec.param == BlockCodec::deflate ? "Deflate"
                                                                       : "Zstd";
                         });

/// Deflate has a checksum: what is taken is what was packed. (zstd frames of TIFF files have none.)
TEST(BlockDecoder, DamagedDeflateIsRefusedOrUnchanged) {
  BlockDecoder decoder;
  std::mt19937 random(8);
  const Bytes from = pixels_of(3000, 7), packed = packed_with(BlockCodec::deflate, from);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    Bytes damaged = packed;
    damaged[random() % damaged.size()] ^= static_cast<std::byte>(1u << (random() % 8));
    Bytes back;
    if (unpack(decoder, BlockCodec::deflate, damaged, from.size(), &back) == BlockStatus::ok) {
      ASSERT_EQ(back, from);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2900);
}

TEST(BlockDecoder, KnowsAWholeStreamOfAnySizeByItsEndAndItsChecksum) {
  BlockDecoder decoder;
  std::mt19937 random(10);
  for (const std::size_t size : {1u, 3000u, 65536u, 3000000u}) {  // the last beyond the rooms of one piece
    const Bytes packed = packed_with(BlockCodec::deflate, pixels_of(size, 7));
    EXPECT_TRUE(decoder.holds_whole_stream(packed, size)) << size;
    EXPECT_TRUE(decoder.holds_whole_stream(packed, 4 * size)) << size;
    EXPECT_FALSE(decoder.holds_whole_stream(packed, size - 1)) << size;
    Bytes longer = packed;
    longer.resize(packed.size() + 9, std::byte{0x77});  // bytes behind a stream are nobody's
    EXPECT_TRUE(decoder.holds_whole_stream(longer, size)) << size;
    EXPECT_FALSE(decoder.holds_whole_stream(std::span(packed).first(packed.size() - 1), size)) << size;
    for (int i = 0; i < 50; ++i) {
      Bytes damaged = packed;
      const std::size_t at = 2 + random() % (packed.size() - 2);  // in the header a bit of the level may differ
      damaged[at] ^= static_cast<std::byte>(1u << (random() % 8));
      Bytes back;
      const bool same = unpack(decoder, BlockCodec::deflate, damaged, size, &back) == BlockStatus::ok;
      EXPECT_EQ(decoder.holds_whole_stream(damaged, size), same) << size << " byte " << at;
    }
  }
  EXPECT_FALSE(decoder.holds_whole_stream({}, 10));
}

TEST(BlockDecoder, DamagedZstdStaysInItsRoom) {
  BlockDecoder decoder;
  std::mt19937 random(9);
  const Bytes from = pixels_of(3000, 7), packed = packed_with(BlockCodec::zstd, from);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    Bytes damaged = packed;
    for (int k = 0; k < 4; ++k) damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    refused += unpack(decoder, BlockCodec::zstd, damaged, from.size()) != BlockStatus::ok ? 1 : 0;
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace groundshift::test

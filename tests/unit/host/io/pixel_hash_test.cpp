// SPDX-License-Identifier: Apache-2.0
// The pixel hash against Python's hashlib, and its indifference to cut, order, threads, codec and layout of a file.
//
// The expected values come from this, run once (u16, i16, one and nan alike):
//   import hashlib, numpy as np
//   def pixel_hash(bands):
//       digests = b''
//       for band in bands:
//           for y in range(0, band.shape[0], 256):
//               for x in range(0, band.shape[1], 256):
//                   cell = np.ascontiguousarray(band[y:y+256, x:x+256])
//                   digests += hashlib.sha256(cell.tobytes()).digest()
//       return hashlib.sha256(digests).hexdigest()
//   y, x = np.mgrid[0:300, 0:520]
//   u8 = [((x*7 + y*13) % 251).astype('u1'), ((x + 3*y) % 256).astype('u1')]
//   u16 = [((x*131 + y*17) % 65536).astype('<u2')];  i16 = [((x*131 + y*17) % 65536 - 32768).astype('<i2')]
//   f32 = ((x.astype('f4') - y.astype('f4')) * np.float32(.25)); f32.view('u4')[(x + y) % 11 == 0] = 0x7fc00000
#include "host/io/pixel_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/scene_files.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int32_t kWidth = 520, kHeight = 300;
constexpr const char* kU8 = "55d5a5e33f0be9c32ba81048f832d4a190b7c66982634986656e70343e621a90";
constexpr const char* kU16 = "15902de1c036b1eaf4f0a7e18579f1d9b3d4ad661fc829908c2fa560c0dc5876";
constexpr const char* kI16 = "3c0551f9b003a329eeaae2ede5962098e6e6999e7dbceebb6dd1883662a80813";
constexpr const char* kF32 = "940bb789f71bc17e2e91654f3ac0942c66d3b2269475bf11713431d539a3b295";
constexpr const char* kOnePixelOf7 = "b6d58dfa6547c1eb7f0d4ffd3e3bd6452213210ea51baa70b97c31f011187215";
constexpr const char* kOneNan = "3dc692465f2ce84176cf9993d36f084ad80c628debc61aebb7667e57e510cdd7";

std::uint8_t u8_at(int band, int x, int y) {
  return static_cast<std::uint8_t>(band == 0 ? (x * 7 + y * 13) % 251 : (x + 3 * y) % 256);
}
int u16_at(int x, int y) { return (x * 131 + y * 17) % 65536; }
float f32_at(int x, int y, std::uint32_t nan_bits) {
  if ((x + y) % 11 == 0) return std::bit_cast<float>(nan_bits);
  return (static_cast<float>(x) - static_cast<float>(y)) * 0.25f;
}

template <class T, class F>
std::vector<T> raster(F&& value) {
  std::vector<T> pixels(static_cast<std::size_t>(kWidth) * kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) pixels[static_cast<std::size_t>(y) * kWidth + x] = static_cast<T>(value(x, y));
  }
  return pixels;
}

/// Windows of whole cells, in an order drawn with the seed.
std::vector<Window> shuffled_tiles(std::int32_t tile, std::uint32_t seed) {
  std::vector<Window> tiles;
  for (std::int32_t y = 0; y < kHeight; y += tile) {
    for (std::int32_t x = 0; x < kWidth; x += tile) {
      tiles.push_back({x, y, std::min(tile, kWidth - x), std::min(tile, kHeight - y)});
    }
  }
  std::shuffle(tiles.begin(), tiles.end(), std::mt19937(seed));
  return tiles;
}

template <class T>
std::string hash_of(const std::vector<T>& pixels, std::int32_t tile, std::uint32_t seed = 1) {
  PixelHash hash(kWidth, kHeight, 1);
  for (const Window& w : shuffled_tiles(tile, seed)) {
    hash.add(0, w, &pixels[static_cast<std::size_t>(w.y) * kWidth + w.x], kWidth, sizeof(T), std::is_same_v<T, float>);
  }
  return hash.hex();
}

TEST(PixelHash, IsWhatHashlibGives) {
  EXPECT_EQ(hash_of(raster<std::uint16_t>(u16_at), 256), kU16);
  EXPECT_EQ(hash_of(raster<std::int16_t>([](int x, int y) { return u16_at(x, y) - 32768; }), 256), kI16);
  EXPECT_EQ(hash_of(raster<float>([](int x, int y) { return f32_at(x, y, 0x7fc00000u); }), 256), kF32);
  PixelHash one(1, 1, 1);
  const std::uint8_t seven = 7;
  one.add(0, {0, 0, 1, 1}, &seven, 1, 1, false);
  EXPECT_EQ(one.hex(), kOnePixelOf7);
}

TEST(PixelHash, TakesBandsOneAfterTheOther) {
  PixelHash hash(kWidth, kHeight, 2);
  for (const int band : {1, 0}) {
    const auto pixels = raster<std::uint8_t>([band](int x, int y) { return u8_at(band, x, y); });
    hash.add(band, {0, 0, kWidth, kHeight}, pixels.data(), kWidth, 1, false);
  }
  EXPECT_EQ(hash.hex(), kU8);
}

TEST(PixelHash, DoesNotSeeTilesOrOrder) {
  const auto pixels = raster<std::uint16_t>(u16_at);
  for (const std::int32_t tile : {256, 512, 1024}) {
    for (const std::uint32_t seed : {1u, 2u, 3u}) EXPECT_EQ(hash_of(pixels, tile, seed), kU16);
  }
}

TEST(PixelHash, DoesNotSeeThreads) {
  const auto pixels = raster<std::uint16_t>(u16_at);
  PixelHash hash(kWidth, kHeight, 1);
  {
    std::vector<std::jthread> threads;
    for (const Window& w : shuffled_tiles(256, 4)) {
      threads.emplace_back([&hash, &pixels, w] {
        hash.add(0, w, &pixels[static_cast<std::size_t>(w.y) * kWidth + w.x], kWidth, 2, false);
      });
    }
  }
  EXPECT_EQ(hash.hex(), kU16);
}

TEST(PixelHash, EveryNanIsTheSame) {
  for (const std::uint32_t bits : {0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xffffffffu, 0x7fc12345u}) {
    EXPECT_EQ(hash_of(raster<float>([bits](int x, int y) { return f32_at(x, y, bits); }), 512), kF32);
    PixelHash one(1, 1, 1);
    one.add(0, {0, 0, 1, 1}, &bits, 1, 4, true);
    EXPECT_EQ(one.hex(), kOneNan);
  }
}

TEST(PixelHash, SeesEveryPixelSignsOfZeroAndInfinities) {
  auto pixels = raster<float>([](int, int) { return 0.0f; });
  const std::string zeros = hash_of(pixels, 256);
  for (const std::size_t at : {std::size_t{0}, pixels.size() / 2, pixels.size() - 1}) {
    for (const float other : {-0.0f, 1e-45f, std::numeric_limits<float>::infinity()}) {
      pixels[at] = other;
      EXPECT_NE(hash_of(pixels, 256), zeros);
      pixels[at] = 0.0f;
    }
  }
}

using Layout = std::vector<std::string>;
class HashFile : public ::testing::TestWithParam<Layout> {};

TEST_P(HashFile, DoesNotSeeCodecOrLayout) {
  const TemporaryFolder folder;
  SceneSpec spec;
  spec.width = kWidth;
  spec.height = kHeight;
  spec.band_count = 2;
  spec.creation_options = GetParam();
  write_scene(folder / "u8.tif", spec, u8_at);
  EXPECT_EQ(hash_file(folder / "u8.tif"), kU8);
  spec.band_count = 1;
  spec.type = GDT_UInt16;
  write_scene(folder / "u16.tif", spec, [](int, int x, int y) { return u16_at(x, y); });
  EXPECT_EQ(hash_file(folder / "u16.tif"), kU16);
  spec.type = GDT_Float32;
  spec.crs.clear();
  spec.geotransform.reset();
  write_scene(folder / "f32.tif", spec, [](int, int x, int y) { return double(f32_at(x, y, 0xffc00001u)); });
  EXPECT_EQ(hash_file(folder / "f32.tif"), kF32);
}

INSTANTIATE_TEST_SUITE_P(Layouts, HashFile,
                         ::testing::Values(Layout{}, Layout{"COMPRESS=ZSTD", "BLOCKYSIZE=7"},
                                           Layout{"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32", "COMPRESS=LZW"},
                                           Layout{"TILED=YES", "COMPRESS=DEFLATE", "INTERLEAVE=BAND"}));

TEST(HashFileErrors, NamesAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THROW(hash_file(folder / "missing.tif"), InputError);
  SceneSpec spec;
  write_scene(folder / "damaged.tif", spec, u8_at);
  corrupt_block(folder / "damaged.tif", 1, 1, 1);
  try {
    hash_file(folder / "damaged.tif");
    FAIL() << "a damaged file has a hash";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("damaged.tif"), std::string::npos);
  }
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// Samples in as few bits as they need, and back: every width of a row, every number of bits, nothing beyond the bound.
#include "kernels/codec/bit_packing.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace groundshift::test {
namespace {

constexpr std::byte kUntouched{0xa5};
constexpr std::uint16_t kBetweenRows = 0x5a5a;
constexpr std::int32_t kPitchGap = 7, kBandGap = 11;

/// Planes with gaps between rows and bands.
struct Planes {
  Planes(std::int32_t width, std::int32_t height, std::int32_t bands)
      : shape{nullptr, width, height, bands, width + kPitchGap, (width + kPitchGap) * height + kBandGap},
        samples(static_cast<std::size_t>(shape.band_pitch * bands), kBetweenRows) {}
  PlanarView<std::uint16_t> view() {
    auto out = shape;
    out.data = samples.data();
    return out;
  }
  PlanarView<const std::uint16_t> constant() const {
    return {samples.data(), shape.width, shape.height, shape.band_count, shape.row_pitch, shape.band_pitch};
  }
  template <class F>
  void fill(F&& sample) {
    for (std::int32_t b = 0; b < shape.band_count; ++b) {
      for (std::int32_t y = 0; y < shape.height; ++y) {
        for (std::int32_t x = 0; x < shape.width; ++x) view().band(b)(x, y) = static_cast<std::uint16_t>(sample(x));
      }
    }
  }

  PlanarView<std::uint16_t> shape;
  std::vector<std::uint16_t> samples;
};

struct alignas(64) Line {
  std::byte bytes[64];
};

/// Memory for packed planes and a guard behind it.
struct Room {
  explicit Room(std::size_t bound) : lines((bound + 63) / 64 + 1), bytes(bound) {
    std::fill_n(data(), lines.size() * sizeof(Line), kUntouched);
  }
  std::byte* data() { return lines.front().bytes; }
  bool untouched_from(std::size_t byte) {
    return std::all_of(data() + byte, data() + lines.size() * sizeof(Line),
                       [](std::byte b) { return b == kUntouched; });
  }

  std::vector<Line> lines;
  std::size_t bytes;
};

/// Packs, unpacks elsewhere and compares; returns the packed size.
std::size_t there_and_back(const Planes& planes, bool is_signed) {
  Room room(packed_bits_bound(planes.shape.width, planes.shape.height, planes.shape.band_count));
  const std::size_t written = pack_bits(planes.constant(), is_signed, room.data());
  EXPECT_LE(written, room.bytes);
  EXPECT_EQ(written % 64, 0u);
  EXPECT_TRUE(room.untouched_from(written));
  Planes back(planes.shape.width, planes.shape.height, planes.shape.band_count);
  EXPECT_EQ(unpack_bits(room.data(), back.view()), written);
  EXPECT_EQ(back.samples, planes.samples);  // the gaps too
  return written;
}

std::size_t directory_bytes(std::int32_t blocks) { return (static_cast<std::size_t>(blocks) * 4 + 63) / 64 * 64; }

TEST(BitPacking, GivesEverySampleBackWhateverTheWidthAndTheBits) {
  std::mt19937 random(7);
  for (const std::int32_t width : {1, 2, 31, 32, 33, 64, 500, 511, 512, 513, 544, 1023, 1024, 1026}) {
    for (unsigned bits = 0; bits <= 16; ++bits) {
      const unsigned least = bits == 16 ? 0 : random() % (65536U - (1U << bits) + 1);
      Planes planes(width, 3, 2);
      planes.fill([&](std::int32_t) { return least + (random() & ((1U << bits) - 1)); });
      SCOPED_TRACE(testing::Message() << width << " samples of " << bits << " bits from " << least);
      there_and_back(planes, false);
      there_and_back(planes, true);  // the sign matters to the size alone
    }
  }
}

TEST(BitPacking, TakesTheBitsOfTheRangeAndADirectory) {
  for (unsigned bits = 0; bits <= 16; ++bits) {
    Planes planes(1024, 5, 3);
    planes.fill([&](std::int32_t x) { return x % 512 == 3 ? 0U : (1U << bits) - 1; });
    const std::size_t blocks = 2 * 5 * 3;
    EXPECT_EQ(there_and_back(planes, false), directory_bytes(blocks) + blocks * bits * 64) << bits;
  }
}

TEST(BitPacking, OfSignedSamplesCountsTheRangeAcrossZero) {
  Planes planes(512, 4, 1);
  planes.fill([](std::int32_t x) { return x % 2 == 0 ? -100 : 100; });
  EXPECT_EQ(there_and_back(planes, true), directory_bytes(4) + 4 * 8 * 64);
  EXPECT_EQ(there_and_back(planes, false), directory_bytes(4) + 4 * 16 * 64);
}

TEST(BitPacking, KeepsAShortRestOfARowAsItIs) {
  Planes planes(512 + 40, 1, 1);  // 40 samples: two lines as they are, eight of 8 bits
  planes.fill([](std::int32_t x) { return x % 256; });
  EXPECT_EQ(there_and_back(planes, false), directory_bytes(2) + 8 * 64 + 2 * 64);
}

TEST(BitPacking, OfNoiseTakesItsBound) {
  std::mt19937 random(3);
  for (const std::int32_t width : {33, 511, 512, 700, 1024}) {
    Planes planes(width, 9, 2);
    planes.fill([&](std::int32_t) { return random(); });
    EXPECT_EQ(there_and_back(planes, false), packed_bits_bound(width, 9, 2)) << width;
  }
}

}  // namespace
}  // namespace groundshift::test

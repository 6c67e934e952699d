// SPDX-License-Identifier: Apache-2.0
// Right LZW streams: what libtiff and a plain packer write, whole and of every short length, gives back its bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "kernels/codec/apply_predictor.hpp"
#include "kernels/codec/block_decoder.hpp"
#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/lzw_runs.hpp"
#include "tests/support/codec/lzw_writer.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using codec::LaneOrder;
using test::Bytes;

constexpr LaneOrder kOrders[] = {LaneOrder::forward, LaneOrder::reversed};

void expect_bytes(const Bytes& packed, const Bytes& raw, const std::string& name) {
  ASSERT_EQ(test::lzw_by_libtiff(packed, raw.size()), raw) << name << ": the stream is not right";
  for (const LaneOrder order : kOrders) {
    const test::Inflated result = test::lzw_by_lanes(packed, raw.size(), order);
    EXPECT_EQ(result.status, DecodeStatus::ok) << name << ": " << name_of(result.status);
    EXPECT_TRUE(result.bytes == raw) << name;
  }
}

TEST(LzwVariants, GiveTheirBytes) {
  for (const std::size_t size : {1000u, 60000u}) {
    const auto variants = test::lzw_variants(size);
    EXPECT_EQ(variants.size(), 120u);
    for (const auto& v : variants) expect_bytes(v.packed, v.raw, v.name);
  }
}

// Lengths around the edges of groups: of bytes that never repeat every code is one byte.
TEST(LzwVariants, OfEveryShortLength) {
  std::mt19937 random(3);
  for (std::size_t size = 1; size <= 130; ++size) {
    Bytes steps(size), noise(size);
    for (std::size_t i = 0; i < size; ++i) {
      steps[i] = static_cast<std::uint8_t>(i);
      noise[i] = static_cast<std::uint8_t>(random() % 3);
    }
    for (const Bytes& raw : {steps, noise, Bytes(size, 9)}) {
      const std::string name = std::to_string(size) + " bytes";
      expect_bytes(test::libtiff_pack_lzw(raw), raw, name);
      expect_bytes(test::lzw_pack_plainly(raw, 3837, false), raw, name + ", no end");
    }
  }
}

// A block of one value: strings grow to 3839 bytes, all of them made by the group that names them.
TEST(LzwVariants, OfLargeBlocks) {
  constexpr std::size_t kMib = std::size_t{1} << 20;
  std::mt19937 random(4);
  Bytes noise(kMib);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
  const Bytes scene = test::differenced_scene(kMib), zeros(12 * kMib, 0);
  expect_bytes(test::libtiff_pack_lzw(scene), scene, "scene");
  expect_bytes(test::libtiff_pack_lzw(noise), noise, "noise");
  expect_bytes(test::libtiff_pack_lzw(zeros), zeros, "zeros");
  expect_bytes(test::lzw_pack_plainly(zeros, 4862), zeros, "zeros, late Clears");
}

// What is packed after a predictor: ramps of 16 bits become runs of one step.
TEST(LzwVariants, OfRampsUnderPredictor2) {
  constexpr SampleRow kForm{512, 3, sizeof(std::uint16_t)};
  constexpr std::size_t kRow = std::size_t{512} * 3;
  Bytes raw;
  for (std::uint32_t y = 0; y < 40; ++y) {
    std::vector<std::uint16_t> row(kRow);
    for (std::uint32_t i = 0; i < kRow; ++i) row[i] = static_cast<std::uint16_t>(i / 3 * (1 + i % 3) + 257 * y);
    std::vector<std::byte> stored(kRow * 2);
    apply_predictor(BlockPredictor::horizontal, kForm, reinterpret_cast<const std::byte*>(row.data()), stored.data(),
                    nullptr);
    const auto* first = reinterpret_cast<const std::uint8_t*>(stored.data());
    raw.insert(raw.end(), first, first + stored.size());
  }
  ASSERT_EQ(raw.size(), 40 * kRow * 2);
  expect_bytes(test::libtiff_pack_lzw(raw), raw, "ramps");
}

// The packed size is no more than the ratio says, and the longest strings come as close as that.
TEST(LzwVariants, PackNoBetterThanTheRatio) {
  EXPECT_EQ(codec::most_lzw_ratio(), 1628u);
  const Bytes zeros(11298177, 0);  // the strings of 4862 codes
  const Bytes packed = test::lzw_pack_plainly(zeros, 4862, false);
  EXPECT_LE(zeros.size(), codec::most_lzw_ratio() * packed.size());
  EXPECT_GT(zeros.size(), (codec::most_lzw_ratio() - 2) * packed.size());
  expect_bytes(packed, zeros, "zeros");
}

// From any address, into bytes that begin and end anywhere.
TEST(LzwVariants, GiveTheirBytesByTheBlockDecoder) {
  BlockDecoder decoder;
  std::size_t shift = 0;
  for (const auto& v : test::lzw_variants(3000)) {
    shift = (shift + 1) % 4;
    Bytes packed(shift, 0xff), room(v.raw.size() + 2 * shift, 0xa5);
    packed.insert(packed.end(), v.packed.begin(), v.packed.end());
    const auto to = std::as_writable_bytes(std::span(room)).subspan(shift, v.raw.size());
    ASSERT_EQ(decoder.unpack(BlockCodec::lzw, std::as_bytes(std::span(packed)).subspan(shift), to), BlockStatus::ok);
    Bytes expected(shift, 0xa5);
    expected.insert(expected.end(), v.raw.begin(), v.raw.end());
    expected.insert(expected.end(), shift, 0xa5);
    EXPECT_TRUE(room == expected) << v.name;
  }
  std::byte one{};
  EXPECT_EQ(decoder.unpack(BlockCodec::lzw, {}, {&one, 1}), BlockStatus::bad_data);
  const Bytes early = test::LzwWriter().clear().end().bytes();
  EXPECT_EQ(decoder.unpack(BlockCodec::lzw, std::as_bytes(std::span(early)), {&one, 1}), BlockStatus::wrong_size);
}

TEST(LzwVariants, StayBelowTheWorkLimit) {
  for (const auto& v : test::lzw_variants(60000)) {
    if (v.name.find("libtiff") == std::string::npos) continue;
    const auto limit = codec::lzw_work_limit(static_cast<std::uint32_t>(v.packed.size()));
    EXPECT_EQ(test::lzw_by_lanes(v.packed, v.raw.size(), LaneOrder::forward, limit).status, DecodeStatus::ok) << v.name;
  }
}

}  // namespace
}  // namespace groundshift

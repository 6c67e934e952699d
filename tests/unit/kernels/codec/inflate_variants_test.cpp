// SPDX-License-Identifier: Apache-2.0
// Every kind of right stream inflates to the bytes it was made of: in both orders of the lanes, and by two cursors.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using codec::LaneOrder;
using test::Bytes;
using test::DeflateWriter;

void expect_inflated(const Bytes& packed, const Bytes& raw, const std::string& name) {
  ASSERT_EQ(test::inflate_by_zlib(packed, raw.size()), raw) << name << ": the stream itself is wrong";
  for (const LaneOrder order : {LaneOrder::forward, LaneOrder::reversed}) {
    const test::Inflated result = test::inflate_by_lanes(packed, raw.size(), order);
    EXPECT_EQ(result.status, DecodeStatus::ok) << name << ": " << name_of(result.status);
    EXPECT_TRUE(result.bytes == raw) << name;
  }
  EXPECT_TRUE(test::inflate_by_cursors(packed, raw.size()) == raw) << name << ", by two cursors";
}

TEST(InflateVariants, OfZlib) {
  const auto variants = test::zlib_variants(200000);
  EXPECT_EQ(variants.size(), 299u);
  for (const auto& v : variants) expect_inflated(v.packed, v.raw, v.name);
}

TEST(InflateVariants, OfLibdeflate) {
  const auto variants = test::libdeflate_variants(200000);
  EXPECT_EQ(variants.size(), 52u);
  for (const auto& v : variants) expect_inflated(v.packed, v.raw, v.name);
}

TEST(InflateVariants, LaterBytesAreIgnored) {
  for (const auto& v : test::zlib_variants(5000)) {
    Bytes longer = v.packed;
    longer.insert(longer.end(), {1, 2, 3, 4, 5});
    expect_inflated(longer, v.raw, v.name);
  }
}

TEST(InflateVariants, StoredBlocksUpToTheirLimit) {
  Bytes raw = test::differenced_scene(65535);
  DeflateWriter writer;
  writer.stored(raw).stored({}).stored({9});
  raw.push_back(9);
  const Bytes twice(raw.begin(), raw.begin() + 65535);
  writer.stored(twice, true);
  raw.insert(raw.end(), twice.begin(), twice.end());
  expect_inflated(writer.finish(raw), raw, "stored");
}

TEST(InflateVariants, EmptyBlocksOfEachType) {
  DeflateWriter writer;
  std::vector<int> literal(257, 0);
  literal[256] = 1;  // the end of the block alone: zlib takes this incomplete code
  writer.stored({}).begin_fixed().end_block().begin_dynamic(literal, {0}).end_block().begin_fixed(true).end_block();
  expect_inflated(writer.finish({}), {}, "empty");
}

// A second block of each type begins at each bit of a word.
TEST(InflateVariants, BlocksAtEachBitOffset) {
  std::vector<int> literal(257, 0);
  literal['a'] = 1;
  literal['b'] = 2;
  literal[256] = 2;
  for (int offset = 0; offset < 32; ++offset) {
    for (int type = 0; type < 3; ++type) {
      DeflateWriter writer;
      Bytes raw(static_cast<std::size_t>(writer.move_to_bit(offset)), 200);
      ASSERT_EQ(writer.position() % 32, static_cast<std::size_t>(offset));
      const Bytes text = {'a', 'b', 'b', 'a', 'a'};
      if (type == 0) {
        writer.stored(text, true);
      } else {
        type == 1 ? writer.begin_fixed(true) : writer.begin_dynamic(literal, {0}, true);
        writer.text("abbaa").end_block();
      }
      raw.insert(raw.end(), text.begin(), text.end());
      expect_inflated(writer.finish(raw), raw, "type " + std::to_string(type) + " at bit " + std::to_string(offset));
    }
  }
}

// Codes of 1 to 15 bits for literals and for distances, beyond both tables' bits.
TEST(InflateVariants, LongCodes) {
  std::vector<int> literal(286, 0);
  std::vector<int> distance(30, 0);
  for (int n = 1; n <= 15; ++n) {
    literal[static_cast<std::size_t>(n == 1 ? 256 + 1 : 'a' + n)] = n;
    distance[static_cast<std::size_t>(30 - 15 + n - 1)] = n;
  }
  literal[256] = 15;
  literal[258] = 0;
  distance[14] = 15;
  DeflateWriter writer;
  Bytes raw;
  writer.begin_dynamic(literal, distance, true);
  for (int round = 0; round < 9000; ++round) {
    const auto byte = static_cast<std::uint8_t>('a' + 2 + (round * 7 + round / 13) % 14);
    writer.literal(byte);
    raw.push_back(byte);
  }
  for (int d = 129; d <= 24577 && d <= static_cast<int>(raw.size()); d += 311) {  // distances with symbols 14 and on
    writer.match(3, d);
    for (int k = 0; k < 3; ++k) raw.push_back(raw[raw.size() - static_cast<std::size_t>(d)]);
  }
  writer.end_block();
  expect_inflated(writer.finish(raw), raw, "long codes");
}

// Matches of every length that reach as far back as they may, over borders of windows and blocks.
TEST(InflateVariants, FarthestDistancesAndAllLengths) {
  Bytes raw = test::differenced_scene(40000);
  DeflateWriter writer;
  writer.stored(raw);
  writer.begin_fixed();
  for (int length = 3; length <= 258; ++length) {
    for (const int distance : {32768, 32767, 24577, 1, 2, 257, 258, 259}) {
      writer.match(length, distance);
      for (int k = 0; k < length; ++k) raw.push_back(raw[raw.size() - static_cast<std::size_t>(distance)]);
    }
    if (length % 50 == 0) writer.end_block().begin_fixed();
  }
  writer.end_block();
  writer.begin_fixed(true).match(258, 32768);
  for (int k = 0; k < 258; ++k) raw.push_back(raw[raw.size() - 32768]);
  // 258 spelled as 227 + 31, as the format allows
  writer.symbol(284).bits(31, 5).distance_symbol(0);
  for (int k = 0; k < 258; ++k) raw.push_back(raw.back());
  writer.end_block();
  expect_inflated(writer.finish(raw), raw, "far and long");
}

// A block of nodata: one value, runs that overflow any staging, across windows and blocks.
TEST(InflateVariants, WholeBlocksOfOneValue) {
  for (const std::size_t count : {1u, 2u, 258u, 259u, 3071u, 3072u, 3073u, 65536u, 262144u, 2097152u}) {
    for (const int level : {1, 6, 9}) {
      const Bytes raw(count, 0xff);
      expect_inflated(test::zlib_pack(raw, level), raw, std::to_string(count) + " bytes");
    }
  }
}

// The sizes of windows are for a device to choose: none changes a byte.
template <class Sizes>
void expect_same_with(const test::DeflateVariant& v) {
  const auto shared = std::make_unique<codec::InflateShared<codec::LaneLoop, Sizes>>();
  std::vector<std::uint32_t> words((v.packed.size() + 3) / 4);
  std::copy(v.packed.begin(), v.packed.end(), reinterpret_cast<std::uint8_t*>(words.data()));
  Bytes out(v.raw.size());
  const codec::PackedBytes packed{words.data(), static_cast<std::uint32_t>(v.packed.size())};
  EXPECT_EQ(codec::inflate_stream(codec::LaneLoop(), *shared, packed, out.data(),
                                  static_cast<std::uint32_t>(out.size()), codec::kUnlimitedWork),
            DecodeStatus::ok)
      << v.name;
  EXPECT_TRUE(out == v.raw) << v.name;
}

TEST(InflateVariants, OtherWindowSizes) {
  for (const auto& v : test::zlib_variants(30000)) {
    expect_same_with<codec::InflateSizes<512, 4096>>(v);
    expect_same_with<codec::InflateSizes<160, 64>>(v);
  }
}

}  // namespace
}  // namespace groundshift

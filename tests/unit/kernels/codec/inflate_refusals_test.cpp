// SPDX-License-Identifier: Apache-2.0
// Streams built to be wrong in one way each: the reason is told, zlib agrees, and no byte outside is touched.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using codec::LaneOrder;
using test::Bytes;
using test::DeflateWriter;

void expect_refused(const Bytes& packed, std::size_t raw_byte_count, DecodeStatus why, const std::string& name) {
  EXPECT_FALSE(test::inflate_by_zlib(packed, raw_byte_count)) << name << ": zlib takes it";
  for (const LaneOrder order : {LaneOrder::forward, LaneOrder::reversed}) {
    const DecodeStatus status = test::inflate_by_lanes(packed, raw_byte_count, order).status;
    EXPECT_EQ(status, why) << name << ": " << name_of(status) << ", not " << name_of(why);
  }
  EXPECT_FALSE(test::inflate_by_cursors(packed, raw_byte_count)) << name << ": two cursors take it";
}

const Bytes kRaw = {'h', 'e', 'l', 'l', 'o'};

Bytes hello() { return DeflateWriter().begin_fixed(true).text("hello").end_block().finish(kRaw); }

TEST(InflateRefusals, Header) {
  for (const auto& [first, second] : {std::pair{0x78, 0x9d}, {0x79, 0x9c}, {0x88, 0x1c}, {0x78, 0xbb}, {0x00, 0x00}}) {
    Bytes packed = hello();
    packed[0] = static_cast<std::uint8_t>(first);
    packed[1] = static_cast<std::uint8_t>(second);
    expect_refused(packed, 5, DecodeStatus::bad_header, std::to_string(first) + " " + std::to_string(second));
  }
}

TEST(InflateRefusals, BlockTypeThree) {
  expect_refused(DeflateWriter().bits(1, 1).bits(3, 2).bits(0, 21).finish({}), 0, DecodeStatus::bad_block, "type 3");
}

TEST(InflateRefusals, StoredLengthAgainstItsComplement) {
  Bytes packed = DeflateWriter().stored(kRaw, true).finish(kRaw);
  packed[5] ^= 1;
  expect_refused(packed, 5, DecodeStatus::bad_block, "complement");
}

TEST(InflateRefusals, CodesThatAreNone) {
  const auto with = [](std::vector<int> literal, std::vector<int> distance) {
    return DeflateWriter().begin_dynamic(literal, distance, true).bits(0, 32).finish({});
  };
  std::vector<int> good(257, 0);
  good['a'] = good[256] = 1;
  std::vector<int> none = good;
  none[256] = 0;
  none['b'] = 1;
  expect_refused(with(none, {0}), 0, DecodeStatus::bad_code, "no end of block");
  std::vector<int> over = good;
  over['b'] = 1;
  expect_refused(with(over, {0}), 0, DecodeStatus::bad_code, "over-subscribed literals");
  std::vector<int> open = good;
  open['a'] = 2;
  expect_refused(with(open, {0}), 0, DecodeStatus::bad_code, "incomplete literals");
  std::vector<int> single(257, 0);
  single[256] = 2;
  expect_refused(with(single, {0}), 0, DecodeStatus::bad_code, "one literal code of two bits");
  expect_refused(with(good, {1, 1, 1}), 0, DecodeStatus::bad_code, "over-subscribed distances");
  expect_refused(with(good, {2, 2, 2}), 0, DecodeStatus::bad_code, "incomplete distances");
  expect_refused(with(good, {2}), 0, DecodeStatus::bad_code, "one distance code of two bits");
  const auto counts = [](std::uint32_t literal, std::uint32_t distance) {
    return DeflateWriter().bits(1, 1).bits(2, 2).bits(literal, 5).bits(distance, 5).bits(0, 32).bits(0, 32).cut();
  };
  expect_refused(counts(30, 0), 0, DecodeStatus::bad_code, "287 literal codes");
  expect_refused(counts(0, 30), 0, DecodeStatus::bad_code, "31 distance codes");
  // Headers whose code of code lengths is wrong, repeats nothing, or repeats past the end.
  const auto lengths = [](std::uint32_t of16, std::uint32_t of17, std::uint32_t of18, std::uint32_t of0) {
    DeflateWriter w;
    w.bits(1, 1).bits(2, 2).bits(0, 5).bits(0, 5).bits(0, 4);
    return w.bits(of16, 3).bits(of17, 3).bits(of18, 3).bits(of0, 3);
  };
  expect_refused(lengths(1, 0, 0, 0).bits(0, 32).bits(0, 32).cut(), 0, DecodeStatus::bad_code,
                 "incomplete code of lengths");
  expect_refused(lengths(1, 1, 1, 0).bits(0, 32).bits(0, 32).cut(), 0, DecodeStatus::bad_code,
                 "over-subscribed code of lengths");
  expect_refused(lengths(1, 1, 0, 0).bits(0, 32).bits(0, 32).cut(), 0, DecodeStatus::bad_code,
                 "repeats before the first");
  DeflateWriter past = lengths(0, 1, 1, 0);
  for (int i = 0; i < 2; ++i) past.bits(1, 1).bits(127, 7);  // 138 zeros twice: 276 of 258 lengths
  expect_refused(past.bits(0, 32).bits(0, 32).cut(), 0, DecodeStatus::bad_code, "repeats past the last");
}

TEST(InflateRefusals, SymbolsThatStandForNothing) {
  DeflateWriter fixed;
  fixed.begin_fixed(true).literal('a').symbol(286).bits(0, 32);
  expect_refused(fixed.finish({'a'}), 1, DecodeStatus::bad_symbol, "length symbol 286");
  DeflateWriter distance;
  distance.begin_fixed(true).text("aaaa").symbol(257).distance_symbol(30).bits(0, 32);
  expect_refused(distance.finish({}), 7, DecodeStatus::bad_symbol, "distance symbol 30");
  std::vector<int> literal(258, 0);
  literal['a'] = 1;
  literal[256] = literal[257] = 2;
  DeflateWriter unused;
  unused.begin_dynamic(literal, {0}, true).text("aaaa").symbol(257).bits(0, 32);
  expect_refused(unused.finish({}), 7, DecodeStatus::bad_symbol, "a match without any distance code");
  DeflateWriter one;
  one.begin_dynamic(literal, {1}, true).text("aaaa").symbol(257).bits(1, 1).bits(0, 32);
  expect_refused(one.finish({}), 7, DecodeStatus::bad_symbol, "the unused half of a single distance code");
}

TEST(InflateRefusals, DistancesBeforeTheFirstByte) {
  DeflateWriter near;
  near.begin_fixed(true).text("abc").match(3, 4).end_block();
  expect_refused(near.finish({}), 6, DecodeStatus::bad_distance, "in the first window");
  DeflateWriter far;
  const Bytes raw = test::differenced_scene(20000);
  far.stored(raw).begin_fixed(true);
  far.match(258, 20001);
  for (int i = 0; i < 99; ++i) far.match(258, 1);
  expect_refused(far.end_block().finish({}), 20000 + 25800, DecodeStatus::bad_distance, "in a window of long matches");
  DeflateWriter later;
  later.stored(raw).begin_fixed(true).match(3, 20001).end_block();
  expect_refused(later.finish({}), 20003, DecodeStatus::bad_distance, "behind a stored block");
}

TEST(InflateRefusals, OtherSizesThanTheBlock) {
  for (const auto& v : test::zlib_variants(20000)) {
    expect_refused(v.packed, v.raw.size() + 1, DecodeStatus::too_little, v.name + ", one byte more");
    if (!v.raw.empty()) expect_refused(v.packed, v.raw.size() - 1, DecodeStatus::too_much, v.name + ", one less");
  }
}

TEST(InflateRefusals, CutAnywhere) {
  for (const auto& v : {hello(), DeflateWriter().stored(kRaw, true).finish(kRaw), test::zlib_pack(kRaw, 6)}) {
    for (std::size_t count = 0; count < v.size(); ++count) {
      expect_refused({v.begin(), v.begin() + static_cast<std::ptrdiff_t>(count)}, 5, DecodeStatus::truncated,
                     "cut to " + std::to_string(count));
    }
  }
}

TEST(InflateRefusals, Checksum) {
  for (std::size_t i = 0; i < 4; ++i) {
    Bytes packed = hello();
    packed[packed.size() - 1 - i] ^= 0x10;
    expect_refused(packed, 5, DecodeStatus::bad_sum, "byte " + std::to_string(i));
  }
}

TEST(InflateRefusals, SizesFrom256MiBOn) {
  const codec::LaneLoop warp;
  const auto shared = std::make_unique<codec::InflateShared<codec::LaneLoop>>();
  const std::uint32_t word = 0x9c78u;
  std::uint8_t out[4] = {};
  const auto status = [&](std::uint32_t packed, std::uint32_t raw) {
    return codec::inflate_stream(warp, *shared, {&word, packed}, out, raw, codec::kUnlimitedWork);
  };
  EXPECT_EQ(status(1u << 28, 4), DecodeStatus::too_large);
  EXPECT_EQ(status(4, 1u << 28), DecodeStatus::too_large);
  EXPECT_EQ(status(~0u, ~0u), DecodeStatus::too_large);
}

// Blocks without a byte cost a table each, and little space: the CPU's job.
TEST(InflateWork, TinyBlocksAreLeftToTheCpu) {
  DeflateWriter writer;
  for (int i = 0; i < 20000; ++i) writer.begin_fixed().end_block();
  const Bytes raw(1000, 7);
  writer.stored(raw, true);
  const Bytes packed = writer.finish(raw);
  ASSERT_EQ(test::inflate_by_zlib(packed, raw.size()), raw);
  EXPECT_EQ(test::inflate_by_lanes(packed, raw.size()).status, DecodeStatus::ok);
  const auto limit = codec::inflate_work_limit(static_cast<std::uint32_t>(packed.size()), 1000);
  codec::StepCounts counts;
  EXPECT_EQ(test::inflate_by_lanes(packed, raw.size(), LaneOrder::forward, limit, &counts).status,
            DecodeStatus::too_much_work);
  EXPECT_LT(counts[codec::Step::block], limit / codec::kCodedBlockWork + 2) << "it stopped late";
}

// The limit is exact: one unit less than needed refuses, what is needed suffices.
TEST(InflateWork, LimitIsExact) {
  const Bytes raw = test::differenced_scene(50000);
  const Bytes packed = test::zlib_pack(raw, 6);
  codec::StepCounts counts;
  ASSERT_EQ(test::inflate_by_lanes(packed, raw.size(), LaneOrder::forward, codec::kUnlimitedWork, &counts).status,
            DecodeStatus::ok);
  using codec::Step;
  const auto needed =
      static_cast<std::uint32_t>(counts[Step::block] * codec::kCodedBlockWork +
                                 counts[Step::window] * codec::kWindowWork + counts[Step::round] * codec::kRoundWork);
  EXPECT_EQ(test::inflate_by_lanes(packed, raw.size(), LaneOrder::forward, needed).status, DecodeStatus::ok);
  EXPECT_EQ(test::inflate_by_lanes(packed, raw.size(), LaneOrder::forward, needed - 1).status,
            DecodeStatus::too_much_work);
}

// What compressors write in one go stays within the limit, but for zlib with next to no memory, whose blocks hold 127
// symbols, and flushes every 4 KiB.
TEST(InflateWork, OrdinaryStreamsAreWithinTheLimit) {
  auto variants = test::zlib_variants(200000);
  for (auto& v : test::libdeflate_variants(200000)) variants.push_back(std::move(v));
  for (const auto& v : variants) {
    const auto limit = codec::inflate_work_limit(static_cast<std::uint32_t>(v.packed.size()),
                                                 static_cast<std::uint32_t>(v.raw.size()));
    const DecodeStatus status = test::inflate_by_lanes(v.packed, v.raw.size(), LaneOrder::forward, limit).status;
    const bool many_blocks = v.name.find("memory level 1") != std::string::npos;
    if (many_blocks && status == DecodeStatus::too_much_work) continue;
    EXPECT_EQ(status, DecodeStatus::ok) << v.name << ": " << name_of(status);
  }
}

}  // namespace
}  // namespace groundshift

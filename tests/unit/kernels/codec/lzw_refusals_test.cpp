// SPDX-License-Identifier: Apache-2.0
// LZW written code by code: each thing that a stream may do and each reason of refusal, with libtiff as the judge.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/codec/lzw_runs.hpp"
#include "tests/support/codec/lzw_writer.hpp"

namespace groundshift {
namespace {

using codec::DecodeStatus;
using codec::LaneOrder;
using test::Bytes;
using test::LzwWriter;

/// In both orders of the lanes; libtiff takes it as well, with the same bytes, or refuses it as well.
DecodeStatus unpack(const Bytes& packed, std::size_t raw_byte_count, Bytes* bytes = nullptr) {
  const test::Inflated forward = test::lzw_by_lanes(packed, raw_byte_count);
  const test::Inflated reversed = test::lzw_by_lanes(packed, raw_byte_count, LaneOrder::reversed);
  const auto expected = test::lzw_by_libtiff(packed, raw_byte_count);
  EXPECT_EQ(forward.status, reversed.status);
  EXPECT_EQ(forward.status == DecodeStatus::ok, expected.has_value()) << name_of(forward.status);
  if (expected && forward.status == DecodeStatus::ok) {
    EXPECT_EQ(forward.bytes, *expected);
    EXPECT_EQ(reversed.bytes, *expected);
    if (bytes != nullptr) *bytes = forward.bytes;
  }
  return forward.status;
}

/// A Clear and `count` literals, 0, 1, 2 ... modulo 251.
LzwWriter literals(int count) {
  LzwWriter writer;
  writer.clear();
  for (int i = 0; i < count; ++i) writer.code(i % 251);
  return writer;
}

TEST(LzwRefusals, StreamsMustBeginWithAClear) {
  LzwWriter literal, end;
  literal.code('a').code('b');
  end.end();
  EXPECT_EQ(unpack(literal.bytes(), 2), DecodeStatus::bad_header);
  EXPECT_EQ(unpack(end.bytes(), 1), DecodeStatus::bad_header);
  for (const std::size_t size : {0u, 1u}) {
    EXPECT_EQ(unpack(Bytes(size, 0x80), 1), DecodeStatus::truncated) << size;
  }
}

// libtiff takes streams of before 1990, whose codes begin at the lowest bit; those are the CPU's.
TEST(LzwRefusals, OldStreamsAreTheCpus) {
  const Bytes old = {0x00, 0x83, 0x04, 0x0a};  // 256, 65, 257
  ASSERT_TRUE(test::is_old_lzw(old));
  EXPECT_EQ(test::lzw_by_lanes(old, 1).status, DecodeStatus::bad_header);
}

TEST(LzwRefusals, ClearsInARow) {
  for (int clears = 1; clears <= 70; ++clears) {
    LzwWriter writer;
    for (int k = 0; k < clears; ++k) writer.clear();
    writer.code('x').code(258).end();
    Bytes bytes;
    ASSERT_EQ(unpack(writer.bytes(), 3, &bytes), DecodeStatus::ok) << clears;
    EXPECT_EQ(bytes, (Bytes{'x', 'x', 'x'})) << clears;
  }
}

// A string named by the code that makes it: as the second code, at the end of a group, across the edge of two.
TEST(LzwRefusals, StringsThatNameThemselves) {
  for (int before = 1; before <= 100; ++before) {
    LzwWriter writer = literals(before);
    const auto last = static_cast<std::uint8_t>((before - 1) % 251);
    writer.code(writer.next_string()).code(writer.next_string()).code(writer.next_string() - 1).end();
    Bytes expected(static_cast<std::size_t>(before));
    for (int i = 0; i < before; ++i) expected[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i % 251);
    expected.insert(expected.end(), 2 + 3 + 3, last);
    Bytes bytes;
    ASSERT_EQ(unpack(writer.bytes(), expected.size(), &bytes), DecodeStatus::ok) << before;
    EXPECT_EQ(bytes, expected) << before;
  }
}

// Every code the one that it makes: a triangle of bytes, over several groups.
TEST(LzwRefusals, StringsThatGrow) {
  for (int codes = 1; codes <= 300; codes += 13) {
    LzwWriter writer;
    writer.clear().code(7);
    for (int k = 1; k < codes; ++k) writer.code(writer.next_string());
    const auto size = static_cast<std::size_t>(codes) * (static_cast<std::size_t>(codes) + 1) / 2;
    Bytes bytes;
    ASSERT_EQ(unpack(writer.bytes(), size, &bytes), DecodeStatus::ok) << codes;
    EXPECT_EQ(bytes, Bytes(size, 7));
  }
}

TEST(LzwRefusals, AClearAtEachPlaceOfAGroup) {
  for (int codes = 1; codes <= 70; ++codes) {
    LzwWriter writer = literals(codes);
    writer.clear().code('y').code(258).end();
    const auto size = static_cast<std::size_t>(codes) + 3;
    EXPECT_EQ(unpack(writer.bytes(), size), DecodeStatus::ok) << codes;
    // Behind it the strings of before are gone.
    LzwWriter gone = literals(codes + 1);
    gone.clear().code('y').code(259).end();
    EXPECT_EQ(unpack(gone.bytes(), static_cast<std::size_t>(codes) + 4), DecodeStatus::bad_string) << codes;
  }
}

TEST(LzwRefusals, TheEnd) {
  for (const int codes : {1, 31, 32, 33, 300}) {
    const auto size = static_cast<std::size_t>(codes);
    const Bytes open = literals(codes).bytes(), ended = literals(codes).end().bytes();
    Bytes followed = ended;
    followed.insert(followed.end(), 40, 0xff);
    EXPECT_EQ(unpack(open, size), DecodeStatus::ok) << codes;               // missing
    EXPECT_EQ(unpack(ended, size), DecodeStatus::ok) << codes;              // in its place
    EXPECT_EQ(unpack(followed, size), DecodeStatus::ok) << codes;           // and something behind it
    EXPECT_EQ(unpack(ended, size + 1), DecodeStatus::too_little) << codes;  // early
    if (codes > 1) {                                                        // late
      EXPECT_EQ(unpack(ended, size - 1), DecodeStatus::ok) << codes;
    }
    LzwWriter late = literals(codes);
    late.code(4000 % (1 << late.width()) | 0x100);
    EXPECT_EQ(unpack(late.bytes(), size), DecodeStatus::ok) << codes;  // a wrong code behind the last byte
  }
}

// As libtiff: what is wanted of the last string, and no look at the rest.
TEST(LzwRefusals, AStringAcrossTheEndOfTheBlock) {
  LzwWriter writer;
  writer.clear().code(1).code(2).code(258).code(260).code(261).code(258);
  for (std::size_t size = 1; size <= 15; ++size) unpack(writer.bytes(), size);
  EXPECT_EQ(unpack(writer.bytes(), 12), DecodeStatus::ok);  // of 13
  LzwWriter runs;
  runs.clear().code(5);
  for (int k = 1; k < 90; ++k) runs.code(runs.next_string());
  for (std::size_t size = 1; size <= 90 * 91 / 2; size += 7) {
    Bytes bytes;
    ASSERT_EQ(unpack(runs.bytes(), size, &bytes), DecodeStatus::ok) << size;
    EXPECT_EQ(bytes, Bytes(size, 5));
  }
}

TEST(LzwRefusals, CodesThatStandForNothing) {
  for (int codes = 1; codes <= 100; ++codes) {
    for (const int beyond : {1, 2, 100}) {
      LzwWriter writer = literals(codes);
      const int code = writer.next_string() + beyond;
      if (code >= 1 << writer.width()) continue;
      writer.code(code);
      for (int k = 0; k < 40; ++k) writer.code(3);
      EXPECT_EQ(unpack(writer.bytes(), static_cast<std::size_t>(codes) + 20), DecodeStatus::bad_string) << codes;
    }
  }
  for (const int code : {258, 259, 511}) {  // the first one behind a Clear
    LzwWriter writer;
    writer.clear().code(code).code('a').code('b');
    EXPECT_EQ(unpack(writer.bytes(), 3), DecodeStatus::bad_string) << code;
  }
}

// Widths grow at 511, 1023 and 2047 strings; a Clear, an end and a wrong code right there, before and behind.
TEST(LzwRefusals, WhereCodesGrow) {
  for (const int strings : {511, 1023, 2047, 4095}) {
    for (int codes = strings - 262; codes <= strings - 254; ++codes) {
      LzwWriter writer = literals(codes);
      const auto size = static_cast<std::size_t>(codes);
      LzwWriter cleared = writer, named = writer, wrong = writer;
      cleared.clear().code('q').code(258).end();
      EXPECT_EQ(unpack(cleared.bytes(), size + 3), DecodeStatus::ok) << codes;
      EXPECT_EQ(unpack(writer.end().bytes(), size + 1), DecodeStatus::too_little) << codes;
      if (named.next_string() < 1 << named.width()) {
        named.code(named.next_string());
        EXPECT_EQ(unpack(named.bytes(), size + 2), DecodeStatus::ok) << codes;
      }
      const int beyond = wrong.next_string() + 1;
      if (beyond < 1 << wrong.width()) {
        wrong.code(beyond);
        EXPECT_EQ(unpack(wrong.bytes(), size + 2), DecodeStatus::bad_string) << codes;
      }
    }
  }
}

// A full table: libtiff takes 1024 codes more, then a Clear or the end alone.
TEST(LzwRefusals, AFullTable) {
  constexpr auto kMost = static_cast<int>(codec::kLzwMostCodes);
  for (const int codes : {3837, 3838, 3839, 3840, 3841, 3900, 4095, 4096, kMost - 1, kMost}) {
    const auto size = static_cast<std::size_t>(codes);
    LzwWriter writer = literals(codes);
    LzwWriter cleared = writer, last = writer;
    EXPECT_EQ(unpack(writer.end().bytes(), size), DecodeStatus::ok) << codes;
    cleared.clear().code('q').code(258);
    EXPECT_EQ(unpack(cleared.bytes(), size + 3), DecodeStatus::ok) << codes;
    last.code(4095).code(258);
    if (codes >= 3838 && codes < kMost) {
      EXPECT_EQ(unpack(last.bytes(), size + 2), DecodeStatus::ok) << codes;
    }
  }
  LzwWriter more = literals(kMost + 1);
  EXPECT_EQ(unpack(more.bytes(), static_cast<std::size_t>(kMost) + 1), DecodeStatus::bad_string);
  EXPECT_EQ(unpack(more.bytes(), static_cast<std::size_t>(kMost)), DecodeStatus::ok);
}

TEST(LzwRefusals, WhereTheBytesEnd) {
  const Bytes packed = literals(200).bytes();
  for (std::size_t size = 2; size < packed.size(); ++size) {
    const Bytes cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
    const std::size_t whole = (8 * size - 9) / 9;  // codes that lie in it
    EXPECT_EQ(unpack(cut, whole + 1), DecodeStatus::truncated) << size;
    if (whole > 0) {
      EXPECT_EQ(unpack(cut, whole), DecodeStatus::ok) << size;
    }
  }
}

TEST(LzwRefusals, TooLargeBlocks) {
  const std::uint32_t word = 0x00008080;
  std::uint8_t out = 0;
  const codec::LaneLoop warp;
  codec::LzwShared<codec::LaneLoop> shared;
  EXPECT_EQ(codec::unpack_lzw(warp, shared, {&word, 1u << 28}, &out, 1, 9), DecodeStatus::too_large);
  EXPECT_EQ(codec::unpack_lzw(warp, shared, {&word, 4}, &out, 1u << 28, 9), DecodeStatus::too_large);
}

TEST(LzwRefusals, TooMuchWork) {
  LzwWriter writer;
  Bytes raw;
  for (int k = 0; k < 2000; ++k) {
    writer.clear().code(k % 256);
    raw.push_back(static_cast<std::uint8_t>(k));
  }
  Bytes bytes;
  ASSERT_EQ(unpack(writer.bytes(), raw.size(), &bytes), DecodeStatus::ok);
  EXPECT_EQ(bytes, raw);
  const auto limit = codec::lzw_work_limit(static_cast<std::uint32_t>(writer.bytes().size()));
  EXPECT_EQ(test::lzw_by_lanes(writer.bytes(), raw.size(), LaneOrder::forward, limit).status,
            DecodeStatus::too_much_work);
}

}  // namespace
}  // namespace groundshift

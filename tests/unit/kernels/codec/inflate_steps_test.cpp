// SPDX-License-Identifier: Apache-2.0
// Steps of a warp on fixed streams: exact numbers that stand in for speed where there is no device.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "tests/support/codec/deflate_variants.hpp"
#include "tests/support/codec/inflate_runs.hpp"
#include "tests/support/codec/lane_steps.hpp"

namespace groundshift {
namespace {

using codec::Step;
using codec::StepCounts;
using test::Bytes;

/// Huffman's code lengths; symbols without weight have none. Ties go to the lower symbol.
std::vector<int> huffman_lengths(const std::vector<std::uint64_t>& weights) {
  using Node = std::pair<std::uint64_t, std::size_t>;
  std::priority_queue<Node, std::vector<Node>, std::greater<>> open;
  std::vector<std::size_t> parent(weights.size(), 0);
  for (std::size_t s = 0; s < weights.size(); ++s) {
    if (weights[s] != 0) open.push({weights[s], s});
  }
  while (open.size() > 1) {
    const Node a = open.top();
    open.pop();
    const Node b = open.top();
    open.pop();
    parent[a.second] = parent[b.second] = parent.size();
    open.push({a.first + b.first, parent.size()});
    parent.push_back(0);
  }
  std::vector<int> lengths(weights.size(), 0);
  for (std::size_t s = 0; s < weights.size(); ++s) {
    for (std::size_t at = s; parent[at] != 0; at = parent[at]) ++lengths[s];
  }
  return lengths;
}

struct Token {
  std::uint8_t literal;
  int length;  // 0: the literal
  int distance;
};

/// A block like those of satellite tiles: 58 % matches of 3 to 8 bytes, four in five from more than 1 KiB back,
/// literals near 0 modulo 256. Written by this project alone, so that no compressor's version changes a bit.
struct FixedTile {
  Bytes packed;
  Bytes raw;
};
FixedTile fixed_tile(int block_count, int token_count) {
  std::mt19937_64 random(21);
  FixedTile tile;
  test::DeflateWriter writer;
  for (int block = 0; block < block_count; ++block) {
    std::vector<Token> tokens;
    std::vector<std::uint64_t> literal_weights(286, 0);
    std::vector<std::uint64_t> distance_weights(30, 0);
    for (int t = 0; t < token_count; ++t) {
      const bool match = tile.raw.size() > 64 && random() % 100 < 58;
      if (match) {
        const int length = 3 + static_cast<int>(std::min(random() % 6, random() % 6));
        const std::size_t farthest = std::min<std::size_t>(tile.raw.size(), 32768);
        const std::size_t nearest = random() % 5 != 0 && farthest > 1100 ? 1024 : 1;
        const auto distance = static_cast<int>(nearest + random() % (farthest - nearest + 1));
        tokens.push_back({0, length, distance});
        for (int k = 0; k < length; ++k)
          tile.raw.push_back(tile.raw[tile.raw.size() - static_cast<std::size_t>(distance)]);
        ++literal_weights[static_cast<std::size_t>(254 + length)];
        int symbol = distance - 1;
        if (distance > 4) {
          int extra = 1;
          while (distance - 1 >= 4 << extra) ++extra;
          symbol = 2 * extra + ((distance - 1) >> extra);
        }
        ++distance_weights[static_cast<std::size_t>(symbol)];
      } else {
        int value = -32;
        for (int k = 0; k < 4; ++k) value += static_cast<int>(random() % 17);
        tokens.push_back({static_cast<std::uint8_t>(value), 0, 0});
        tile.raw.push_back(static_cast<std::uint8_t>(value));
        ++literal_weights[static_cast<std::uint8_t>(value)];
      }
    }
    literal_weights[256] = 1;
    writer.begin_dynamic(huffman_lengths(literal_weights), huffman_lengths(distance_weights), block + 1 == block_count);
    for (const Token& t : tokens) {
      if (t.length == 0) {
        writer.literal(t.literal);
      } else {
        writer.match(t.length, t.distance);
      }
    }
    writer.end_block();
  }
  tile.packed = writer.finish(tile.raw);
  return tile;
}

// A change that makes one of them larger makes the device slower: say in the commit why.
TEST(InflateSteps, OfAFixedTile) {
  const FixedTile tile = fixed_tile(4, 40000);
  ASSERT_EQ(test::inflate_by_zlib(tile.packed, tile.raw.size()), tile.raw);
  ASSERT_EQ(tile.raw.size(), 487912u);
  ASSERT_EQ(tile.packed.size(), 266935u);
  const StepCounts steps = test::steps_of<test::InflateCodec>(tile.packed, tile.raw);
  EXPECT_EQ(steps[Step::block], 4u);
  EXPECT_EQ(steps[Step::window], 262u);
  EXPECT_EQ(steps[Step::round], 1077u);
  EXPECT_EQ(steps[Step::code_length], 1264u);
  EXPECT_EQ(steps[Step::table_entry], 5632u);
  EXPECT_EQ(steps[Step::synchronise], 24058u);
  EXPECT_EQ(steps[Step::decode], 6218u);
  EXPECT_EQ(steps[Step::note], 16829u);
  EXPECT_EQ(steps[Step::far], 15373u);
  EXPECT_EQ(steps[Step::near], 16591u);
  EXPECT_EQ(steps[Step::together], 0u);
  EXPECT_EQ(steps[Step::stored], 0u);
  EXPECT_EQ(steps[Step::sum], 3812u);
}

// Runs are copied by all lanes together, a symbol of 258 bytes at a time.
TEST(InflateSteps, OfABlockOfNodata) {
  test::DeflateWriter writer;
  writer.begin_fixed(true).literal(0);
  const int runs = 4000;
  for (int i = 0; i < runs; ++i) writer.match(258, 1);
  const Bytes raw(1 + std::size_t{258} * runs, 0);
  const StepCounts steps = test::steps_of<test::InflateCodec>(writer.end_block().finish(raw), raw);
  EXPECT_EQ(steps[Step::together], 4002u);
  EXPECT_EQ(steps[Step::decode], 0u);
  EXPECT_EQ(steps[Step::near], 0u);
  EXPECT_EQ(steps[Step::window], 7u);
  EXPECT_EQ(steps[Step::synchronise], 4048u);
}

// Of a compressor at hand; its version may move them a little, so they are told (--gtest_output=xml) and bounded.
TEST(InflateSteps, OfAScene) {
  constexpr std::uint64_t kKib = 2048;
  const Bytes raw = test::differenced_scene(kKib * 1024);
  const StepCounts steps = test::steps_of<test::InflateCodec>(test::zlib_pack(raw, 6), raw);
  constexpr const char* kNames[] = {"block", "window", "round", "code_length", "table_entry", "synchronise", "decode",
                                    "note",  "far",    "near",  "together",    "stored",      "sum"};
  static_assert(std::size(kNames) == codec::kStepKinds);
  for (std::size_t k = 0; k < std::size(kNames); ++k) RecordProperty(kNames[k], std::to_string(steps.of[k]));
  EXPECT_LT(steps[Step::round], 4 * steps[Step::window]);
  EXPECT_LT(steps[Step::synchronise], 40 * kKib);
  EXPECT_LT(steps[Step::decode], 14 * kKib);
  EXPECT_LT(steps[Step::note] + steps[Step::far] + steps[Step::near], 140 * kKib);
}

}  // namespace
}  // namespace groundshift

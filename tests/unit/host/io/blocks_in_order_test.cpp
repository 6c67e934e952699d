// SPDX-License-Identifier: Apache-2.0
// Blocks in any order from several threads: the file is their sequence.
#include "host/io/blocks_in_order.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

constexpr std::int64_t kFirst = 16, kBlocks = 300;
const std::vector<BlockSequence> kOne = {{0, kBlocks, kFirst}};
/// As of a COG: full resolution behind its overviews.
const std::vector<BlockSequence> kThree = {{0, 200, 1 << 20}, {200, 99, 4096}, {299, 1, kFirst}};

std::vector<std::byte> packed_block(std::int64_t block) {
  std::mt19937 random(static_cast<unsigned>(block) + 1);
  std::vector<std::byte> bytes(1 + random() % 3000);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random());
  return bytes;
}

std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

/// The file's bytes are the sequences' blocks, and zeros between sequences.
void expect_file(const BlocksInOrder& blocks, const std::vector<BlockSequence>& sequences,
                 const std::vector<std::byte>& bytes) {
  std::vector<std::byte> expected;
  for (std::size_t s = sequences.size(); s-- > 0;) {
    expected.resize(static_cast<std::size_t>(sequences[s].first_byte));
    for (std::int64_t b = 0; b < sequences[s].block_count; ++b) {
      const std::vector<std::byte> one = packed_block(sequences[s].first_block + b);
      ASSERT_EQ(blocks.starts(s)[static_cast<std::size_t>(b)], expected.size());
      ASSERT_EQ(blocks.sizes(s)[static_cast<std::size_t>(b)], one.size());
      expected.insert(expected.end(), one.begin(), one.end());
    }
    EXPECT_EQ(blocks.end(s), std::ssize(expected));
  }
  EXPECT_EQ(bytes, expected);
}

/// Writes all blocks, of which thread t brings every `threads`-th of `order`, and compares the file.
void expect_sequences(const std::vector<BlockSequence>& sequences, const std::vector<std::int64_t>& order, int threads,
                      std::int64_t memory_bytes) {
  const TemporaryFolder folder;
  PiecesFile out(folder / "blocks", folder / "blocks");
  BlocksInOrder blocks(out, sequences, memory_bytes, folder.path());
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (auto i = static_cast<std::size_t>(t); i < order.size(); i += static_cast<std::size_t>(threads)) {
          blocks.add(order[i], packed_block(order[i]));
        }
      });
    }
  }
  out.close();
  ASSERT_TRUE(blocks.complete());
  expect_file(blocks, sequences, bytes_of(folder / "blocks"));
}

class BlocksInOrderSequences : public ::testing::TestWithParam<std::vector<BlockSequence>> {};

TEST_P(BlocksInOrderSequences, AreTheFileWhateverTheOrderThreadsAndMemory) {
  std::vector<std::int64_t> order(kBlocks);
  std::iota(order.begin(), order.end(), 0);
  for (const std::int64_t memory : {std::int64_t{0}, std::int64_t{20000}, std::int64_t{1} << 30}) {
    for (const int threads : {1, 4}) {
      expect_sequences(GetParam(), order, threads, memory);
      expect_sequences(GetParam(), {order.rbegin(), order.rend()}, threads, memory);
      for (const unsigned seed : {1u, 2u, 3u}) {
        std::vector<std::int64_t> shuffled = order;
        std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(seed));
        expect_sequences(GetParam(), shuffled, threads, memory);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Numbers, BlocksInOrderSequences, ::testing::Values(kOne, kThree),
                         [](const auto& sequences) { return sequences.param.size() == 1 ? "One" : "Three"; });

TEST(BlocksInOrder, IsNotCompleteWithoutABlock) {
  const TemporaryFolder folder;
  PiecesFile out(folder / "blocks", folder / "blocks");
  BlocksInOrder blocks(out, {{0, 2, kFirst}, {2, 1, 1 << 20}}, 0, folder.path());
  blocks.add(1, packed_block(1));
  blocks.add(2, packed_block(2));
  EXPECT_FALSE(blocks.complete());
  blocks.add(0, packed_block(0));
  EXPECT_TRUE(blocks.complete());
}

TEST(BlocksInOrder, AFullDiskIsTold) {
  const TemporaryFolder folder;
  PiecesFile full("/dev/full", folder / "out.tif");
  BlocksInOrder blocks(full, {{0, 2, kFirst}}, 1 << 20, folder.path());
  blocks.add(1, packed_block(1));  // waits
  EXPECT_THROW(blocks.add(0, packed_block(0)), OutputError);
}

}  // namespace
}  // namespace groundshift::test

// SPDX-License-Identifier: Apache-2.0
// Rows of runs in memory and in a scratch file.
#include "host/sites/run_store.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "host/base/error.hpp"
#include "tests/support/small_filesystem.hpp"
#include "tests/support/temporary_folder.hpp"

namespace groundshift::test {
namespace {

using Runs = std::vector<Run>;

Runs row_of(std::int32_t row) {
  Runs runs;
  for (std::int32_t i = 0; i < row % 7 * 300; ++i) runs.push_back({5 * i, 5 * i + 1 + row % 4, row + i});
  return runs;
}

TEST(RunStore, GivesRowsBackInAnyOrderWhateverTheMemory) {
  const TemporaryFolder folder;
  for (const std::int64_t memory : {std::int64_t{0}, std::int64_t{600000}, std::int64_t{1} << 30}) {
    StoreRoom room{memory, folder.path()};
    {
      RunStore store(500, room);
      for (std::int32_t row = 499; row >= 0; --row) {
        if (row % 7 != 1) store.append(row, row_of(row), std::vector<std::int32_t>{row, -row});
      }
      EXPECT_EQ(store.scratch_bytes() > 0, memory < std::int64_t{1} << 30);
      EXPECT_EQ(room.bytes_left<memory, memory> 0);
      Runs runs;
      std::vector<std::int32_t> words;
      for (const std::int32_t row : {0, 499, 250, 251, 252, 1, 3, 498}) {
        store.read(row, runs, words);
        const bool absent = row % 7 == 1;
        EXPECT_EQ(runs, absent ? Runs{} : row_of(row)) << row;
        EXPECT_EQ(words, absent ? std::vector<std::int32_t>{} : (std::vector<std::int32_t>{row, -row})) << row;
        EXPECT_EQ(store.is_empty(row), runs.empty());
      }
    }
    EXPECT_EQ(room.bytes_left, memory) << "what was taken is given back";
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
}

TEST(RunStore, CountsItsRuns) {
  StoreRoom room{1 << 20, "."};
  RunStore store(3, room);
  store.append(1, Runs{{0, 1, 0}, {2, 3, 0}});
  store.append(0, Runs{});
  EXPECT_EQ(store.run_count(), 2);
  EXPECT_EQ(store.height(), 3);
}

TEST(RunStore, OnAFullDiskSaysSo) {
  const TemporaryFolder folder;
  const SmallFilesystem small(folder.path(), 1 << 16);
  if (!small.problem().empty()) GTEST_SKIP() << small.problem();
  StoreRoom room{0, folder.path()};
  RunStore store(400, room);
  EXPECT_THROW(
      {
        for (std::int32_t row = 0; row < 400; ++row) store.append(row, row_of(row));
      },
      OutputError);
}

TEST(WordStore, ReadsAcrossItsChunks) {
  const TemporaryFolder folder;
  StoreRoom room{300000, folder.path()};
  WordStore store(room);
  std::vector<std::int32_t> words(200000);
  std::iota(words.begin(), words.end(), 0);
  store.append(words);
  EXPECT_EQ(store.word_count(), 200000);
  EXPECT_GT(store.scratch_bytes(), 0);
  std::vector<std::int32_t> got(150000);
  store.read(40000, got);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], 40000 + static_cast<std::int32_t>(i));
  EXPECT_THROW(store.read(199999, std::span(got).first(2)), std::logic_error);
}

}  // namespace
}  // namespace groundshift::test
